#include "jobs/find_vulnerabilities.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <set>

#include "evidence/inventory.h"
#include "store/view_finding.h"
#include "vuln/flip.h"

namespace weir::jobs {
namespace {

using store::Database;
using vuln::ComponentId;
using vuln::FindingChange;

constexpr std::string_view feed_name = "local";
constexpr std::int64_t bills_per_step = 32;
constexpr std::size_t changes_per_entry = 500;
constexpr std::size_t reasons_max = 20;
constexpr Duration looks_every = milliseconds(500);  // at the advisories, or less often:
constexpr std::int64_t looks_share = 50;             // one part of the time goes into looking
constexpr Duration saves_every = seconds(10);

// What one step found, to be recorded.
struct Found {
  vuln::FindingCause cause = vuln::FindingCause::advisories;
  std::optional<Sha256> advisories;
  std::vector<vuln::BillRead> bills;
  std::vector<FindingChange> changes;
  bool empty() const { return bills.empty() && changes.empty(); }
};

// In entries that are not too large; always one, since it says that this was matched.
std::vector<store::Event> entries_of(const Found& found) {
  std::vector<store::Event> events;
  std::size_t at = 0;
  do {
    const std::size_t count = std::min(changes_per_entry, found.changes.size() - at);
    vuln::FindingsChanged entry{.cause = found.cause, .advisories = found.advisories};
    if (at == 0) entry.bills = found.bills;
    const auto from = found.changes.begin() + static_cast<std::ptrdiff_t>(at);
    entry.changes.assign(from, from + static_cast<std::ptrdiff_t>(count));
    at += count;
    entry.more = at < found.changes.size();
    events.push_back(std::move(entry));
  } while (at < found.changes.size());
  return events;
}

// Beside, then renamed: a crash leaves the old one or none.
void save_index(const std::string& file, const Bytes& bytes) {
  const std::string beside = file + ".new";
  const int out = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) return;  // it is made anew at the next start
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(out, bytes.data() + written, bytes.size() - written);
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  ::close(out);
  if (written == bytes.size()) std::rename(beside.c_str(), file.c_str());
  else ::unlink(beside.c_str());
}

std::optional<vuln::ComponentIndex> load_index(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open()) return std::nullopt;
  const Bytes bytes(std::istreambuf_iterator<char>(in), {});
  auto index = vuln::ComponentIndex::decode(bytes);
  return index.ok() ? std::optional(std::move(*index)) : std::nullopt;
}

class FindVulnerabilities final : public Job {
 public:
  FindVulnerabilities(Shared shared, FindingPorts ports, std::unique_ptr<Database> reader)
      : shared_(shared), ports_(std::move(ports)), reader_(std::move(reader)) {}
  ~FindVulnerabilities() override { save(); }
  FindVulnerabilities(const FindVulnerabilities&) = delete;
  FindVulnerabilities& operator=(const FindVulnerabilities&) = delete;

  Result<Step> tick(Instant now) override {
    const Status looked = look_at_advisories(now);  // what was known before stands
    const auto step = work(now);
    if (!step.ok()) forget();
    if (!step.ok() || *step == Step::more) return step;
    if (!looked.ok()) return looked.error();
    if (dirty_ && now - saved_at_ >= saves_every) {
      save();
      saved_at_ = now;
    }
    return Step::idle;
  }

 private:
  Result<Step> work(Instant now) {
    if (!loaded_) TRY(load());
    if (TRY(read_bills(now)) == Step::more) return Step::more;
    TRY(match_changed(now));
    return Step::idle;
  }

  // The index may hold what was not recorded: it is made again from what was.
  void forget() {
    loaded_ = dirty_ = false;
    matched_here_.reset();
    ports_.exposure->change([](Exposure::State& state) { state = {.advisories = state.advisories}; });
  }

  Status load() {
    auto index = load_index(ports_.index_file);
    // An index that is ahead of the ledger is of another one.
    const std::int64_t newest = TRY(store::newest_bill(*reader_));
    if (index && index->through() > newest) index.reset();
    const auto open = TRY(store::list_findings(*reader_, {.open = true}));
    ports_.exposure->change([&](Exposure::State& state) {
      if (index) state.index = std::move(*index);
      for (const store::FindingRow& row : open)
        if (const auto id = state.index.find(row.last.component)) state.open[*id].push_back(row.last);
    });
    loaded_ = true;
    return {};
  }

  void save() {
    if (!dirty_) return;
    save_index(ports_.index_file,
               ports_.exposure->read([](const Exposure::State& state) { return state.index.encode(); }));
    dirty_ = false;
  }

  std::shared_ptr<const vuln::AdvisoryState> advisories() const {
    return ports_.exposure->read([](const Exposure::State& state) { return state.advisories; });
  }

  // ---- advisories ----

  Status look_at_advisories(Instant now) {
    if (!ports_.advisories || now < look_next_) return {};
    const auto begun = std::chrono::steady_clock::now();
    auto looked = ports_.advisories();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
    look_next_ = now + std::max(looks_every, microseconds(took.count() * looks_share));
    auto read = TRY(std::move(looked));
    if (!read) return {};
    const auto before = advisories();
    const std::int64_t missing = before == nullptr ? 0 : keep_known(before->set(), *read);
    auto after = std::make_shared<const vuln::AdvisoryState>(std::move(read->set));
    TRY(note_advisories(*read, before.get(), *after, missing, now));
    ports_.exposure->change([&](Exposure::State& state) { state.advisories = after; });
    return {};
  }

  // What is not there this time, cannot be read, or is older than what is known still says what it said: a feed that
  // breaks, shrinks or goes back in time ends nothing. How many records are missing.
  static std::int64_t keep_known(const vuln::AdvisorySet& known, ReadAdvisories& read) {
    std::int64_t missing = 0;
    for (const auto& [id, advisory] : known.records()) {
      const auto found = read.set.records().find(id);
      if (found == read.set.records().end()) {
        ++missing;
        read.set.add(advisory);
      } else if (found->second.modified < advisory.modified) {
        read.refused.push_back(fmt::format("{}: modified {}, which is before what is known of it", id,
                                           found->second.modified));
        read.set.add(advisory);
      }
    }
    return missing;
  }

  // Said when it is news to the ledger.
  Status note_advisories(const ReadAdvisories& read, const vuln::AdvisoryState* before,
                         const vuln::AdvisoryState& after, std::int64_t missing, Instant now) {
    const auto difference =
        vuln::difference_of(before == nullptr ? vuln::AdvisorySet() : before->set(), after.set());
    touched_.insert(difference.names.begin(), difference.names.end());
    const auto last = TRY(store::last_advisories(*reader_, feed_name));
    const auto refused = static_cast<std::int64_t>(read.refused.size());
    if (last && last->digest == after.digest() && last->refused == refused && last->missing == missing) return {};
    vuln::AdvisoriesUpdated updated{.feed = std::string(feed_name),
                                    .source = read.source,
                                    .digest = after.digest(),
                                    .size = static_cast<std::int64_t>(after.set().size()),
                                    .added = difference.added,
                                    .changed = difference.changed,
                                    .withdrawn = difference.withdrawn,
                                    .missing = missing,
                                    .refused = refused,
                                    .reasons = read.refused,
                                    .read_at = now};
    if (updated.reasons.size() > reasons_max) updated.reasons.resize(reasons_max);
    return act(shared_, [updated](Database&, Instant) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      decision.events = {updated};
      return decision;
    });
  }

  // The components whose names the advisories say something else about than when all was matched last; all of them when
  // that was not in this process.
  std::vector<ComponentId> touched_components(bool everything) const {
    return ports_.exposure->read([&](const Exposure::State& state) {
      std::vector<ComponentId> components;
      if (everything) {
        for (ComponentId id = 0; id < state.index.components(); ++id) components.push_back(id);
        return components;
      }
      for (const vuln::AffectedName& each : touched_)
        for (const ComponentId id : state.index.about(each.ecosystem, each.name)) components.push_back(id);
      std::ranges::sort(components);
      const auto twice = std::ranges::unique(components);
      components.erase(twice.begin(), twice.end());
      return components;
    });
  }

  Status match_changed(Instant now) {
    const auto state = advisories();
    if (state == nullptr) return {};
    const auto matched = TRY(store::last_matched(*reader_));
    const bool same = matched && matched->digest == state->digest();
    if (same && matched_here_ == state->digest()) return {};
    if (same && !matched_here_) {  // by an earlier process
      const bool all = !TRY(store::has_unmatched_bills(*reader_));
      if (all) return note_matched(*state, matched->at), Status();
    }
    const bool everything = !matched || !matched_here_ || *matched_here_ != matched->digest;
    Found found{.cause = vuln::FindingCause::advisories, .advisories = state->digest()};
    for (const ComponentId id : touched_components(everything)) TRY(add_flips(id, *state, found));
    TRY(record(found, now));
    note_matched(*state, now);
    return {};
  }

  void note_matched(const vuln::AdvisoryState& state, Instant at) {
    matched_here_ = state.digest();
    touched_.clear();
    ports_.exposure->change([&](Exposure::State& exposure) { exposure.matched_at = at; });
  }

  // ---- bills ----

  Result<Step> read_bills(Instant now) {
    const std::int64_t through =
        ports_.exposure->read([](const Exposure::State& state) { return state.index.through(); });
    const auto bills = TRY(store::bills_after(*reader_, through, bills_per_step));
    if (bills.empty()) return Step::idle;
    Found found{.cause = vuln::FindingCause::sbom};
    std::set<ComponentId> touched;
    for (const store::BillRow& bill : bills) take_bill(bill, touched, found);
    for (const ComponentId id : touched) TRY(recall(id));
    if (const auto state = advisories()) {
      found.advisories = state->digest();
      // Only what all was matched with may be said to be matched.
      if (matched_here_ != state->digest()) found.advisories.reset();
      for (const ComponentId id : touched) TRY(add_flips(id, *state, found));
    }
    if (!found.empty()) TRY(record(found, now));
    dirty_ = true;
    return bills.size() == static_cast<std::size_t>(bills_per_step) ? Step::more : Step::idle;
  }

  // What stands open of a component that the index did not have, since it was lost or is older than the tables.
  Status recall(ComponentId id) {
    const std::string text =
        ports_.exposure->read([id](const Exposure::State& state) { return state.index.component(id).text; });
    std::vector<FindingChange> open;
    for (store::FindingRow& row : TRY(store::list_findings(*reader_, {.component = text, .open = true})))
      open.push_back(std::move(row.last));
    ports_.exposure->change([&](Exposure::State& state) {
      if (open.empty()) state.open.erase(id);
      else state.open[id] = std::move(open);
    });
    return {};
  }

  // One that cannot be read is said, and stops no other.
  void take_bill(const store::BillRow& bill, std::set<ComponentId>& touched, Found& found) {
    const auto components = components_in(bill);
    vuln::BillRead read{.attestation = bill.attestation};
    ports_.exposure->change([&](Exposure::State& state) {
      if (!components.ok()) {
        state.index.reached(bill.attestation);
        return;
      }
      const auto taken = state.index.take(bill.artifact, bill.attestation, *components);
      touched.insert(taken.fresh.begin(), taken.fresh.end());
      touched.insert(taken.dropped.begin(), taken.dropped.end());
    });
    if (components.ok()) read.components = static_cast<std::int64_t>(components->size());
    else read.error = components.error().message;
    if (!bill.noted) found.bills.push_back(std::move(read));
  }

  Result<std::vector<vuln::Component>> components_in(const store::BillRow& bill) const {
    std::vector<Sha256> parts = bill.parts;
    if (bill.content) parts.push_back(*bill.content);
    if (parts.empty()) return invalid("the attestation has no file");
    std::vector<vuln::Component> components;
    for (const Sha256& part : parts) {
      const Bytes content = TRY(ports_.blobs->read(part));
      const auto inventory = TRY(evidence::read_inventory(content));
      std::ranges::move(vuln::components_of(inventory), std::back_inserter(components));
    }
    return components;
  }

  // ---- both ----

  Status add_flips(ComponentId id, const vuln::AdvisoryState& state, Found& found) {
    struct Seen {
      vuln::Component component;
      std::size_t holders = 0;
    };
    const Seen seen = ports_.exposure->read([id](const Exposure::State& exposure) {
      return Seen{exposure.index.component(id), exposure.index.holders(id)};
    });
    std::vector<FindingChange> standing;
    for (const store::FindingRow& row :
         TRY(store::list_findings(*reader_, {.component = seen.component.text})))
      standing.push_back(row.last);
    for (FindingChange& change :
         seen.holders == 0 ? vuln::closings_of(standing)
                           : vuln::flips_of(vuln::findings_of(seen.component, state), standing, state.set())) {
      change.artifacts = static_cast<std::int64_t>(seen.holders);
      found.changes.push_back(std::move(change));
    }
    return {};
  }

  // Known before it is recorded: a decision that the entry makes stale must not be made with what was known before.
  // What is not recorded after all is forgotten.
  Status record(const Found& found, Instant now) {
    const auto events = entries_of(found);
    const auto touched = TRY(watched_artifacts(found));
    ports_.exposure->change([&](Exposure::State& state) {
      apply(found, state);
      if (found.advisories) state.matched_at = now;
    });
    TRY(act(shared_, [events, touched](Database&, Instant) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      decision.events = events;
      decision.keep = [touched](Database& tables) -> Status {
        for (const Sha256& artifact : touched)
          TRY(execute(tables,
                      "UPDATE decision_watch SET cause=(SELECT max(idx) FROM entry) WHERE artifact=$1",
                      artifact));
        return {};
      };
      return decision;
    }));
    return {};
  }

  static void apply(const Found& found, Exposure::State& state) {
    for (const FindingChange& change : found.changes) {
      const auto id = state.index.find(change.component);
      if (!id) continue;
      std::vector<FindingChange>& open = state.open[*id];
      std::erase_if(open, [&](const FindingChange& each) { return each.cluster == change.cluster; });
      if (vuln::is_open(change.state)) open.push_back(change);
      if (open.empty()) state.open.erase(*id);
    }
  }

  // Of what is watched, whatever holds a component that something is said about, or has a bill now and had none.
  Result<std::vector<Sha256>> watched_artifacts(const Found& found) {
    const auto watched = TRY(query(*reader_, "SELECT DISTINCT artifact FROM decision_watch",
                                   [](const store::Row& row) { return row.digest(0); }));
    std::set<std::int64_t> bills;
    for (const vuln::BillRead& bill : found.bills) bills.insert(bill.attestation);
    return ports_.exposure->read([&](const Exposure::State& state) {
      std::set<ComponentId> components;
      for (const FindingChange& change : found.changes)
        if (const auto id = state.index.find(change.component)) components.insert(*id);
      std::vector<Sha256> touched;
      for (const Sha256& artifact : watched) {
        const auto attestation = state.index.attestation_of(artifact);
        const bool is_new = attestation && bills.contains(*attestation);
        const auto held = state.index.of(artifact);
        if (is_new || (!state.matched_at && attestation) ||
            std::ranges::any_of(held, [&](ComponentId id) { return components.contains(id); }))
          touched.push_back(artifact);
      }
      return touched;
    });
  }

  Shared shared_;
  FindingPorts ports_;
  std::unique_ptr<Database> reader_;
  bool loaded_ = false, dirty_ = false;
  Instant look_next_, saved_at_;
  std::set<vuln::AffectedName> touched_;  // since all was matched
  std::optional<Sha256> matched_here_;    // the advisories that everything was held against in this process
};

}  // namespace

std::unique_ptr<Job> make_find_vulnerabilities(Shared shared, FindingPorts ports,
                                               std::unique_ptr<store::Database> reader) {
  return std::make_unique<FindVulnerabilities>(shared, std::move(ports), std::move(reader));
}

}  // namespace weir::jobs
