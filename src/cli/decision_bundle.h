// A decision with the sources of its policies: all that is needed to decide it again, or to look inside it, anywhere.
#pragma once
#include <string>
#include <vector>

#include "cli/session.h"
#include "policy/decide.h"

namespace weir::cli {

// {"decision": …, "policies": [version…]}, asked of the server.
Result<format::Json> fetch_bundle(Session& session, const std::string& id);

Result<std::vector<policy::Prepared>> prepare_policies(const format::Json& bundle);
Result<policy::DecisionRecord> record_of(const format::Json& bundle);

bool is_entry_number(std::string_view text);

}  // namespace weir::cli
