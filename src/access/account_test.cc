#include "access/account.h"

#include <gtest/gtest.h>

namespace weir::access {
namespace {

Actor person(std::vector<Role> roles) {
  return {.name = "ada", .kind = AccountKind::person, .roles = std::move(roles)};
}
Actor service(std::vector<Role> roles) {
  return {.name = "ci", .kind = AccountKind::service, .roles = std::move(roles)};
}

// Columns: read record approve declare report administer; the second line of a role is for service accounts.
TEST(Permits, follows_the_table_of_roles) {
  struct Case {
    Role role;
    std::string_view person, service;
  };
  constexpr std::array cases{
      Case{Role::admin, "yyyyyy", "yy-yyy"},    Case{Role::recorder, "yy-y--", "yy-y--"},
      Case{Role::approver, "y-yy--", "y--y--"}, Case{Role::reporter, "y---y-", "y---y-"},
      Case{Role::auditor, "y-----", "y-----"},
  };
  for (const Case& row : cases)
    for (std::size_t i = 0; i < names_of(Permission{}).size(); ++i) {
      const auto permission = static_cast<Permission>(i);
      SCOPED_TRACE(std::string(format::name_of(row.role)) + " " + std::string(format::name_of(permission)));
      EXPECT_EQ(permits(person({row.role}), permission), row.person[i] == 'y');
      EXPECT_EQ(permits(service({row.role}), permission), row.service[i] == 'y');
    }
}

TEST(Permits, nothing_without_a_role) {
  for (std::size_t i = 0; i < names_of(Permission{}).size(); ++i)
    EXPECT_FALSE(permits(person({}), static_cast<Permission>(i)));
}

TEST(Permits, what_any_of_several_roles_permits) {
  const Actor both = person({Role::recorder, Role::approver});
  EXPECT_TRUE(permits(both, Permission::record));
  EXPECT_TRUE(permits(both, Permission::approve));
  EXPECT_FALSE(permits(both, Permission::administer));
}

TEST(Scope, of_no_names_is_everything_and_of_some_is_only_those) {
  Actor actor = service({Role::recorder});
  EXPECT_TRUE(check_flow_scope(actor, "api").ok());
  EXPECT_TRUE(check_environment_scope(actor, "prod").ok());
  actor.flows = {"api", "web"};
  actor.environments = {"test"};
  EXPECT_TRUE(check_flow_scope(actor, "web").ok());
  EXPECT_EQ(check_flow_scope(actor, "api2").error().code, Errc::forbidden);
  EXPECT_EQ(check_flow_scope(actor, "").error().code, Errc::forbidden);
  EXPECT_TRUE(check_environment_scope(actor, "test").ok());
  EXPECT_EQ(check_environment_scope(actor, "prod").error().code, Errc::forbidden);
}

TEST(CreateAccount, accepts_or_refuses_as_the_table_says) {
  struct Case {
    std::string_view name;
    AccountRequest request;
    AccountKind kind;
    std::string_view refused_field;  // empty: accepted
  };
  const std::array cases{
      Case{"a service that records", {.name = "ci", .roles = {Role::recorder}}, AccountKind::service, ""},
      Case{"a person that approves", {.name = "ada", .roles = {Role::approver}}, AccountKind::person, ""},
      Case{"a service that approves",
           {.name = "ci", .roles = {Role::recorder, Role::approver}},
           AccountKind::service,
           "roles"},
      Case{"no role", {.name = "ci", .roles = {}}, AccountKind::service, "roles"},
      Case{"no name", {.name = "", .roles = {Role::auditor}}, AccountKind::service, "name"},
      Case{"a wrong flow",
           {.name = "ci", .roles = {Role::recorder}, .flows = {"a/b"}},
           AccountKind::service,
           "flows"},
      Case{"a wrong environment",
           {.name = "ci", .roles = {Role::recorder}, .environments = {" "}},
           AccountKind::service,
           "environments"},
  };
  for (const Case& row : cases) {
    const auto created = create_account(row.request, row.kind, "00", {.text = "weir_secret", .digest = {}});
    ASSERT_EQ(created.ok(), row.refused_field.empty()) << row.name;
    if (!created) {
      EXPECT_EQ(created.error().field, row.refused_field) << row.name;
    }
  }
}

TEST(CreateAccount, keeps_the_digest_of_the_token_and_never_the_token) {
  Sha256 digest;
  digest.bytes[0] = 1;
  const auto created = create_account({.name = "ci", .roles = {Role::recorder}}, AccountKind::service, "0a",
                                      {.text = "weir_secret", .digest = digest});
  ASSERT_TRUE(created.ok());
  EXPECT_EQ(created->token_digest, digest);
  EXPECT_EQ(format::encode(*created).find("weir_secret"), std::string::npos);
}

}  // namespace
}  // namespace weir::access
