#include "access/group.h"

#include <gtest/gtest.h>

#include "support/words.h"

namespace weir::access {
namespace {

struct Case {
  std::string_view name, people;  // each "name=kind"; without a kind there is no such account
  std::optional<Errc> refused;
};

TEST(Group, is_made_of_people) {
  const std::array cases{
      Case{"risk", "", {}},
      Case{"risk", "ada=person bob=person", {}},
      Case{"risk", "ada=person ci=service", Errc::invalid},
      Case{"risk", "ada=person eve", Errc::not_found},
      Case{"risk", "ada=person ada=person", Errc::invalid},
      Case{"a/b", "ada=person", Errc::invalid},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.people);
    GroupDeclared group{.name = std::string(row.name)};
    std::vector<MemberFacts> facts;
    for (const auto& [name, kind] : test::words(row.people)) {
      group.people.emplace_back(name);
      facts.push_back({std::string(name), format::enum_from<AccountKind>(kind)});
    }
    const auto declared = declare_group(group, facts);
    ASSERT_EQ(declared.ok(), !row.refused.has_value());
    if (row.refused) {
      EXPECT_EQ(declared.error().code, *row.refused);
    }
  }
}

TEST(Group, is_bounded) {
  GroupDeclared group{.name = "all", .people = std::vector<std::string>(1001, "ada")};
  EXPECT_EQ(declare_group(group, {}).error().code, Errc::too_large);
}

}  // namespace
}  // namespace weir::access
