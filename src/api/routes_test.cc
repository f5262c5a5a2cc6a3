#include "api/routes.h"

#include <gtest/gtest.h>

#include <set>

#include "support/api_fixture.h"

namespace weir::api {
namespace {

using access::Role;

// A concrete path below /v1/orgs/org/ for a pattern; empty when the route stands elsewhere.
std::string path_of(const Route& route) {
  constexpr std::string_view below = "/v1/orgs/{org}/";
  if (!route.pattern.starts_with(below)) return "";
  std::string path(route.pattern.substr(below.size()));
  for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{'))
    path.replace(open, path.find('}') - open + 1, "1");
  return path;
}

bool role_permits(Role role, access::AccountKind kind, access::Permission permission) {
  return access::permits({.kind = kind, .roles = {role}}, permission);
}

struct Account {
  Role role;
  access::AccountKind kind;
  std::string token;
};

class Routes : public testing::Test {
 protected:
  std::vector<Account> accounts() {
    std::vector<Account> made;
    for (const Role role : {Role::admin, Role::recorder, Role::approver, Role::reporter, Role::auditor})
      for (const auto kind : {access::AccountKind::person, access::AccountKind::service}) {
        if (role == Role::approver && kind == access::AccountKind::service) continue;
        const std::string name = fmt::format("{}-{}", format::name_of(kind), format::name_of(role));
        const auto answer =
            api_.post(kind == access::AccountKind::person ? "people" : "service-accounts",
                      fmt::format(R"({{"name":"{}","roles":["{}"]}})", name, format::name_of(role)));
        EXPECT_EQ(answer.status, 201) << name;
        made.push_back({role, kind, std::string(answer.json.text("token"))});
      }
    return made;
  }

  test::ApiFixture api_;
};

TEST_F(Routes, every_role_gets_what_the_table_says_and_nothing_else) {
  std::size_t walked = 0;
  const auto everybody = accounts();
  for (const Route& route : routes()) {
    const std::string path = path_of(route);
    if (path.empty() || route.door != Door::token) continue;
    for (const Account& account : everybody) {
      const auto answer = api_.call(route.method, path, "{", account.token);
      const bool may = role_permits(account.role, account.kind, route.permission);
      EXPECT_EQ(answer.status == 403, !may)
          << route.method << ' ' << route.pattern << " as " << format::name_of(account.role);
      EXPECT_NE(answer.status, 401);
      EXPECT_LT(answer.status, 500) << route.pattern << ": " << answer.response.body;
      ++walked;
    }
  }
  EXPECT_GT(walked, 400u);
}

TEST_F(Routes, nobody_gets_in_without_a_known_token) {
  for (const Route& route : routes()) {
    if (path_of(route).empty() || route.door != Door::token) continue;
    api_.ledger().clock().pass(minutes(2));  // guesses are counted per minute
    EXPECT_EQ(api_.call(route.method, path_of(route), "{}", "weir_wrong").status, 401) << route.pattern;
  }
}

TEST_F(Routes, reports_are_let_in_by_their_signature_alone) {
  for (const Route& route : routes())
    if (route.door == Door::signed_report) EXPECT_EQ(api_.post(path_of(route)).status, 401) << route.pattern;
}

TEST_F(Routes, guessing_tokens_is_slowed_per_minute) {
  for (std::size_t i = 0; i < limits::token_failures_max; ++i)
    EXPECT_EQ(api_.call("GET", "me", "", fmt::format("weir_guess{}", i)).status, 401);
  EXPECT_EQ(api_.call("GET", "me", "", "weir_guess").status, 429);
  EXPECT_EQ(api_.get("me").status, 429);
  api_.ledger().clock().pass(minutes(1));
  EXPECT_EQ(api_.get("me").status, 200);
}

TEST_F(Routes, a_removed_account_is_out_at_once) {
  const std::string token = api_.add_account("ci", "recorder");
  EXPECT_EQ(api_.call("GET", "me", "", token).status, 200);
  EXPECT_EQ(api_.call("DELETE", "accounts/ci").status, 201);
  EXPECT_EQ(api_.call("GET", "me", "", token).status, 401);
}

TEST_F(Routes, a_token_narrowed_to_a_flow_stays_in_it) {
  const std::string token = api_.add_account("ci", "recorder", "shop");
  EXPECT_EQ(api_.call("PUT", "flows/shop", "{}", token).status, 201);
  EXPECT_EQ(api_.call("PUT", "flows/bank", "{}", token).status, 403);
  EXPECT_EQ(api_.call("PUT", "flows/bank/trails/t", "{}", token).status, 403);
}

TEST_F(Routes, names_that_could_leave_a_directory_are_refused) {
  for (const char* name : {"..", "%2e%2e", "a%2fb", "%00", "a%0ab", "-x", "a..b"}) {
    const auto answer = api_.put(fmt::format("flows/{}", name));
    EXPECT_EQ(answer.status, 400) << name;
  }
}

TEST_F(Routes, refused_input_names_its_field_and_changes_nothing) {
  const std::int64_t before = api_.ledger().sequencer().size();
  struct Case {
    const char* method;
    const char* path;
    const char* body;
    const char* field;
  };
  for (const Case& each : {Case{"PUT", "flows/f", R"({"template":{"attestations":[{"type":"test"}]}})",
                                "template.attestations[0].name"},
                           {"PUT", "flows/f", R"({"colour":"red"})", "colour"},
                           {"PUT", "environments/e", R"({"kind":"moon"})", "kind"},
                           {"POST", "approvals", R"({"artifact":"xyz","environment":"e"})", "artifact"},
                           {"POST", "people", R"({"name":"a","roles":["king"]})", "roles[0]"}}) {
    const auto answer = api_.call(each.method, each.path, each.body);
    EXPECT_EQ(answer.status, 400) << each.body;
    EXPECT_EQ(answer.json.at("error").text("field"), each.field) << answer.response.body;
  }
  EXPECT_EQ(api_.ledger().sequencer().size(), before);
}

TEST(Openapi, has_every_route_once_with_its_permission) {
  const auto document = format::parse_json(openapi_document("1")).value();
  EXPECT_EQ(document.text("openapi"), "3.1.0");
  std::size_t operations = 0;
  for (const auto& [path, item] : *document.at("paths").object()) operations += item.object()->size();
  EXPECT_EQ(operations, routes().size());
}

}  // namespace
}  // namespace weir::api
