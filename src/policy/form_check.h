// What a policy's form must also keep, beyond its types: ids, globs, bounds, and that no rule is one that can
// never apply or never be met. Errors name the field. Pure.
#pragma once
#include "policy/form.h"

namespace weir::policy {

// Classes of change that there are; a rule for another one would never apply.
inline constexpr std::array<std::string_view, 3> change_classes{"standard", "normal", "emergency"};
// Errc::invalid when no class of change is named so; the pattern of a selector must match one.
Status check_change_class(std::string_view pattern, const std::string& field);

Status check_policy(const Policy& policy);

// Globs of policies: `*` is any characters, also none and also slashes; `?` is one. Everything else stands for
// itself.
bool matches_glob(std::string_view glob, std::string_view text);

}  // namespace weir::policy
