#include "api/dbom_assembly.h"

#include "dbom/compose.h"
#include "evidence/recognise.h"
#include "sequencer/ledger_store.h"

namespace weir::api {
namespace {

Result<Instant> time_of(store::Database& db, std::int64_t index) {
  const auto leaf = TRY(query_one(
      db, "SELECT leaf FROM entry WHERE idx=$1", [](const store::Row& row) { return Bytes(row.bytes(0)); },
      index));
  if (!leaf) return Error{Errc::corrupt, fmt::format("entry {} is missing", index)};
  return TRY(ledger::decode_leaf(*leaf)).at;
}

// How many entries there were at a moment: time never runs backwards in a ledger.
Result<std::int64_t> size_at(store::Database& db, const sequencer::Head& head, Instant at) {
  std::int64_t low = 0, high = static_cast<std::int64_t>(head.size.value);
  if (head.at <= at) return high;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (TRY(time_of(db, middle)) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

Result<std::vector<dbom::SourceEntry>> read_sources(const DbomSource& from, const dbom::Facts& facts,
                                                    ledger::TreeSize size) {
  std::vector<dbom::SourceEntry> sources;
  for (const std::int64_t index : dbom::entries_of(facts)) {
    auto entry = TRY(sequencer::read_entry(from.db, from.blobs, index));
    auto proof = TRY(sequencer::prove(from.db, index, size));
    sources.push_back({.index = index,
                       .leaf = std::move(entry.leaf),
                       .payload = std::move(entry.payload),
                       .salt = entry.salt,
                       .proof = std::move(proof)});
  }
  return sources;
}

Status read_bills(const DbomSource& from, store::DbomFacts& found) {
  if (found.bill) {
    auto components = TRY(from.shelf.find(from.blobs, found.bill->content));
    found.facts.bill = dbom::Bill{found.bill->entry, found.bill->content, std::move(components)};
  }
  if (found.bill_before && found.facts.before)
    found.facts.before->components = TRY(from.shelf.find(from.blobs, found.bill_before->content));
  return {};
}

}  // namespace

Result<dbom::ComponentList> ComponentShelf::find(blob::BlobStore& blobs, const Sha256& content) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_content_.find(content); found != by_content_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return found->second->second;
    }
  }
  const Bytes bytes = TRY(blobs.read(content));
  auto components = TRY(evidence::components_of(bytes));
  const auto list = std::make_shared<const std::vector<evidence::Component>>(std::move(components));
  const std::lock_guard lock(mutex_);
  if (by_content_.contains(content)) return list;  // somebody else was quicker
  order_.emplace_front(content, list);
  by_content_[content] = order_.begin();
  components_ += list->size();
  while (components_ > components_max_ && order_.size() > 1) {
    components_ -= order_.back().second->size();
    by_content_.erase(order_.back().first);
    order_.pop_back();
  }
  return list;
}

Result<AssembledDbom> assemble(const DbomSource& from, const DbomMoment& moment, Instant now) {
  if (moment.at && *moment.at > now) return invalid("'at' has not come yet", "at");
  const auto head = TRY(sequencer::load_head(from.db));
  if (!head) return not_found("the ledger is empty");
  const Instant at = moment.at.value_or(now);
  const std::int64_t size = TRY(size_at(from.db, *head, at));
  const store::DbomQuery query{.digest = moment.digest,
                               .environment = moment.environment,
                               .at = at,
                               .size = size,
                               .past = moment.at.has_value()};
  auto found = TRY(store::dbom_facts(from.db, query));
  found.facts.ledger = from.origin;
  found.facts.checkpoint = head->checkpoint;
  TRY(read_bills(from, found));
  const auto sources = TRY(read_sources(from, found.facts, head->size));
  auto document = TRY(dbom::compose(found.facts, sources));
  return AssembledDbom{dbom::statement_of(std::move(document)), static_cast<std::int64_t>(head->size.value)};
}

}  // namespace weir::api
