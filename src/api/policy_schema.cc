#include "api/handlers_policy.h"
#include "policy/form.h"

namespace weir::api {

Result<http::Response> policy_form_schema(const ReadCall&) { return json_response(policy::policy_schema()); }

}  // namespace weir::api
