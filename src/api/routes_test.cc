#include "api/routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "http/stream.h"
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

  std::string person(const std::string& request) {
    const auto made = api_.post("people", request);
    EXPECT_EQ(made.status, 201) << made.response.body;
    return std::string(made.json.text("token"));
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

TEST_F(Routes, large_bodies_are_taken_of_known_people_only) {
  const auto limit = [&](std::optional<std::size_t> length, std::string_view token) {
    http::Request head{.method = "POST", .path = "/v1/orgs/org/attestations", .remote_address = "192.0.2.1"};
    head.headers = {{"authorization", fmt::format("Bearer {}", token)}};
    return api_.service().body_limit(head, length);
  };
  EXPECT_GT(limit(1 << 20, test::ApiFixture::admin_token).value().bytes_max, limits::blob_bytes_max);
  EXPECT_TRUE(limit(limits::stranger_body_bytes_max, "weir_wrong").ok()) << "answered with the whole request";
  EXPECT_EQ(limit(std::nullopt, "weir_wrong").error().code, Errc::unauthenticated);
  for (std::size_t i = 1; i < limits::token_failures_max; ++i)
    EXPECT_EQ(limit(1 << 20, "weir_wrong").error().code, Errc::unauthenticated);
  EXPECT_EQ(limit(1 << 20, "weir_wrong").error().code, Errc::too_many) << "no way to guess faster";
}

TEST_F(Routes, a_guesser_does_not_lock_out_who_was_known_at_his_address) {
  const std::string token = api_.add_account("ci", "recorder");  // the admin's token is known here by this
  for (std::size_t i = 0; i <= limits::token_failures_max; ++i)
    api_.call("GET", "me", "", fmt::format("weir_guess{}", i));
  EXPECT_EQ(api_.get("me").status, 200);
  EXPECT_EQ(api_.call("GET", "me", "", token).status, 429) << "it was never used from here";
  EXPECT_EQ(api_.call("GET", "me", "", "weir_guess").status, 429);
}

TEST_F(Routes, guessing_tokens_is_slowed_per_minute) {
  for (std::size_t i = 0; i < limits::token_failures_max; ++i)
    EXPECT_EQ(api_.call("GET", "me", "", fmt::format("weir_guess{}", i)).status, 401);
  EXPECT_EQ(api_.call("GET", "me", "", "weir_guess").status, 429);
  EXPECT_EQ(api_.get("me").status, 429);
  api_.ledger().clock().pass(minutes(1));
  EXPECT_EQ(api_.get("me").status, 200);
}

http::Request waiting_for(std::int64_t index) {
  return {.method = "GET",
          .path = "/v1/orgs/org/me",
          .query_fields = {{"min_index", std::to_string(index)}},
          .headers = {{"authorization", fmt::format("Bearer {}", test::ApiFixture::admin_token)}}};
}

TEST_F(Routes, who_waits_for_an_entry_holds_up_nobody_else) {
  const std::int64_t next = api_.ledger().sequencer().size();
  std::vector<std::future<http::Response>> waits;
  for (int i = 0; i < 8; ++i) waits.push_back(api_.begin(waiting_for(next)));
  EXPECT_EQ(api_.get("overview").status, 200);
  for (auto& wait : waits)
    EXPECT_EQ(wait.wait_for(std::chrono::seconds(0)), std::future_status::timeout) << "others were served";
  EXPECT_EQ(api_.put("flows/shop").status, 201);
  for (auto& wait : waits) EXPECT_EQ(api_.end(std::move(wait)).status, 200);
}

TEST_F(Routes, only_a_bounded_number_waits_for_entries) {
  const std::int64_t next = api_.ledger().sequencer().size();
  std::vector<std::future<http::Response>> waits;
  for (std::size_t i = 0; i < limits::index_waits_max; ++i) waits.push_back(api_.begin(waiting_for(next)));
  EXPECT_EQ(api_.send(waiting_for(next)).status, 503);
  EXPECT_EQ(api_.put("flows/shop").status, 201);
  for (auto& wait : waits) EXPECT_EQ(api_.end(std::move(wait)).status, 200);
}

TEST_F(Routes, nobody_unknown_waits_for_an_entry) {
  for (const char* path : {"/healthz", "/readyz", "/v1/openapi.json"})
    EXPECT_EQ(api_.send({.method = "GET", .path = path, .query_fields = {{"min_index", "999999999"}}}).status,
              200)
        << path;
  http::Request stranger = waiting_for(999999999);
  stranger.headers.clear();
  EXPECT_EQ(api_.send(std::move(stranger)).status, 401);
}

TEST_F(Routes, numbers_of_entries_that_are_none_are_refused) {
  for (const char* index : {"", "-1", "x", "1x", "9223372036854775808"})
    EXPECT_EQ(api_.get(fmt::format("me?min_index={}", index)).status, 400) << index;
  http::Request listening{.method = "GET", .path = "/v1/orgs/org/events"};
  listening.headers = {{"authorization", fmt::format("Bearer {}", test::ApiFixture::admin_token)},
                       {"last-event-id", "9223372036854775807"}};
  EXPECT_EQ(api_.send(std::move(listening)).status, 200) << "an event that never was: from now on";
}

TEST_F(Routes, the_organization_is_shown_and_named_by_an_administrator_of_all_of_it) {
  ASSERT_TRUE(api_.ledger()
                  .append(store::LedgerOpened{
                      .organization = "org", .origin = "weir.test/org", .server_actor = std::string(32, '0')})
                  .ok());
  const auto about = [&](std::string_view method, std::string body, std::string_view token) {
    return api_.call(method, "organization", std::move(body), token);
  };
  const auto shown = about("GET", "", test::ApiFixture::admin_token);
  EXPECT_EQ(shown.json.text("name"), "org") << shown.response.body;
  EXPECT_EQ(shown.json.text("title"), "");
  EXPECT_NE(shown.json.text("vkey").find(shown.json.text("origin")), std::string::npos);
  const std::string named = R"({"title":"Example Ltd","contact":"ops@example.org"})";
  EXPECT_EQ(about("PUT", named, api_.add_account("watcher", "auditor")).status, 403);
  EXPECT_EQ(about("PUT", named, api_.add_account("partly", "admin", "one-flow")).status, 403);
  EXPECT_EQ(about("PUT", named, test::ApiFixture::admin_token).status, 201);
  EXPECT_EQ(about("PUT", named, test::ApiFixture::admin_token).status, 200) << "nothing new";
  EXPECT_EQ(about("GET", "", test::ApiFixture::admin_token).json.text("title"), "Example Ltd");
}

TEST_F(Routes, a_removed_account_is_out_at_once) {
  const std::string token = api_.add_account("ci", "recorder");
  EXPECT_EQ(api_.call("GET", "me", "", token).status, 200);
  EXPECT_EQ(api_.call("DELETE", "accounts/ci").status, 201);
  EXPECT_EQ(api_.call("GET", "me", "", token).status, 401);
}

TEST_F(Routes, a_token_narrowed_to_a_flow_changes_no_service_of_others) {
  for (const char* service : {"shop", "bank", "bare"})
    EXPECT_EQ(api_.put(fmt::format("services/{}", service), R"({"team":"payments"})").status, 201);
  EXPECT_EQ(api_.put("flows/shop", R"({"service":"shop"})").status, 201);
  EXPECT_EQ(api_.put("flows/bank", R"({"service":"bank"})").status, 201);
  const std::string token = api_.add_account("ci", "recorder", "shop");
  const auto put = [&](const char* service, const char* body) {
    return api_.call("PUT", fmt::format("services/{}", service), body, token).status;
  };
  EXPECT_EQ(put("shop", R"({"team":"mine"})"), 201);
  EXPECT_EQ(put("new", R"({"team":"mine"})"), 201);
  EXPECT_EQ(put("bank", R"({"team":"mine"})"), 403) << "its flow is another's";
  EXPECT_EQ(put("bank", R"({"team":"payments"})"), 200) << "nothing changes";
  EXPECT_EQ(put("bare", R"({"team":"mine"})"), 403) << "it has no flow to reach it by";
}

TEST_F(Routes, a_token_narrowed_to_a_flow_stays_in_it) {
  const std::string token = api_.add_account("ci", "recorder", "shop");
  EXPECT_EQ(api_.call("PUT", "flows/shop", "{}", token).status, 201);
  EXPECT_EQ(api_.call("PUT", "flows/bank", "{}", token).status, 403);
  EXPECT_EQ(api_.call("PUT", "flows/bank/trails/t", "{}", token).status, 403);
}

TEST_F(Routes, an_administrator_of_a_part_makes_and_ends_no_account_beyond_it) {
  const std::string part =
      person(R"({"name":"eve","roles":["admin"],"environments":["test"],"flows":["shop"]})");
  struct Case {
    const char* scopes;
    int status;
  };
  for (const Case& each : {Case{R"()", 403},
                           {R"(,"environments":["test"])", 403},
                           {R"(,"flows":["shop"])", 403},
                           {R"(,"environments":["prod"],"flows":["shop"])", 403},
                           {R"(,"environments":["test","prod"],"flows":["shop"])", 403},
                           {R"(,"environments":["test"],"flows":["bank"])", 403},
                           {R"(,"environments":["test"],"flows":["shop"])", 201}}) {
    const auto body = fmt::format(R"({{"name":"bob","roles":["admin"]{}}})", each.scopes);
    EXPECT_EQ(api_.call("POST", "people", body, part).status, each.status) << each.scopes;
    EXPECT_EQ(api_.call("POST", "service-accounts", body, part).status, each.status == 201 ? 409 : 403);
  }
  EXPECT_EQ(api_.call("DELETE", "accounts/ada", "", part).status, 403);
  EXPECT_EQ(api_.call("DELETE", "accounts/bob", "", part).status, 201);
  EXPECT_EQ(api_.call("PUT", "attestation-types/t", R"({"schema":{}})", part).status, 403);
}

TEST_F(Routes, an_account_that_ends_makes_none_that_outlasts_it) {
  const Instant end = api_.ledger().clock().now() + days(1);
  const auto ending = [](Instant at) { return fmt::format(R"(,"expires_at":"{}")", to_string(at)); };
  const std::string contractor =
      person(fmt::format(R"({{"name":"contractor","roles":["admin"]{}}})", ending(end)));
  ASSERT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201);
  int made = 0;
  for (const auto& [more, status] :
       {std::pair{std::string(), 403}, {ending(end + seconds(1)), 403}, {ending(end), 201}}) {
    const auto body = fmt::format(R"({{"name":"a{}","roles":["admin"]{}}})", ++made, more);
    EXPECT_EQ(api_.call("POST", "people", body, contractor).status, status) << more;
    const auto token = fmt::format("{{{}}}", more.substr(std::min<std::size_t>(more.size(), 1)));
    EXPECT_EQ(api_.call("POST", "environments/prod/join-tokens", token, contractor).status, status) << more;
  }
}

TEST_F(Routes, a_trail_leads_to_no_script) {
  EXPECT_EQ(api_.put("flows/shop").status, 201);
  const test::Answer refused = api_.put("flows/shop/trails/t", R"j({"url":"javascript:alert(1)"})j");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.json.at("error").text("field"), "url");
  const test::Answer taken =
      api_.put("flows/shop/trails/t", R"({"url":"https://ci.example/1","author":" ann "})");
  EXPECT_EQ(taken.json.at("trail").text("author"), "ann");
}

TEST_F(Routes, a_service_makes_no_people_who_could_approve_for_it) {
  const std::string service = api_.add_account("robot", "admin");
  const auto made = [&](const char* kind) {
    return api_.call("POST", kind, R"({"name":"mallory","roles":["admin"]})", service).status;
  };
  EXPECT_EQ(made("people"), 403);
  EXPECT_EQ(made("service-accounts"), 201);
}

TEST_F(Routes, an_idempotency_key_holds_for_the_whole_request) {
  ASSERT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201);
  http::Request request{.method = "PUT", .path = "/v1/orgs/org/environments/prod/scopes"};
  request.headers = {{"authorization", fmt::format("Bearer {}", test::ApiFixture::admin_token)},
                     {"idempotency-key", "k"}};
  request.body = R"({"effect":"exclude","path":"/opt/*"})";
  request.query_fields = {{"preview", "true"}};
  EXPECT_EQ(api_.send(request).status, 200);
  request.query_fields.clear();
  EXPECT_EQ(api_.send(request).status, 409) << "the preview's answer must not stand for the rule";
}

TEST_F(Routes, who_listens_hears_nothing_more_once_the_account_has_ended) {
  const std::string token = api_.add_account("ci", "auditor");
  const auto stream = api_.call("GET", "events", "", token).response.stream;
  ASSERT_NE(stream, nullptr);
  std::promise<void> closed;
  stream->on_close([&] { closed.set_value(); });
  EXPECT_EQ(api_.call("DELETE", "accounts/ci").status, 201);
  EXPECT_EQ(closed.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_FALSE(stream->dropped());
}

TEST_F(Routes, entries_that_hold_much_come_in_several_answers) {
  const std::int64_t before = api_.ledger().sequencer().size();
  const std::string large(8 * 1024 * 1024, 'x');
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(api_.ledger().append(evidence::Service{.name = "s", .team = large}).ok());
  const auto answer = api_.get(fmt::format("ledger/entries?from={}", before));
  EXPECT_EQ(answer.json.items("entries").size(), 2u);
  const auto rest = api_.get(fmt::format("ledger/entries?from={}", before + 2));
  EXPECT_EQ(rest.json.items("entries").size(), 2u);
}

TEST_F(Routes, an_artifact_is_not_renamed_by_another_flow_that_records_it_too) {
  const std::string digest = "sha256:" + std::string(64, '7');
  for (const char* flow : {"bank", "shop"}) {
    ASSERT_EQ(api_.put(fmt::format("flows/{}", flow)).status, 201);
    ASSERT_EQ(api_.put(fmt::format("flows/{}/trails/t", flow)).status, 201);
  }
  const auto record = [&](const char* flow, const char* name) {
    return api_.post("artifacts",
                     fmt::format(R"({{"flow":"{}","trail":"t","name":"{}","kind":"file","digest":"{}"}})",
                                 flow, name, digest))
        .status;
  };
  const auto shown = [&] {
    const auto artifact = api_.get("artifacts?digest=" + digest).json.items("artifacts").at(0);
    return fmt::format("{} of {}", artifact.text("name"), artifact.text("flow"));
  };
  EXPECT_EQ(record("bank", "ledger"), 201);
  EXPECT_EQ(record("shop", "cart"), 201);
  EXPECT_EQ(shown(), "ledger of bank");
  EXPECT_EQ(record("bank", "ledger-2"), 201);
  EXPECT_EQ(shown(), "ledger-2 of bank");
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

TEST_F(Routes, parameters_a_route_does_not_take_or_that_do_not_fit_are_refused_by_name) {
  ASSERT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201);
  struct Case {
    const char* path;
    const char* field;
  };
  for (const Case& each : {Case{"services?colour=red", "colour"},
                           {"me?limit=1", "limit"},
                           {"flows?limit=0", "limit"},
                           {"flows?limit=1001", "limit"},
                           {"flows?limit=1x", "limit"},
                           {"flows?limit=1&limit=2", "limit"},
                           {"alerts?cursor=-1", "cursor"},
                           {"alerts?state=gone", "state"},
                           {"alerts?incident=x", "incident"},
                           {"approvals?artifact=sha256:12", "artifact"},
                           {"overview?since=yesterday", "since"},
                           {"me?min_index=soon", "min_index"},
                           {"ledger/entries?from=x", "from"},
                           {"environments/prod/workloads?instances=1", "instances"},
                           {"environments/prod/workloads?verdict=fine", "verdict"},
                           {"environments/prod/diff?from=x", "from"}}) {
    const auto answer = api_.get(each.path);
    EXPECT_EQ(answer.status, 400) << each.path;
    EXPECT_EQ(answer.json.at("error").text("field"), each.field) << answer.response.body;
  }
  EXPECT_EQ(api_.post("approvals?min_index=1").status, 400);
  EXPECT_EQ(api_.get("alerts?state=&cursor=").status, 200) << "an empty value is an absent one";
}

TEST_F(Routes, whole_lists_are_read_in_pages_when_they_are_asked_for) {
  for (const char* name : {"a", "b", "c"}) ASSERT_EQ(api_.put(fmt::format("flows/{}", name)).status, 201);
  const auto names = [](const format::Json& page) {
    std::string all;
    for (const format::Json& row : page.items("flows")) all += row.text("name");
    return all + ":" + std::string(page.text("next"));
  };
  EXPECT_EQ(names(api_.get("flows").json), "abc:");
  EXPECT_EQ(names(api_.get("flows?limit=2").json), "ab:2");
  EXPECT_EQ(names(api_.get("flows?limit=2&cursor=2").json), "c:");
  EXPECT_EQ(names(api_.get("flows?limit=3").json), "abc:");
  EXPECT_EQ(names(api_.get("flows?cursor=9").json), ":");
}

TEST_F(Routes, a_secret_is_answered_once_and_the_same_key_again_has_only_the_receipt) {
  http::Request request{.method = "POST", .path = "/v1/orgs/org/people"};
  request.headers = {{"authorization", fmt::format("Bearer {}", test::ApiFixture::admin_token)},
                     {"idempotency-key", "k"}};
  request.body = R"({"name":"eve","roles":["auditor"]})";
  const auto first = api_.send(request), again = api_.send(request);
  EXPECT_NE(first.json.text("token"), "");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.json.object()->size(), 1u) << again.response.body;
  EXPECT_EQ(again.json.at("receipt"), first.json.at("receipt"));
}

void collect_references(const format::Json& at, std::set<std::string>& found) {
  if (at.array() != nullptr)
    for (const format::Json& item : *at.array()) collect_references(item, found);
  if (at.object() == nullptr) return;
  for (const auto& [name, member] : *at.object()) {
    if (name == "$ref" && member.string() != nullptr) found.insert(*member.string());
    collect_references(member, found);
  }
}

TEST(RouteTable, every_write_answers_with_its_receipt) {
  // What these change are queues of their own; there is no entry that a receipt could be of.
  constexpr std::array without_entry{"/v1/orgs/{org}/integrations/{name}/test",
                                     "/v1/orgs/{org}/integrations/{name}/requests/{id}/retry",
                                     "/v1/orgs/{org}/inventories", "/v1/orgs/{org}/heartbeats"};
  std::size_t with = 0;
  for (const Route& route : routes()) {
    if (!route.writes() && route.door != Door::signed_report) continue;
    if (std::ranges::find(without_entry, route.pattern) != without_entry.end()) continue;
    const Form form = route.answer.form;
    EXPECT_TRUE(form == Form::written || form == Form::beside || form == Form::once || form == Form::answers)
        << route.method << " " << route.pattern;
    ++with;
  }
  EXPECT_GT(with, 50u);
}

TEST(Openapi, refers_to_nothing_that_is_not_there) {
  const auto document = format::parse_json(openapi_document("1")).value();
  std::set<std::string> referred, there;
  collect_references(document, referred);
  for (const auto& [name, schema] : *document.at("components").at("schemas").object())
    there.insert("#/components/schemas/" + name);
  EXPECT_GT(there.size(), 80u);
  for (const std::string& reference : referred) EXPECT_TRUE(there.contains(reference)) << reference;
}

TEST(Openapi, says_of_each_operation_its_parameters_its_permission_and_its_errors) {
  const auto document = format::parse_json(openapi_document("1")).value();
  const auto& alerts = document.at("paths").at("/v1/orgs/{org}/alerts").at("get");
  std::string names;
  for (const format::Json& parameter : alerts.items("parameters"))
    names += fmt::format("{} {}, ", parameter.text("in"), parameter.text("name"));
  EXPECT_EQ(names,
            "path org, query limit, query cursor, query environment, query state, query incident, query "
            "min_index, ");
  EXPECT_EQ(alerts.text("x-weir-permission"), "read");
  for (const char* status : {"200", "400", "401", "403", "404", "429", "500", "503"})
    EXPECT_NE(alerts.at("responses").find(status), nullptr) << status;
  const auto& approve = document.at("paths").at("/v1/orgs/{org}/approvals").at("post");
  EXPECT_EQ(approve.items("parameters").back().text("name"), "Idempotency-Key");
  EXPECT_NE(approve.at("responses").find("409"), nullptr);
  const auto& code = document.at("components").at("schemas").at("Fault").at("properties").at("code");
  EXPECT_EQ(code.items("enum").size(), errc_table.size());
}

TEST(Openapi, has_every_route_once_with_its_permission) {
  const auto document = format::parse_json(openapi_document("1")).value();
  EXPECT_EQ(document.text("openapi"), "3.1.0");
  std::size_t operations = 0;
  for (const auto& [path, item] : *document.at("paths").object()) operations += item.object()->size();
  const auto theirs = std::ranges::count_if(routes(), [](const Route& route) { return route.retell != nullptr; });
  EXPECT_EQ(operations + static_cast<std::size_t>(theirs), routes().size()) << "but those of other products";
}

}  // namespace
}  // namespace weir::api
