#include <gtest/gtest.h>

#include "api/routes.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

using format::Json;

class Batch : public testing::Test {
 protected:
  test::Answer send(std::string_view writes, std::string_view token = test::ApiFixture::admin_token) {
    return api_.call("POST", "writes", fmt::format(R"({{"writes":[{}]}})", writes), token);
  }
  std::int64_t size() { return api_.ledger().sequencer().size(); }

  test::ApiFixture api_;
};

constexpr std::string_view flow = R"({"method":"PUT","path":"flows/shop"})";
constexpr std::string_view trail =
    R"({"method":"PUT","path":"flows/shop/trails/t1","body":{"commit":"abc"}})";

std::string attestation(std::string_view name, std::string_view key = "") {
  return fmt::format(
      R"({{"method":"POST","path":"attestations","key":"{}","body":{{"flow":"shop","trail":"t1","name":"{}","type":)"
      R"("generic","compliant":true}}}})",
      key, name);
}

TEST_F(Batch, each_write_sees_what_those_before_it_wrote_and_has_an_answer_and_a_receipt_of_its_own) {
  const auto answer = send(fmt::format("{},{},{}", flow, trail, attestation("lint")));
  ASSERT_EQ(answer.status, 201) << answer.response.body;
  const Json::Array& answers = answer.json.items("answers");
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].at("flow").text("name"), "shop");
  EXPECT_EQ(answers[1].at("trail").text("commit"), "abc");
  EXPECT_EQ(answers[2].at("attestation").text("name"), "lint");
  for (std::size_t i = 1; i < 3; ++i)
    EXPECT_EQ(*answers[i].at("receipt").at("index").integer(),
              *answers[0].at("receipt").at("index").integer() + static_cast<std::int64_t>(i));
  EXPECT_EQ(api_.get("flows/shop/trails/t1").status, 200);
}

TEST_F(Batch, one_refused_write_takes_all_of_them_back_and_is_named) {
  const std::int64_t before = size();
  const auto answer = send(fmt::format(R"({},{},{{"method":"PUT","path":"flows/other/trails/t"}},{})", flow,
                                       trail, attestation("a")));
  EXPECT_EQ(answer.status, 404) << answer.response.body;
  EXPECT_TRUE(answer.json.at("error").text("message").starts_with("writes[2]: ")) << answer.response.body;
  EXPECT_EQ(size(), before);
  EXPECT_EQ(api_.get("flows/shop").status, 404);
  ASSERT_EQ(send(fmt::format("{},{}", flow, trail)).status, 201)
      << "and what comes after is written as if it had not been";
  EXPECT_EQ(size(), before + 2);
  const auto checked =
      sequencer::verify_all(*api_.ledger().reader(), api_.ledger().blobs(), api_.ledger().key(), {});
  EXPECT_TRUE(checked->sound());
}

TEST_F(Batch, sent_again_with_more_in_it_records_only_what_is_new) {
  ASSERT_EQ(send(fmt::format("{},{}", flow, trail)).status, 201);
  const auto first = send(fmt::format("{},{}", attestation("a", "k1"), attestation("b", "k2")));
  ASSERT_EQ(first.status, 201);
  const std::int64_t before = size();
  const auto again =
      send(fmt::format("{},{},{}", attestation("a", "k1"), attestation("b", "k2"), attestation("c", "k3")));
  ASSERT_EQ(again.status, 201) << again.response.body;
  EXPECT_EQ(size(), before + 1);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(again.json.items("answers")[i], first.json.items("answers")[i]);
}

TEST_F(Batch, every_write_needs_its_own_permission) {
  using access::Role;
  std::size_t walked = 0;
  for (const Role role : {Role::recorder, Role::reporter, Role::auditor}) {
    const std::string token =
        api_.add_account(fmt::format("as-{}", format::name_of(role)), format::name_of(role));
    for (const Route& route : routes()) {
      if (route.write == nullptr || route.retell != nullptr) continue;
      std::string path(route.pattern.substr(std::string_view("/v1/orgs/{org}/").size()));
      for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{'))
        path.replace(open, path.find('}') - open + 1, "1");
      const auto answer =
          send(fmt::format(R"({{"method":"{}","path":"{}","body":[]}})", route.method, path), token);
      const bool may =
          access::permits({.kind = access::AccountKind::service, .roles = {role}}, route.permission);
      EXPECT_EQ(answer.status == 403, !may) << route.method << ' ' << path << ' ' << answer.response.body;
      EXPECT_GE(answer.status, 400);
      ++walked;
    }
  }
  EXPECT_GT(walked, 60u);
}

TEST_F(Batch, a_token_narrowed_to_a_flow_stays_in_it) {
  const std::string token = api_.add_account("ci", "recorder", "shop");
  EXPECT_EQ(send(flow, token).status, 201);
  EXPECT_EQ(send(R"({"method":"PUT","path":"flows/bank"})", token).status, 403);
}

TEST_F(Batch, an_account_made_in_it_is_known_at_once) {
  const auto answer =
      send(R"({"method":"POST","path":"service-accounts","body":{"name":"ci","roles":["recorder"]}})");
  ASSERT_EQ(answer.status, 201) << answer.response.body;
  EXPECT_EQ(api_.call("GET", "me", "", answer.json.items("answers")[0].text("token")).status, 200);
}

TEST_F(Batch, what_is_no_list_of_writes_is_refused_by_name) {
  const std::int64_t before = size();
  struct Case {
    std::string body;
    int status;
    std::string_view field;
  };
  std::string many;
  for (std::size_t i = 0; i <= limits::batch_writes_max; ++i)
    many += fmt::format("{}{}", i == 0 ? "" : ",", flow);
  for (const Case& each :
       {Case{R"({})", 400, "writes"},
        {R"({"writes":[]})", 400, "writes"},
        {R"({"writes":[{}]})", 400, "writes[0].method"},
        {fmt::format(R"({{"writes":[{}]}})", many), 413, "writes"},
        {R"({"writes":[{"method":"GET","path":"flows"}]})", 400, ""},
        {R"({"writes":[{"method":"POST","path":"writes","body":{"writes":[]}}]})", 400, ""},
        {R"({"writes":[{"method":"POST","path":"moon"}]})", 404, ""},
        {R"({"writes":[{"method":"PUT","path":"flows/../x"}]})", 400, ""},
        {fmt::format(R"({{"writes":[{},{}]}})", attestation("a", "k"), attestation("b", "k")), 400,
         "writes[1].key"},
        {R"({"writes":[{"method":"PUT","path":"flows/f","body":{"colour":"red"}}]})", 400,
         "writes[0].body.colour"}}) {
    const auto answer = api_.post("writes", each.body);
    EXPECT_EQ(answer.status, each.status) << each.body.substr(0, 100) << answer.response.body;
    EXPECT_EQ(answer.json.at("error").text("field"), each.field) << answer.response.body;
  }
  EXPECT_EQ(size(), before);
}

}  // namespace
}  // namespace weir::api
