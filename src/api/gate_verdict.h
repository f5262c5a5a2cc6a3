// The gate's answer to whoever may ask: with the status of an answer, or with the verdict in it, for callers that look
// at nothing else.
#pragma once
#include "api/requests.h"
#include "api/routes.h"
#include "jobs/ask_gate.h"

namespace weir::api {

enum class StatusSays {
  answered,  // 200
  verdict,   // 200 when it may run, 403 when it is denied, 409 while it is undecided
};

Result<http::Response> gate_response(const ReadCall& call, const GateRequest& request, StatusSays says);

}  // namespace weir::api
