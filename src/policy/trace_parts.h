// The parts of a trace: conditions on values, and evidence that was looked at. For trace.cc. Pure.
#pragma once
#include <string>
#include <vector>

#include "policy/trace.h"

namespace weir::policy {

std::string shown(const format::Json& value);  // at most 200 bytes; "nothing" for what is absent
std::string wanted_text(const Expectation& expected);
Observation observe_value(std::string wanted, const format::Json& value, const Expectation& expected);
Observation observe_name(std::string_view what, const std::string& seen,
                         const std::vector<std::string>& globs);
const format::Json& value_at(const format::Json& base, std::string_view dotted_path);
std::string seen_list(const std::vector<std::string>& items);

// The evidence that a requirement looks at; none for those that look at none.
std::vector<EvidenceSeen> evidence_of(const Requirement& require, const Input& input);

}  // namespace weir::policy
