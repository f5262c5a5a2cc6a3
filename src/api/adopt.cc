#include "runtime/adopt.h"

#include <set>

#include "access/reach.h"
#include "api/answers.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "base/name.h"
#include "store/view_alert.h"
#include "store/view_deploy.h"
#include "store/view_runtime.h"

namespace weir::api {
namespace {

using runtime::Skip;
using sequencer::Decision;

// The interpreter that runs something unseen, of that user in that unit or container.
runtime::ScopeRule scope_for(const store::WorkloadFacts& facts, Instant now) {
  runtime::ScopeRule rule = alert::suggest_scope(
      {.user = facts.origin.user, .unit = facts.origin.unit, .container = facts.origin.container}, now);
  rule.path = facts.subject.name;
  rule.reason = "what it runs is no file";
  return rule;
}

// Judges anew: what started a moment ago may wait for its verdict.
Result<Decision> adopt_what_runs(store::Database& db, const std::string& environment,
                                 const std::string& reason, Instant now) {
  if (!TRY(store::environment_exists(db, environment)))
    return not_found(fmt::format("there is no environment '{}'", environment));
  std::vector<Skipped> skipped;
  std::set<Sha256> digests;
  for (const store::WorkloadView& workload : TRY(store::list_workloads(db, {.environment = environment}))) {
    const auto facts = TRY(store::workload_facts(db, *workload.id, now));
    if (!facts) continue;
    const runtime::Adoption adoption =
        runtime::adoption_of(facts->subject, runtime::judge(facts->subject, facts->known, now));
    digests.insert(adoption.digests.begin(), adoption.digests.end());
    if (adoption.skip == Skip::none) continue;
    skipped.push_back({*workload.id, workload.name, std::string(runtime::why_of(adoption.skip))});
    if (adoption.skip == Skip::unseen) skipped.back().scope = scope_for(*facts, now);
  }
  Decision decision;
  for (const Sha256& digest : digests)
    decision.events.push_back(deploy::ApprovalGiven{.artifact = digest,
                                                    .environment = environment,
                                                    .from = now,
                                                    .until = now + limits::adoption_period,
                                                    .reason = "adopted: " + reason,
                                                    .adopted = true});
  const Adoption adoption{static_cast<std::int64_t>(digests.size()), std::move(skipped)};
  decision.answer = [adoption](auto) { return format::encode(adoption); };
  return decision;
}

}  // namespace

Result<Write> adopt(const Call& call) {
  const auto request = TRY(body_of<AdoptRequest>(call.request));
  if (request.reason.empty()) return invalid("'reason' must say why this is taken over", "reason");
  TRY(check_text(request.reason, "reason"));
  const std::string environment(call.request.parameter("env"));
  TRY(access::check_reach(call.actor,
                          {.environments = {environment}}));  // of all flows: it takes whatever runs there
  return Write{[environment, reason = request.reason](store::Database& db, Instant now) {
    return adopt_what_runs(db, environment, reason, now);
  }};
}

}  // namespace weir::api
