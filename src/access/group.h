// Groups of people: who may consent where a request asks for a group, and roles that come with membership. Members are
// persons; a service account is none and cannot be one. A membership belongs to the account, not to its name: a new
// account of the same name is somebody else. What a vote or an approval counts is the membership at its time.
#pragma once
#include <string>
#include <vector>

#include "access/account.h"

namespace weir::access {

struct GroupDeclared {
  std::string name, description;
  std::vector<std::string> people;  // names of accounts
  std::vector<Role> roles;          // that members have besides their own
  static void members(auto& visit, auto& self) {
    visit.maybe("name", self.name);
    visit.maybe("description", self.description);
    visit("members", self.people);
    visit.maybe("roles", self.roles);
  }
  bool operator==(const GroupDeclared&) const = default;
};

// What is known about a member that is asked for: none when there is no account of that name.
struct MemberFacts {
  std::string name;
  std::optional<AccountKind> kind;
};
// Refuses service accounts, unknown names, and a name that comes twice. `people`: of each member, in order.
Result<GroupDeclared> declare_group(GroupDeclared group, const std::vector<MemberFacts>& people);

}  // namespace weir::access
