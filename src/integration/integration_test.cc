#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "integration/delivery.h"
#include "integration/github.h"
#include "integration/gitlab.h"
#include "integration/judgement.h"

namespace weir::integration {
namespace {

using format::Json;
using policy::Verdict;

const std::string commit(40, 'a');

IntegrationDeclared github() {
  return {.name = "g", .kind = Kind::github, .base_url = "https://api.github.com", .app_id = "7"};
}
IntegrationDeclared gitlab() {
  return {
      .name = "g", .kind = Kind::gitlab, .base_url = "https://gitlab.example", .merge_environment = "prod"};
}

TEST(Integration, bases_are_https_or_this_machine) {
  struct Case {
    const char* base;
    bool good;
  };
  for (const Case& each :
       {Case{"https://api.github.com", true}, Case{"https://ghe.example/api/v3", true},
        Case{"http://127.0.0.1:99", true}, Case{"http://localhost/x", true},
        Case{"http://127.0.0.1.evil.example", false}, Case{"http://api.github.com", false},
        Case{"https://api.github.com/", false}, Case{"https://me@api.github.com", false},
        Case{"https://api.github.com?x", false}, Case{"ftp://x", false}, Case{"", false}}) {
    IntegrationDeclared declared = github();
    declared.base_url = each.base;
    EXPECT_EQ(check(declared).ok(), each.good) << each.base;
  }
}

TEST(Integration, a_mapping_stands_for_all_it_names_and_nothing_else) {
  IntegrationDeclared declared = github();
  EXPECT_EQ(mapped(declared, "prod"), "prod");
  EXPECT_EQ(mapped(declared, "review/7"), "") << "no name of ours";
  declared.environments = {{"Production EU", "prod"}};
  EXPECT_EQ(mapped(declared, "Production EU"), "prod");
  EXPECT_EQ(mapped(declared, "prod"), "");
}

TEST(Integration, an_address_speaks_of_a_repository_of_its_own_host) {
  struct Case {
    const char* address;
    std::optional<bool> speaks;
  };
  for (const Case& each :
       {Case{"https://github.com/acme/shop/actions/runs/1", true}, Case{"https://github.com/Acme/Shop", true},
        Case{"git@github.com:acme/shop.git", true}, Case{"ssh://git@github.com:22/acme/shop.git", true},
        Case{"https://github.com/acme/shop2", false}, Case{"https://github.com/other/acme-shop", false},
        Case{"https://ci.example/acme/shop", std::nullopt},
        Case{"https://github.com.evil.example/acme/shop", std::nullopt}, Case{"", std::nullopt},
        Case{"acme/shop", std::nullopt}})
    EXPECT_EQ(speaks_of(each.address, "https://api.github.com", "acme/shop"), each.speaks) << each.address;
}

Json protection_rule(std::string_view callback) {
  return Json::object({{"action", "requested"},
                       {"environment", "prod"},
                       {"deployment_callback_url", callback},
                       {"deployment", Json::object({{"id", 9}, {"sha", commit}})},
                       {"repository", Json::object({{"full_name", "acme/shop"}})},
                       {"installation", Json::object({{"id", 5}})}});
}

TEST(Integration, only_a_callback_below_the_declared_base_is_understood) {
  const std::string end = "/repos/acme/shop/actions/runs/42/deployment_protection_rule";
  const auto heard =
      hear_github(github(), "deployment_protection_rule", protection_rule("https://api.github.com" + end));
  ASSERT_TRUE(heard.ok());
  ASSERT_EQ(heard->asked.size(), 1u);
  EXPECT_EQ(heard->asked[0].run, 42);
  EXPECT_EQ(review_path(heard->asked[0]), end);
  for (const std::string& callback :
       {"https://evil.example" + end, "https://api.github.com.evil.example" + end,
        "http://api.github.com" + end, "https://api.github.com@evil.example" + end,
        "https://api.github.com/x" + end,
        std::string("https://api.github.com/repos/acme/bank/actions/runs/42/deployment_protection_rule"),
        std::string("https://api.github.com/repos/acme/shop/actions/runs/4/../deployment_protection_rule"),
        std::string("https://api.github.com/repos/acme/shop/actions/runs//deployment_protection_rule"),
        std::string()})
    EXPECT_EQ(hear_github(github(), "deployment_protection_rule", protection_rule(callback)).error().field,
              "deployment_callback_url")
        << callback;
}

TEST(Integration, a_review_says_a_state_only_when_it_is_settled) {
  const Asked asked{.asking = Asking::protection_rule, .repository = "a/b", .environment = "prod"};
  EXPECT_EQ(review_body(asked, Verdict::warn, "c"),
            R"({"environment_name":"prod","state":"approved","comment":"c"})");
  EXPECT_EQ(review_body(asked, Verdict::deny, "c"),
            R"({"environment_name":"prod","state":"rejected","comment":"c"})");
  EXPECT_EQ(review_body(asked, Verdict::undecided, "c"), R"({"environment_name":"prod","comment":"c"})");
}

TEST(Integration, what_waits_at_gitlab_asks_and_the_rest_is_passed_over) {
  const auto deployment = [](std::string_view status) {
    return Json::object({{"object_kind", "deployment"},
                         {"status", status},
                         {"deployment_id", 5},
                         {"environment", "prod"},
                         {"project", Json::object({{"id", 3}})},
                         {"short_sha", "aaaaaaaa"},
                         {"commit_url", "https://gitlab.example/a/b/-/commit/" + commit}});
  };
  EXPECT_EQ(hear_gitlab(gitlab(), deployment("blocked"))->asked.at(0).commit, commit);
  EXPECT_TRUE(hear_gitlab(gitlab(), deployment("running"))->asked.empty());
  const auto job = [](std::string_view status, Json environment) {
    return Json::object({{"object_kind", "build"},
                         {"build_status", status},
                         {"build_id", 6},
                         {"project_id", 3},
                         {"sha", commit},
                         {"environment", std::move(environment)}});
  };
  const Json prod = Json::object({{"name", "prod"}, {"action", "start"}});
  EXPECT_EQ(hear_gitlab(gitlab(), job("manual", prod))->asked.at(0).job, 6);
  EXPECT_TRUE(hear_gitlab(gitlab(), job("created", prod))->asked.empty());
  EXPECT_TRUE(hear_gitlab(gitlab(), job("manual", Json()))->asked.empty());
  const Json stopping = Json::object({{"name", "prod"}, {"action", "stop"}});
  EXPECT_TRUE(hear_gitlab(gitlab(), job("manual", stopping))->asked.empty());
}

TEST(Integration, a_blocked_deployment_is_found_by_its_job_and_commit) {
  const Asked asked{
      .asking = Asking::deployment, .commit = commit, .environment = "review/7", .project = 3, .job = 6};
  EXPECT_EQ(blocked_deployments_path(asked),
            "/api/v4/projects/3/"
            "deployments?environment=review%2F7&status=blocked&order_by=id&sort=desc&per_page=100");
  const std::string rows = fmt::format(
      R"([{{"id":1,"sha":"{0}","deployable":{{"id":5}}}},{{"id":2,"sha":"b","deployable":{{"id":6}}}},)"
      R"({{"id":3,"sha":"{0}","deployable":{{"id":6}}}},{{"id":4,"sha":"{0}","deployable":null}}])",
      commit);
  EXPECT_EQ(find_deployment(asked, rows).value(), 3);
  EXPECT_EQ(find_deployment(asked, "[]").value(), 0);
  EXPECT_FALSE(find_deployment(asked, R"({"message":"404"})").ok());
}

// The key and message of RFC 4231, test case 2; GitHub's documentation has "It's a Secret to Everybody".
TEST(Integration, deliveries_are_proven_by_the_secret_over_the_bytes_as_they_came) {
  const Secrets secrets{.webhook = {"new-secret-0123456789", "It's a Secret to Everybody"}};
  const std::string_view hub = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  EXPECT_EQ(proven_by(Kind::github, secrets, {.hub_signature = hub, .body = "Hello, World!"}, {}),
            crypto::sha256("It's a Secret to Everybody"));
  EXPECT_FALSE(proven_by(Kind::github, secrets, {.hub_signature = hub, .body = "Hello, World! "}, {}));
  EXPECT_FALSE(
      proven_by(Kind::github, secrets, {.hub_signature = hub.substr(7), .body = "Hello, World!"}, {}));
  EXPECT_FALSE(proven_by(Kind::github, secrets, {.body = "Hello, World!"}, {}));
  EXPECT_FALSE(proven_by(Kind::github, {}, {.hub_signature = hub, .body = "Hello, World!"}, {}));
  EXPECT_TRUE(proven_by(Kind::gitlab, secrets, {.gitlab_token = "new-secret-0123456789"}, {}));
  EXPECT_FALSE(proven_by(Kind::gitlab, secrets, {.gitlab_token = "new-secret"}, {}));
  EXPECT_TRUE(
      proven_by(Kind::gitlab, secrets, {.gitlab_signature = hub.substr(7), .body = "Hello, World!"}, {}));
  EXPECT_FALSE(proven_by(Kind::flagger, secrets, {.in_url = ""}, {}));
}

TEST(Integration, a_signing_secret_signs_and_is_never_sent_and_its_time_counts) {
  const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";  // Standard Webhooks' own vector
  const Secrets secrets{.webhook = {secret}};
  Presented presented{.webhook_id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                      .webhook_timestamp = "1614265330",
                      .webhook_signature = "v1,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                      .body = R"({"test": 2432232314})"};
  const Instant at{1614265330'000000};
  EXPECT_TRUE(proven_by(Kind::gitlab, secrets, presented, at + seconds(299)));
  EXPECT_TRUE(proven_by(Kind::gitlab, secrets, presented, at - seconds(299)));
  EXPECT_FALSE(proven_by(Kind::gitlab, secrets, presented, at + seconds(301)));
  EXPECT_FALSE(proven_by(Kind::gitlab, secrets, presented, at - seconds(301)));
  presented.webhook_id = "msg_other";
  EXPECT_FALSE(proven_by(Kind::gitlab, secrets, presented, at));
  EXPECT_FALSE(proven_by(Kind::gitlab, secrets, {.gitlab_token = secret}, at));
}

TEST(Integration, one_deny_denies_and_nothing_to_judge_is_undecided) {
  const auto of = [](std::vector<Verdict> verdicts, std::string problem = "") {
    Judgement judgement{.problem = std::move(problem)};
    for (const Verdict verdict : verdicts) judgement.artifacts.push_back({.verdict = verdict});
    return verdict_of(judgement);
  };
  EXPECT_EQ(of({}), Verdict::undecided);
  EXPECT_EQ(of({Verdict::allow}), Verdict::allow);
  EXPECT_EQ(of({Verdict::allow, Verdict::warn}), Verdict::warn);
  EXPECT_EQ(of({Verdict::allow, Verdict::undecided}), Verdict::undecided);
  EXPECT_EQ(of({Verdict::undecided, Verdict::deny, Verdict::allow}), Verdict::deny);
  EXPECT_EQ(of({Verdict::allow}, "trouble"), Verdict::undecided);
}

TEST(Integration, a_comment_is_bounded_and_ends_with_a_whole_character) {
  Judgement judgement;
  judgement.artifacts.push_back({.name = "shop", .verdict = Verdict::deny, .decision = 3});
  for (int i = 0; i < 200; ++i)
    judgement.artifacts[0].explanation.push_back("größer als erlaubt, größer als erlaubt");
  const std::string comment = comment_on(judgement, "prod");
  EXPECT_LE(comment.size(), 3010u);
  EXPECT_TRUE(comment.starts_with("Weir: denied in prod\nshop (decision 3):\n  größer"));
  EXPECT_TRUE(format::parse_json(dump(Json(comment))).ok());
}

TEST(Integration, events_of_one_job_have_one_key_and_other_questions_others) {
  const Asked by_job{.asking = Asking::deployment, .project = 3, .job = 6};
  Asked by_deployment = by_job;
  by_deployment.deployment = 5;
  EXPECT_EQ(key_of(by_job), key_of(by_deployment));
  by_deployment.job = 7;
  EXPECT_NE(key_of(by_job), key_of(by_deployment));
}

}  // namespace
}  // namespace weir::integration
