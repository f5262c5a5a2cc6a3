// Where a body that fits its schema is refused all the same, and where any member is taken: for the walk in
// openapi_test.cc.
#pragma once
#include <algorithm>
#include <array>
#include <string_view>

#include "api/routes.h"

namespace weir::api {

// What a rule of the domain wants beyond the shape.
struct RuleRow {
  std::string_view pattern_end, without, why;
};
inline constexpr std::array body_rules{
    RuleRow{"/channels/{name}", " without url",
            "unless only its secret is rotated, a channel has an address"},
    RuleRow{"/attestations", " without content", "evidence that is read must be there"},
    RuleRow{"/scopes", " without path", "a rule matches by something"},
    RuleRow{"/integrations/{name}", " without base_url", "what is called has an address"},
    RuleRow{"/integrations/{name}", " without environment", "flagger and kubernetes ask for one environment"},
    RuleRow{"/writes", ".writes[2] without body", "an account has a name"},
    RuleRow{"/windows/{name}", " without cron", "a window has a schedule"},
    RuleRow{"/windows/{name}", " without duration", "an opening has a length"},
    RuleRow{"/overrides", " without reason", "its terms ask why"},
    RuleRow{"/freezes", " without incident", "a freeze says why"},
    RuleRow{"/attachments", " without environment", "a policy counts somewhere"},
    RuleRow{"/policy-proposals", " without policy", "a version is of a policy"},
    RuleRow{"/policy-proposals", " without source", "a proposal is one change"},
    RuleRow{"/exceptions", " without rule", "an exception is for something"},
    RuleRow{"/exceptions", " without artifact", "an exception for a rule is for some content"},
    RuleRow{"/windows/{name}", " without from", "a window has a rule or a period"},
    RuleRow{"/review", " without note", "a review says what it found"},
};
inline bool is_wanted_by_a_rule(const Route& route, std::string_view what) {
  return std::any_of(body_rules.begin(), body_rules.end(), [&](const RuleRow& row) {
    return route.pattern.ends_with(row.pattern_end) && what == row.without;
  });
}

// The free form of a schema, a predicate or an advisory takes any member.
inline bool is_free(const Route& route, std::string_view what) {
  if (route.pattern.ends_with("/advisories")) return true;
  return (route.pattern.ends_with("/attestation-types/{name}") && what.starts_with(".schema")) ||
         (route.pattern.ends_with("/attestations") && what.starts_with(".predicate")) ||
         (route.pattern.ends_with("/writes") && what.find(".body") != what.npos);
}

}  // namespace weir::api
