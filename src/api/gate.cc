#include "api/answers.h"
#include "api/gate_verdict.h"
#include "api/handlers.h"
#include "api/handlers_policy.h"
#include "api/requests.h"
#include "base/check.h"
#include "base/name.h"
#include "policy/decide.h"
#include "policy/form_check.h"
#include "sequencer/ledger_store.h"
#include "store/view_decision.h"
#include "store/view_deploy.h"
#include "store/view_policy.h"

namespace weir::api {
namespace {

using store::DecisionSubject;

Result<DecisionSubject> subject_of(const ReadCall& call, const GateRequest& request) {
  if (request.artifact.empty())
    return invalid("'artifact' is missing: the digest of what is to run", "artifact");
  DecisionSubject subject{.artifact = TRY(parse_artifact(request.artifact)),
                          .environment = request.environment};
  TRY(check_name(subject.environment, "environment"));
  if (!request.change_class.empty()) {
    TRY(policy::check_change_class(request.change_class, "class"));
    subject.change_class = request.change_class;
  }
  if (!TRY(store::environment_exists(call.db, subject.environment)))
    return not_found(
        fmt::format("there is no environment '{}'; create it with `weir env create {} --kind host`",
                    subject.environment, subject.environment));
  subject.artifact = TRY(store::recorded_artifact(call.db, subject.artifact));
  return subject;
}

// 409 as well as 403 carries the answer; an error of ours carries `error` and nothing else.
int status_of(policy::Verdict verdict) {
  if (policy::passes(verdict)) return 200;
  return verdict == policy::Verdict::deny ? 403 : 409;
}

Result<GateRequest> request_of(const ReadCall& call) {
  if (call.request.method == "POST") return body_of<GateRequest>(call.request);
  return GateRequest{.artifact = text_of(call.request, "artifact"),
                     .environment = text_of(call.request, "environment"),
                     .change_class = text_of(call.request, "class")};
}

StatusSays says_of(const ReadCall& call) {
  return text_of(call.request, "status") == "verdict" ? StatusSays::verdict : StatusSays::answered;
}

bool wants_rollback(const ReadCall& call) { return text_of(call.request, "rollback") == "true"; }

// The answer with what to go back to, as it is now: that is no part of the decision.
Status add_rollback(const ReadCall& call, const DecisionSubject& subject, std::string& answer) {
  const auto target = TRY(store::rollback_target(
      call.db, {.artifact = subject.artifact, .environment = subject.environment, .at = call.now}));
  CHECK(answer.ends_with('}'));
  answer.pop_back();
  answer += fmt::format(",\"rollback\":{}}}", format::encode(target));
  return {};
}

http::Response response_of(const ReadCall& call, jobs::GateAnswered answered, StatusSays says,
                           Instant began) {
  const Instant ended = call.ports.clock->now();
  call.ports.gate_times->note(ended - began, ended);
  return json_response(std::move(answered.answer),
                       says == StatusSays::verdict ? status_of(answered.verdict) : 200);
}

}  // namespace

Result<http::Response> gate_response(const ReadCall& call, const GateRequest& request, StatusSays says) {
  const Instant began = call.ports.clock->now();
  const DecisionSubject subject = TRY(subject_of(call, request));
  auto answered =
      TRY(jobs::ask_gate({call.ports.sequencer, call.ports.server_actor, call.ports.exposure.get()}, call.db,
                         subject, call.now));
  if (wants_rollback(call)) TRY(add_rollback(call, subject, answered.answer));
  return response_of(call, std::move(answered), says, began);
}

Result<http::Response> gate(const ReadCall& call) {
  return gate_response(call, TRY(request_of(call)), says_of(call));
}

Result<std::optional<http::Response>> gate_at_once(const ReadCall& call) {
  if (wants_rollback(call)) return std::optional<http::Response>();
  const Instant began = call.ports.clock->now();
  auto current = TRY(jobs::current_answer(call.db, TRY(subject_of(call, TRY(request_of(call)))), call.now));
  if (!current) return std::optional<http::Response>();
  return std::optional(response_of(call, std::move(*current), says_of(call), began));
}

Result<http::Response> list_decisions(const ReadCall& call) {
  store::DecisionFilter filter{.environment = text_of(call.request, "environment"),
                               .verdict = text_of(call.request, "verdict")};
  filter.artifact = TRY(digest_of(call.request, "artifact"));
  filter.limit = TRY(limit_of(call.request));
  filter.before = TRY(cursor_of(call.request));
  const auto decisions = TRY(store::list_decisions(call.db, filter));
  const bool full = decisions.size() == static_cast<std::size_t>(filter.limit);
  return list_response("decisions", decisions, full ? std::to_string(decisions.back().entry) : "");
}

Result<policy::DecisionRecorded> recorded_decision(const ReadCall& call, std::int64_t entry) {
  const auto stored = sequencer::read_entry(call.db, *call.ports.blobs, entry);
  if (!stored.ok() && stored.error().code != Errc::not_found) return stored.error();
  if (stored.ok() && stored->payload) {
    const auto leaf = TRY(ledger::decode_leaf(stored->leaf));
    const auto event = TRY(store::decode_payload(leaf.type, *stored->payload));
    if (const auto* recorded = event.as<policy::DecisionRecorded>()) return *recorded;
  }
  return not_found(fmt::format("entry {} is no decision", entry));
}

Result<http::Response> find_decision(const ReadCall& call) {
  const std::int64_t entry = TRY(id_of(call.request, "entry"));
  const policy::DecisionRecorded recorded = TRY(recorded_decision(call, entry));
  return record_response(DecisionAnswer{entry, recorded});
}

Result<http::Response> replay_decision(const ReadCall& call) {
  const std::int64_t entry = TRY(id_of(call.request, "entry"));
  const policy::DecisionRecorded recorded = TRY(recorded_decision(call, entry));
  const auto seat = TRY(call.ports.simulating->take(call.config.workers));
  std::vector<policy::Prepared> policies;
  for (const policy::PolicyUsed& used : recorded.record.policies) {
    const auto version = TRY(store::find_policy_version(call.db, used.name, used.version));
    if (!version)
      return not_found(fmt::format("there is no version {} of policy '{}'", used.version, used.name));
    auto prepared = TRY(policy::Prepared::prepare({.name = version->name,
                                                   .version = version->version,
                                                   .text = version->source,
                                                   .form = version->form,
                                                   .engine = recorded.record.engine}));
    policies.push_back(std::move(prepared));
  }
  const policy::Replay replayed = TRY(policy::replay(recorded.record, pointers_to(policies)));
  return record_response(Replayed{.decision = entry,
                                  .same = replayed.same,
                                  .verdict = replayed.again.verdict,
                                  .difference = replayed.difference,
                                  .engine = policy::deciding_engine()});
}

}  // namespace weir::api
