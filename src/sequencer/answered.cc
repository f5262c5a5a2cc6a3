#include "sequencer/answered.h"

#include <algorithm>
#include <cstring>

#include "crypto/digest.h"

namespace weir::sequencer {
namespace {

constexpr std::size_t folds_for_each_kept =
    2;  // more than one, so that a run is in the index before the next is full

std::int64_t hash_of(BytesView actor, std::string_view key) {
  crypto::Hasher hasher;
  hasher.update(actor);
  hasher.update(key);
  const Sha256 digest = hasher.finish();
  std::int64_t hash = 0;
  std::memcpy(&hash, digest.bytes.data(), sizeof hash);
  return hash;
}

}  // namespace

Result<Answered> Answered::open(store::Database& db, std::size_t run_keys) {
  Answered answered(run_keys);
  answered.next_id_ = TRY(query_count(db, "SELECT coalesce(max(id), 0) FROM idempotency")) + 1;
  const auto rows = TRY(
      query(db,
            "SELECT id, actor, key FROM idempotency WHERE id > (SELECT coalesce(max(id), 0) FROM "
            "idempotency_indexed)",
            [](const store::Row& row) { return Row{hash_of(row.bytes(1), row.text(2)), row.integer(0)}; }));
  for (const Row& row : rows) answered.recent_.emplace(row.hash, row.id);
  answered.begin_run();
  return answered;
}

Result<std::optional<Answer>> Answered::row_of(store::Database& db, std::int64_t id,
                                               const ledger::ActorId& actor, std::string_view key) const {
  return query_one(
      db, "SELECT body, idx, size, answer FROM idempotency WHERE id=$1 AND actor=$2 AND key=$3",
      [](const store::Row& row) {
        return Answer{row.digest(0), row.integer(1), row.integer(2), row.string(3)};
      },
      id, store::Blob{actor.view()}, key);
}

Result<std::optional<Answer>> Answered::find(store::Database& db, const ledger::ActorId& actor,
                                             std::string_view key) const {
  const std::int64_t hash = hash_of(actor.view(), key);
  std::vector<std::int64_t> ids = TRY(query(
      db, "SELECT id FROM idempotency_key WHERE hash=$1",
      [](const store::Row& row) { return row.integer(0); }, hash));
  const auto [begin, end] = recent_.equal_range(hash);
  for (auto at = begin; at != end; ++at) ids.push_back(at->second);
  for (auto at = std::ranges::lower_bound(run_, hash, {}, &Row::hash); at != run_.end() && at->hash == hash;
       ++at)
    ids.push_back(at->id);
  for (const std::int64_t id : ids)
    if (auto found = TRY(row_of(db, id, actor, key))) return found;
  return std::optional<Answer>();
}

Status Answered::keep(store::Database& db, const ledger::ActorId& actor, std::string_view key,
                      const Answer& answer) {
  const std::int64_t id = next_id_ + static_cast<std::int64_t>(kept_.size());
  TRY(execute(
      db, "INSERT INTO idempotency (id, actor, key, body, idx, size, answer) VALUES ($1,$2,$3,$4,$5,$6,$7)",
      id, store::Blob{actor.view()}, key, answer.body, answer.index, answer.size, answer.answer));
  kept_.push_back({hash_of(actor.view(), key), id});
  return {};
}

Status Answered::fold(store::Database& db) {
  const std::size_t end = std::min(run_.size(), folded_ + kept_.size() * folds_for_each_kept);
  for (std::size_t i = folded_; i < end; ++i)
    TRY(execute(db, "INSERT INTO idempotency_key (hash, id) VALUES ($1,$2) ON CONFLICT DO NOTHING",
                run_[i].hash, run_[i].id));
  folding_ = end - folded_;
  if (end < run_.size() || folding_ == 0) return {};
  const std::int64_t last = std::ranges::max(run_, {}, &Row::id).id;
  return execute(db,
                 "INSERT INTO idempotency_indexed (one, id) VALUES (1,$1) ON CONFLICT (one) DO UPDATE SET "
                 "id=excluded.id",
                 last);
}

void Answered::committed() {
  folded_ += std::exchange(folding_, 0);
  next_id_ += static_cast<std::int64_t>(kept_.size());
  for (const Row& row : kept_) recent_.emplace(row.hash, row.id);
  kept_.clear();
  if (folded_ == run_.size()) {
    run_.clear();
    folded_ = 0;
  }
  begin_run();
}

void Answered::begin_run() {
  if (!run_.empty() || recent_.size() < run_keys_) return;
  for (const auto& [hash, id] : recent_) run_.push_back({hash, id});
  std::ranges::sort(run_);
  recent_.clear();
}

void Answered::rolled_back() {
  kept_.clear();
  folding_ = 0;
}

}  // namespace weir::sequencer
