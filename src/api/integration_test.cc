#include <gtest/gtest.h>

#include "support/api_fixture.h"

namespace weir::api {
namespace {

constexpr std::string_view gitlab =
    R"({"kind":"gitlab","base_url":"https://gitlab.example","token":"glpat-0123456789abcdef"})";
constexpr std::string_view canary = R"({"kind":"flagger","environment":"prod"})";

class Integrations : public testing::Test {
 protected:
  Integrations() { EXPECT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201); }

  int declare(std::string_view body) { return api_.put("integrations/x", std::string(body)).status; }
  test::Answer deliver(std::string_view path, std::vector<http::Field> headers, std::string body = "{}") {
    return api_.send({.method = "POST",
                      .path = fmt::format("/v1/orgs/org/{}", path),
                      .headers = std::move(headers),
                      .body = std::move(body),
                      .remote_address = "192.0.2.7"});
  }
  test::ApiFixture api_;
};

TEST_F(Integrations, what_a_kind_needs_must_be_there_and_nothing_else) {
  for (const std::string_view body :
       {R"({"kind":"gitlab","base_url":"https://gitlab.example"})",
        R"({"kind":"gitlab","base_url":"http://gitlab.example","token":"glpat-0123456789abcdef"})",
        R"({"kind":"gitlab","base_url":"https://gitlab.example","token":"short"})",
        R"({"kind":"github","base_url":"https://api.github.com","app_id":"1"})",
        R"({"kind":"github","base_url":"https://api.github.com","app_id":"one","private_key":"x"})",
        R"({"kind":"github","base_url":"https://api.github.com","app_id":"1","private_key":"not a key"})",
        R"({"kind":"flagger"})", R"({"kind":"flagger","environment":"prod","base_url":"https://x"})"})
    EXPECT_EQ(declare(body), 400) << body;
  EXPECT_EQ(declare(R"({"kind":"flagger","environment":"none"})"), 404);
  EXPECT_EQ(declare(canary), 201);
  EXPECT_EQ(declare(gitlab), 409) << "another kind under the same name";
}

TEST_F(Integrations, secrets_are_shown_once_and_stay_when_they_are_not_given) {
  const auto made = api_.put("integrations/x", std::string(gitlab));
  EXPECT_TRUE(made.json.text("secret").starts_with("whsec_"));
  EXPECT_EQ(made.json.text("path"), "/v1/orgs/org/integrations/x/events");
  const auto again = api_.put("integrations/x", R"({"kind":"gitlab","base_url":"https://gitlab.example"})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.response.body.find("whsec_"), std::string::npos);
  EXPECT_EQ(api_.get("integrations").response.body.find("glpat"), std::string::npos);
}

TEST_F(Integrations, a_kept_token_goes_to_no_other_address) {
  EXPECT_EQ(declare(gitlab), 201);
  EXPECT_EQ(declare(R"({"kind":"gitlab","base_url":"https://other.example"})"), 400);
  EXPECT_EQ(declare(R"({"kind":"gitlab","base_url":"https://other.example","token":"glpat-fedcba9876543210"})"), 201);
}

TEST_F(Integrations, requests_end_with_what_was_declared) {
  EXPECT_EQ(declare(gitlab), 201);
  EXPECT_EQ(api_.post("integrations/x/test").status, 200);
  EXPECT_EQ(api_.get("integrations/x/requests").json.items("requests").size(), 1u);
  EXPECT_EQ(api_.call("DELETE", "integrations/x").status, 201);
  EXPECT_EQ(declare(gitlab), 201);
  EXPECT_EQ(api_.get("integrations/x/requests").json.items("requests").size(), 0u);
}

TEST_F(Integrations, a_rotated_address_ends_the_one_before) {
  const std::string first(api_.put("integrations/x", std::string(canary)).json.text("path"));
  EXPECT_EQ(api_.put("integrations/x", std::string(canary)).status, 200);
  const std::string second(
      api_.put("integrations/x", R"({"kind":"flagger","environment":"prod","rotate":true})")
          .json.text("path"));
  EXPECT_NE(first, second);
  const auto post = [&](const std::string& path) { return deliver(path.substr(13), {}).status; };
  EXPECT_EQ(post(first), 401);
  EXPECT_EQ(post(second), 400) << "it is let in, and asks nothing";
}

TEST_F(Integrations, an_administrator_of_a_part_declares_none) {
  const auto made = api_.post("people", R"({"name":"eve","roles":["admin"],"environments":["prod"]})");
  const std::string token(made.json.text("token"));
  EXPECT_EQ(api_.call("PUT", "integrations/x", std::string(canary), token).status, 403);
}

TEST_F(Integrations, one_that_is_removed_is_not_heard_any_more) {
  declare(gitlab);
  EXPECT_EQ(api_.put("integrations/x", R"({"kind":"gitlab","base_url":"https://gitlab.example",)"
                                       R"("webhook_secrets":["glwebhook-0123456789"]})")
                .status,
            201);
  const std::vector<http::Field> headers{{"x-gitlab-token", "glwebhook-0123456789"}};
  EXPECT_EQ(deliver("integrations/x/events", headers, R"({"object_kind":"push"})").status, 202);
  EXPECT_EQ(api_.call("DELETE", "integrations/x").status, 201);
  EXPECT_EQ(deliver("integrations/x/events", headers, R"({"object_kind":"push"})").status, 401);
}

TEST_F(Integrations, large_deliveries_are_taken_of_declared_names_only) {
  declare(gitlab);
  const auto limit = [&](std::string_view name) {
    const http::Request head{.method = "POST",
                             .path = fmt::format("/v1/orgs/org/integrations/{}/events", name),
                             .remote_address = "192.0.2.7"};
    return api_.service().body_limit(head, 1 << 20).value().bytes_max;
  };
  EXPECT_EQ(limit("x"), limits::request_body_bytes_max);
  EXPECT_EQ(limit("nobody"), limits::stranger_body_bytes_max);
  for (std::size_t i = 0; i < limits::token_failures_max; ++i)
    EXPECT_EQ(deliver("integrations/x/events", {}).status, 401);
  EXPECT_EQ(deliver("integrations/x/events", {}).status, 429);
  EXPECT_EQ(limit("x"), limits::stranger_body_bytes_max) << "who guesses sends little";
}

TEST_F(Integrations, a_delivery_that_comes_again_makes_no_second_request) {
  EXPECT_EQ(
      declare(R"({"kind":"gitlab","base_url":"https://gitlab.example","token":"glpat-0123456789abcdef",)"
              R"("webhook_secrets":["glwebhook-0123456789"]})"),
      201);
  const std::string event =
      fmt::format(R"({{"object_kind":"build","build_status":"manual","build_id":6,"project_id":3,"sha":"{}",)"
                  R"("environment":{{"name":"prod","action":"start"}}}})",
                  std::string(40, 'c'));
  const auto send = [&](const char* delivery) {
    return deliver("integrations/x/events",
                   {{"x-gitlab-token", "glwebhook-0123456789"}, {"idempotency-key", delivery}}, event)
        .json;
  };
  const format::Json first = send("one"), again = send("one"), other = send("two");
  EXPECT_FALSE(*first.at("replayed").boolean());
  EXPECT_TRUE(*again.at("replayed").boolean());
  EXPECT_TRUE(*other.at("replayed").boolean());
  EXPECT_EQ(first.items("requests"), again.items("requests"));
  EXPECT_EQ(first.items("requests"), other.items("requests"));
}

}  // namespace
}  // namespace weir::api
