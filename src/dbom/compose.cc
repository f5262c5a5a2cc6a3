#include "dbom/compose.h"

#include <algorithm>
#include <map>
#include <set>

#include "dbom/difference.h"

namespace weir::dbom {
namespace {

struct Opened {
  const SourceEntry* source = nullptr;
  Witness witness;
};
using OpenedEntries = std::map<std::int64_t, Opened>;

Result<OpenedEntries> open_all(std::span<const SourceEntry> sources) {
  OpenedEntries opened;
  for (const SourceEntry& source : sources) {
    ledger::Leaf leaf = TRY(ledger::decode_leaf(source.leaf));
    opened[source.index] = {&source, {source.index, std::move(leaf), source.payload.value_or("")}};
  }
  return opened;
}

bool is_erased(const OpenedEntries& opened, std::int64_t entry) {
  return !opened.at(entry).source->payload.has_value();
}

// Of an entry whose payload was erased: that it is there, and no more.
Line erased_line(const LineRow& row, const Witness& witness) {
  return {.at = witness.leaf.at,
          .kind = row.kind,
          .name = fmt::format("entry {}", witness.index),
          .state = "erased"};
}

Result<std::vector<Line>> lines_by(const LineRow& row, const Concern& concern, const OpenedEntries& opened,
                                   Instant at) {
  std::vector<Witness> witnesses;
  bool erased = false;
  for (const std::int64_t entry : concern.entries) {
    witnesses.push_back(opened.at(entry).witness);
    erased |= is_erased(opened, entry);
  }
  if (witnesses.front().leaf.type != row.type)
    return Error{Errc::corrupt, fmt::format("entry {} is of type {}, not of {}", witnesses.front().index,
                                            name_of(witnesses.front().leaf.type), name_of(row.type))};
  if (erased) return std::vector{erased_line(row, witnesses.front())};
  return row.make({witnesses, at});
}

// Everything but the basis, which depends on what is shown, and the seal. What the tables tell rather than a payload
// has its basis already.
void add_lines(Dbom& dbom, const LineRow& row, const std::vector<std::int64_t>& entries,
               std::vector<Line> made) {
  for (const auto& [section, lines] : sections_of(dbom)) {
    if (section != row.section) continue;
    for (Line& line : made) {
      line.kind = row.kind;
      line.entries = entries;
      lines->push_back(std::move(line));
    }
  }
}

std::string workload_words(const Sighting& seen) {
  std::string words = fmt::format("{} on {}", seen.kind, seen.host);
  if (seen.running > 0) words += fmt::format(", {} running", seen.running);
  if (!seen.user.empty()) words += fmt::format(", user {}", seen.user);
  if (!seen.unit.empty()) words += fmt::format(", unit {}", seen.unit);
  if (!seen.container.empty()) words += fmt::format(", container {}", seen.container.substr(0, 12));
  if (!seen.settings.empty()) words += ", settings: " + seen.settings;
  return words;
}

void add_sightings(Dbom& dbom, const Facts& facts) {
  for (const Sighting& seen : facts.sightings)
    dbom.where.push_back({.at = seen.started_at,
                          .basis = Basis::leaf,
                          .digest = seen.digest,
                          .entries = {seen.entry},
                          .kind = Kind::workload,
                          .name = seen.name,
                          .state = seen.verdict,
                          .until = seen.ended_at,
                          .value = workload_words(seen)});
  const auto earliest =
      std::min_element(facts.sightings.begin(), facts.sightings.end(),
                       [](const auto& a, const auto& b) { return a.started_at < b.started_at; });
  if (earliest == facts.sightings.end()) return;
  dbom.when.push_back({.at = earliest->started_at,
                       .basis = Basis::leaf,
                       .entries = {earliest->entry},
                       .kind = Kind::first_seen,
                       .name = earliest->name,
                       .value = earliest->host});
}

// Where no declaration says that it ended: the last of it that was seen.
void add_departure(Dbom& dbom, const Facts& facts) {
  const auto is_end = [](const Line& line) { return line.kind == Kind::ended; };
  if (facts.sightings.empty() || std::any_of(dbom.when.begin(), dbom.when.end(), is_end)) return;
  const Sighting* last = nullptr;
  for (const Sighting& seen : facts.sightings) {
    if (!seen.ended_at) return;
    if (last == nullptr || *last->ended_at < *seen.ended_at) last = &seen;
  }
  Line line{.at = last->ended_at,
            .basis = Basis::leaf,
            .kind = Kind::ended,
            .name = last->name,
            .value = last->host};
  if (last->gone_entry) line.entries = {*last->gone_entry};
  dbom.when.push_back(std::move(line));
}

// What nobody recorded is said all the same, as a claim.
void add_claims(Dbom& dbom, const Facts& facts) {
  if (dbom.what.empty())
    dbom.what.push_back({.digest = facts.artifact.digest,
                         .kind = Kind::artifact,
                         .name = facts.artifact.name,
                         .state = "unrecorded",
                         .value = "nobody recorded this artifact"});
  if (!facts.no_rollback.empty())
    dbom.what.push_back({.kind = Kind::rollback, .name = "none", .value = facts.no_rollback});
}

// ---- entries, and how far each line can be checked ----

Withheld withheld_of(const Opened& opened, std::size_t shown_bytes) {
  if (!opened.source->payload) return Withheld::erased;
  if (!may_show(opened.witness.leaf.type)) return Withheld::kept;
  const std::size_t size = opened.source->payload->size();
  const bool large = size > payload_bytes_max || shown_bytes + size > payloads_bytes_max;
  return large ? Withheld::large : Withheld::no;
}

ProvenEntry proven(const Opened& opened, Withheld withheld) {
  const SourceEntry& source = *opened.source;
  ProvenEntry entry{.index = source.index,
                    .leaf = encode_base64(source.leaf),
                    .type = std::string(name_of(opened.witness.leaf.type)),
                    .withheld = withheld};
  for (const Sha256& hash : source.proof) entry.proof.push_back(encode_base64(hash.view()));
  if (withheld == Withheld::no) entry.payload = *source.payload;
  // Somebody who has a large payload can hold it against the leaf; a private one must not be guessed.
  if (withheld == Withheld::no || withheld == Withheld::large) entry.salt = encode_base64(source.salt.view());
  return entry;
}

void add_entries(Dbom& dbom, const OpenedEntries& opened) {
  std::map<std::int64_t, Withheld> withheld;
  std::size_t shown_bytes = 0;
  const auto enter = [&](std::int64_t index) {
    const auto [at, added] = withheld.emplace(index, withheld_of(opened.at(index), shown_bytes));
    if (added && at->second == Withheld::no) shown_bytes += opened.at(index).source->payload->size();
    return at->second == Withheld::no;
  };
  for (const auto& [section, lines] : sections_of(dbom))
    for (Line& line : *lines) {
      const bool told = line.basis == Basis::leaf;
      bool shown = true;
      for (const std::int64_t entry : line.entries) shown &= enter(entry);
      if (line.entries.empty()) line.basis = Basis::claim;
      else line.basis = shown && !told ? Basis::payload : Basis::leaf;
      line.seal = seal_of(line);
    }
  if (dbom.components) enter(dbom.components->entry);
  for (const auto& [index, why] : withheld) dbom.entries.push_back(proven(opened.at(index), why));
}

void by_time(std::vector<Line>& lines) {
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.at < b.at; });
}

}  // namespace

std::vector<std::int64_t> entries_of(const Facts& facts) {
  std::set<std::int64_t> all;
  for (const Concern& concern : facts.concerns) all.insert(concern.entries.begin(), concern.entries.end());
  for (const Sighting& seen : facts.sightings) {
    all.insert(seen.entry);
    if (seen.gone_entry) all.insert(*seen.gone_entry);
  }
  if (facts.bill) all.insert(facts.bill->entry);
  return {all.begin(), all.end()};
}

Result<Dbom> compose(const Facts& facts, std::span<const SourceEntry> sources) {
  const OpenedEntries opened = TRY(open_all(sources));
  Dbom dbom{.artifact = facts.artifact,
            .at = facts.at,
            .checkpoint = facts.checkpoint,
            .environment = facts.environment,
            .ledger = facts.ledger,
            .omitted = facts.omitted};
  if (facts.bill) dbom.components = listed(*facts.bill);
  if (facts.before) dbom.difference = difference_from(*facts.before, facts);
  for (const LineRow& row : line_table())
    for (const Concern& concern : facts.concerns)
      if (concern.role == row.role && row.make != nullptr)
        add_lines(dbom, row, concern.entries, TRY(lines_by(row, concern, opened, facts.at)));
  add_sightings(dbom, facts);
  add_departure(dbom, facts);
  add_claims(dbom, facts);
  by_time(dbom.when);
  add_entries(dbom, opened);
  if (dbom.difference) dbom.difference->seal = seal_of(*dbom.difference);
  if (dbom.components) dbom.components->seal = seal_of(*dbom.components);
  dbom.sentence = sentence_of(dbom);
  return dbom;
}

}  // namespace weir::dbom
