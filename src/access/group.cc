#include "access/group.h"

#include <set>

#include "access/limits.h"
#include "base/name.h"

namespace weir::access {

Result<GroupDeclared> declare_group(GroupDeclared group, const std::vector<MemberFacts>& people) {
  TRY(check_name(group.name, "name"));
  TRY(check_text(group.description, "description"));
  if (group.people.size() > limits::group_members_max)
    return Error{Errc::too_large, fmt::format("'members' has more than {}", limits::group_members_max),
                 "members"};
  std::set<std::string_view> seen;
  for (const MemberFacts& each : people) {
    if (!each.kind) return not_found(fmt::format("there is no account '{}'", each.name));
    if (*each.kind != AccountKind::person)
      return invalid(fmt::format("'{}' is a service account: a group is made of people", each.name),
                     "members");
    if (!seen.insert(each.name).second)
      return invalid(fmt::format("'{}' is named twice", each.name), "members");
  }
  return group;
}

}  // namespace weir::access
