#include "store/view_rollback.h"

#include "deploy/approval.h"
#include "store/view_decision.h"
#include "store/view_deploy.h"

namespace weir::store {
namespace {

constexpr std::int64_t looked_at_max = 20;

struct Own {
  std::string name, flow;
  std::optional<Instant> first_started;
};
Result<std::optional<Own>> own_of(Database& db, const RollbackQuery& query) {
  return query_one(
      db,
      "SELECT a.name, coalesce(a.flow, ''), (SELECT min(i.started_at) FROM identity n JOIN workload_digest d "
      "ON "
      "d.digest=n.child JOIN workload w ON w.id=d.workload AND w.environment=$1 JOIN instance i ON "
      "i.workload=w.id "
      "WHERE n.root=a.digest) FROM artifact a WHERE a.digest=$2",
      [](const Row& row) { return Own{row.string(0), row.string(1), row.maybe_instant(2)}; },
      query.environment, query.artifact);
}

Result<std::vector<RanBefore>> ran_before(Database& db, const RollbackQuery& query, const Own& own) {
  const Instant before = own.first_started ? std::min(*own.first_started, query.at) : query.at;
  return store::query(
      db,
      "SELECT o.digest, o.entry, o.name, coalesce(o.flow, ''), coalesce(o.trail, ''), max(i.started_at) FROM "
      "artifact "
      "o JOIN identity n ON n.root=o.digest JOIN workload_digest d ON d.digest=n.child JOIN workload w ON "
      "w.id=d.workload AND w.environment=$1 JOIN instance i ON i.workload=w.id AND i.started_at<$2 WHERE "
      "o.name=$3 "
      "AND o.digest<>$4 AND o.entry<$5 AND NOT EXISTS (SELECT 1 FROM identity s WHERE s.root=$6 AND "
      "s.child=d.digest) GROUP BY o.digest ORDER BY max(i.started_at) DESC, o.entry DESC LIMIT $7",
      [](const Row& row) {
        return RanBefore{row.digest(0), row.integer(1), row.string(2),
                         row.string(3), row.string(4),  row.instant(5)};
      },
      query.environment, before, own.name, query.artifact, query.size, query.artifact, looked_at_max);
}

// The approval that lets it run at that moment, or why nothing does.
struct Word {
  std::optional<std::int64_t> approval;
  std::string against;
};
Result<Word> word_on(Database& db, const RanBefore& candidate, const RollbackQuery& query) {
  Word word{.against = "is not approved here"};
  for (const deploy::Approval& each : TRY(approvals_covering(db, candidate.digest, query.environment))) {
    if (each.id >= query.size) continue;
    const auto state = deploy::state_at(each, query.at);
    if (state == deploy::ApprovalState::active) word.approval = each.id;
    else word.against = fmt::format("has an approval here that is {}", format::name_of(state));
  }
  const bool now = query.size == std::numeric_limits<std::int64_t>::max();  // older verdicts are not kept
  const auto objection =
      word.approval && now ? TRY(policy_objection(db, candidate.digest, query.environment)) : std::nullopt;
  if (objection) word = {.against = fmt::format("does not meet what is asked here: {}", objection->message)};
  return word;
}

}  // namespace

Result<std::vector<RanBefore>> ran_before(Database& db, const RollbackQuery& query) {
  const auto own = TRY(own_of(db, query));
  if (!own) return std::vector<RanBefore>();
  return ran_before(db, query, *own);
}

Result<RollbackTarget> rollback_target(Database& db, const RollbackQuery& query) {
  const auto own = TRY(own_of(db, query));
  if (!own || own->flow.empty())
    return RollbackTarget{.why = "no flow recorded this artifact, so nothing is known to go back to"};
  RollbackTarget none{.why = fmt::format("nothing else that flow {} delivers as {} ran in {} before",
                                         own->flow, own->name, query.environment)};
  bool first = true;
  for (const RanBefore& each : TRY(ran_before(db, query, *own))) {
    if (each.flow != own->flow) continue;
    const Word word = TRY(word_on(db, each, query));
    if (word.approval)
      return RollbackTarget{.artifact = each.digest,
                            .name = each.name,
                            .last_started = each.last_started,
                            .approval = word.approval};
    if (std::exchange(first, false))
      none.why = fmt::format("{} {}, which ran last, {}", each.name, to_string(each.digest), word.against);
  }
  return none;
}

}  // namespace weir::store
