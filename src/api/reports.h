// The agent's side of the API: enrolment, reports and heartbeats, each signed by the reporter's own key over the exact
// bytes of the body. Format: docs/formats/report.md.
#pragma once
#include "api/service.h"

namespace weir::api {

http::Response receive(std::string_view pattern, const http::Request& request, const Ports& ports,
                       store::Database& db, Instant now);

}  // namespace weir::api
