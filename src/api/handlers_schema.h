// The published schemas; see handlers.h.
#pragma once
#include "api/routes.h"

namespace weir::api {

Result<http::Response> policy_form_schema(const ReadCall& call);

}  // namespace weir::api
