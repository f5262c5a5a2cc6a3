// The published schema of policies, and decisions as others read them; see handlers.h.
#pragma once
#include "api/routes.h"
#include "policy/decision_recorded.h"

namespace weir::api {

Result<http::Response> policy_form_schema(const ReadCall& call);
// signed_statement.cc
Result<http::Response> decision_vsa(const ReadCall& call);
Result<http::Response> signed_policy(const ReadCall& call);

// Decides a recorded decision again, here.
Result<http::Response> replay_decision(const ReadCall& call);

Result<policy::DecisionRecorded> recorded_decision(const ReadCall& call, std::int64_t entry);  // gate.cc

}  // namespace weir::api
