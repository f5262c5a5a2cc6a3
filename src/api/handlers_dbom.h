// The handlers of a deployment's bill of materials; see handlers.h.
#pragma once
#include "api/routes.h"

namespace weir::api {

Result<http::Response> find_dbom(const ReadCall& call);
Result<http::Response> dbom_schema(const ReadCall& call);
Result<Write> issue_dbom(const Call& call);

}  // namespace weir::api
