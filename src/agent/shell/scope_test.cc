#include "agent/shell/scope.h"

#include <gtest/gtest.h>

namespace weir::agent {
namespace {

using runtime::ScopeEffect;

runtime::Instance instance_of(const std::string& name, const std::string& user) {
  runtime::Instance instance{.id = "1", .name = name};
  instance.origin.user = user;
  return instance;
}

TEST(ScopeTest, last_matching_rule_decides_and_every_given_field_must_match) {
  Scope scope;
  scope.change(1, {{.id = "1", .effect = ScopeEffect::exclude, .path = "/build/**"},
                   {.id = "2", .effect = ScopeEffect::include, .path = "/build/**", .user = "root"}});
  EXPECT_FALSE(scope.admits(instance_of("/build/a", "ci"), {}));
  EXPECT_TRUE(scope.admits(instance_of("/build/a", "root"), {}));
  EXPECT_TRUE(scope.admits(instance_of("/bin/a", "ci"), {}));
}

TEST(ScopeTest, rule_without_any_field_matches_nothing) {
  Scope scope;
  scope.change(1, {{.id = "1", .effect = ScopeEffect::exclude}});
  EXPECT_TRUE(scope.admits(instance_of("/bin/a", "ci"), {}));
}

TEST(ScopeTest, expired_rule_is_no_longer_in_force_nor_shown) {
  Scope scope;
  scope.change(1, {{.id = "1", .effect = ScopeEffect::exclude, .user = "ci", .expires_at = Instant{1000}}});
  EXPECT_FALSE(scope.admits(instance_of("/a", "ci"), {999}));
  EXPECT_EQ(scope.sources({999}).size(), 1u);
  EXPECT_TRUE(scope.admits(instance_of("/a", "ci"), {1000}));
  EXPECT_TRUE(scope.sources({1000}).empty());
}

TEST(ScopeTest, source_counts_what_a_rule_left_out) {
  Scope scope;
  scope.change(1, {{.id = "r9", .effect = ScopeEffect::exclude, .user = "ci", .reason = "builds"}});
  for (int i = 0; i < 3; ++i) scope.admits(instance_of("/a", "ci"), {});
  ASSERT_EQ(scope.sources({}).size(), 1u);
  EXPECT_EQ(scope.sources({})[0].detail, "rule r9: 3 left out");
  EXPECT_EQ(scope.sources({})[0].blind, "exclude user ci: builds");
}

TEST(ScopeTest, same_rules_again_are_no_change) {
  Scope scope;
  const std::vector<runtime::ScopeRule> rules{{.id = "1", .user = "ci"}};
  EXPECT_TRUE(scope.change(1, rules));
  EXPECT_FALSE(scope.change(2, rules));
  EXPECT_TRUE(scope.change(3, {}));
}

}  // namespace
}  // namespace weir::agent
