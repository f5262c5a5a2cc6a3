#include <gtest/gtest.h>

#include <latch>

#include "admission/review.h"
#include "api/deadlines.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

using format::Json;

std::string image(std::string_view content) {
  return fmt::format("registry.example/acme/{}@{}", content, to_string(crypto::sha256(content)));
}

class Admission : public testing::Test {
 protected:
  Admission() {
    for (const char* name : {"prod", "staging"})
      EXPECT_EQ(api_.put(fmt::format("environments/{}", name), R"({"kind":"host"})").status, 201);
  }

  // Its address, below the organization.
  std::string declare(std::string_view more = "", std::string_view name = "cluster") {
    const auto made = api_.put(
        fmt::format("integrations/{}", name),
        fmt::format(
            R"({{"kind":"kubernetes","environment":"prod","environments":{{"stage-*":"staging"}},"rotate":true{}}})",
            more));
    EXPECT_EQ(made.status, 201) << made.response.body;
    return std::string(made.json.text("path")).substr(std::string_view("/v1/orgs/org/").size());
  }

  static std::string review(const std::vector<std::string>& images, std::string_view more = "",
                            std::string_view space = "default") {
    std::string containers;
    for (const std::string& each : images)
      containers += fmt::format(R"({}{{"name":"c{}","image":"{}"}})", containers.empty() ? "" : ",",
                                containers.size(), each);
    return fmt::format(
        R"({{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"705ab4f5",)"
        R"("operation":"CREATE",)"
        R"("namespace":"{}","kind":{{"group":"","version":"v1","kind":"Pod"}},"object":{{"kind":"Pod","spec":)"
        R"({{"containers":[{}]}}}}{}}}}})",
        space, containers, more);
  }
  test::Answer post(const std::string& path, std::string body, std::string_view timeout = "5s") {
    return api_.send({.method = "POST",
                      .path = "/v1/orgs/org/" + path,
                      .query_fields = {{"timeout", std::string(timeout)}},
                      .body = std::move(body),
                      .remote_address = "192.0.2.7"});
  }
  Json ask(const std::string& path, std::string body, std::string_view timeout = "5s") {
    const auto answer = post(path, std::move(body), timeout);
    EXPECT_EQ(answer.status, 200) << answer.response.body;
    EXPECT_EQ(answer.json.text("apiVersion"), "admission.k8s.io/v1");
    EXPECT_EQ(answer.json.at("response").text("uid"), "705ab4f5");
    return answer.json.at("response");
  }
  static bool allowed(const Json& response) { return *response.at("allowed").boolean(); }
  void approve(std::string_view content, std::string_view environment = "prod") {
    EXPECT_EQ(api_.post("approvals", fmt::format(R"({{"artifact":"{}","environment":"{}","reason":"r"}})",
                                                 to_string(crypto::sha256(content)), environment))
                  .status,
              201);
  }
  std::int64_t size() { return api_.ledger().sequencer().size(); }

  test::ApiFixture api_;
};

TEST_F(Admission, says_what_the_gate_says_and_records_it_once) {
  const std::string door = declare();
  const Json refused = ask(door, review({image("api"), image("api")}));
  EXPECT_FALSE(allowed(refused));
  EXPECT_EQ(*refused.at("status").at("code").integer(), 403);
  EXPECT_NE(refused.at("status").text("message").find("approval"), std::string::npos) << dump(refused);
  approve("api");
  const Json let_in = ask(door, review({image("api")}));
  EXPECT_TRUE(allowed(let_in)) << dump(let_in);
  const auto gate = api_.get("gate?environment=prod&artifact=" + to_string(crypto::sha256("api"))).json;
  const std::string decision = fmt::format("={}:allow", *gate.at("decision").integer());
  EXPECT_NE(let_in.at("auditAnnotations").text("decisions").find(decision), std::string::npos)
      << dump(let_in);
  const std::int64_t before = size();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowed(ask(door, review({image("api")}))));
  EXPECT_EQ(size(), before);
}

TEST_F(Admission, a_tag_is_refused_with_what_to_do_and_one_image_refuses_all) {
  const std::string door = declare();
  approve("api");
  const Json refused = ask(door, review({image("api"), "side:1.2"}));
  EXPECT_FALSE(allowed(refused));
  const std::string_view message = refused.at("status").text("message");
  EXPECT_NE(message.find("refuses 1 of 2 images for prod"), std::string_view::npos) << message;
  EXPECT_NE(message.find("side:1.2@sha256:"), std::string_view::npos) << message;
}

TEST_F(Admission, a_dry_run_is_answered_and_leaves_no_trace) {
  const std::string door = declare();
  const std::int64_t before = size();
  const Json refused = ask(door, review({image("never-seen")}, R"(,"dryRun":true)"));
  EXPECT_FALSE(allowed(refused));
  EXPECT_NE(refused.at("auditAnnotations").text("decisions").find("=none:"), std::string::npos);
  EXPECT_EQ(size(), before);
  EXPECT_TRUE(api_.get("decisions").json.items("decisions").empty());
  approve("never-seen");
  EXPECT_TRUE(allowed(ask(door, review({image("never-seen")}, R"(,"dryRun":true)"))));
  EXPECT_TRUE(api_.get("decisions").json.items("decisions").empty());
}

TEST_F(Admission, a_freeze_refuses_and_says_until_when) {
  const std::string door = declare();
  approve("api");
  EXPECT_TRUE(allowed(ask(door, review({image("api")}))));
  const std::string until = to_string(api_.ledger().clock().now() + hours(4));
  EXPECT_EQ(
      api_.post("freezes", fmt::format(R"({{"environment":"prod","until":"{}","reason":"incident"}})", until))
          .status,
      201);
  const Json refused = ask(door, review({image("api")}));
  EXPECT_FALSE(allowed(refused));
  EXPECT_NE(refused.at("status").text("message").find("opens at " + until), std::string::npos)
      << dump(refused);
}

TEST_F(Admission, a_namespace_stands_for_the_environment_that_its_pattern_names) {
  const std::string door = declare();
  approve("api", "staging");
  EXPECT_FALSE(allowed(ask(door, review({image("api")}, "", "shop"))));
  EXPECT_TRUE(allowed(ask(door, review({image("api")}, "", "stage-shop"))));
}

TEST_F(Admission, warn_and_shadow_let_in) {
  const Json warned = ask(declare(R"(,"mode":"warn")"), review({image("api"), "side:1"}));
  EXPECT_TRUE(allowed(warned));
  EXPECT_GE(warned.items("warnings").size(), 2u);
  for (const Json& warning : warned.items("warnings")) EXPECT_LE(warning.string()->size(), 120u);
  const Json shadowed = ask(declare(R"(,"mode":"shadow")"), review({image("api"), "side:1"}));
  EXPECT_TRUE(allowed(shadowed));
  EXPECT_EQ(shadowed.items("warnings").size(), 1u);
}

// Somebody keeps the one writer busy until the latch goes down.
class Stuck {
 public:
  explicit Stuck(test::ApiFixture& api) {
    sequencer::Command command{.actor = api.ledger().actor(), .idempotency = {}, .decide = {}, .done = {}};
    command.decide = [both = both_](store::Database&, Instant) -> Result<sequencer::Decision> {
      both->begun.count_down();
      both->release.wait();
      return sequencer::Decision{};
    };
    command.done = [](const Result<sequencer::Outcome>&) {};
    api.ledger().sequencer().submit(std::move(command));
    both_->begun.wait();
  }
  ~Stuck() { both_->release.count_down(); }

 private:
  struct Latches {
    std::latch begun{1}, release{1};
  };
  std::shared_ptr<Latches> both_ = std::make_shared<Latches>();
};

TEST_F(Admission, a_server_that_is_stuck_answers_in_time_as_was_declared) {
  const std::string closed = declare(), open = declare(R"(,"fail":"open")", "other");
  approve("known");
  EXPECT_TRUE(allowed(ask(closed, review({image("known")}))));
  const Stuck stuck(api_);
  const Json refused = ask(closed, review({image("api")}), "200ms");
  EXPECT_FALSE(allowed(refused));
  EXPECT_EQ(*refused.at("status").at("code").integer(), 503);
  EXPECT_NE(refused.at("status").text("message").find("fails closed"), std::string::npos);
  const Json let_in = ask(open, review({image("api")}), "200ms");
  EXPECT_TRUE(allowed(let_in));
  EXPECT_NE(let_in.items("warnings").at(0).string()->find("could not decide"), std::string::npos);
  EXPECT_FALSE(allowed(ask(open, review({image("api"), "side:1"}), "200ms")))
      << "what is known to fail is refused";
  EXPECT_TRUE(allowed(ask(closed, review({image("known")}), "200ms"))) << "nothing has to be decided";
  EXPECT_EQ(post("integrations/cluster/admission/wh_guess", review({image("api")}), "200ms").status, 503)
      << "workers are busy, and nobody learns how this door fails";
}

TEST_F(Admission, what_has_to_be_decided_hides_nothing_that_is_known_to_fail) {
  const std::string door = declare(R"(,"fail":"open")");
  EXPECT_FALSE(allowed(ask(door, review({image("api")}))));
  const auto is_refused = [&](std::string_view fresh, std::string_view fresher) {
    const Json refused = ask(door, review({image(fresh), image(fresher), image("api")}), "200ms");
    EXPECT_FALSE(allowed(refused)) << dump(refused);
    EXPECT_EQ(*refused.at("status").at("code").integer(), 403);
    EXPECT_NE(refused.at("status").text("message").find(image("api")), std::string::npos);
    EXPECT_NE(refused.at("auditAnnotations").text("failed"), "") << "the others could not be decided on";
  };
  {
    const Stuck stuck(api_);
    is_refused("one", "two");
  }
  api_.ledger().sequencer().stop_writes("a test");
  is_refused("three", "four");
  EXPECT_TRUE(allowed(ask(door, review({image("three"), image("four")}))));
}

TEST_F(Admission, is_opened_by_its_own_address_alone) {
  const std::string door = declare();
  const std::string canary(
      api_.put("integrations/canary", R"({"kind":"flagger","environment":"prod"})").json.text("path"));
  const std::string secret = door.substr(door.rfind('/') + 1), other = canary.substr(canary.rfind('/') + 1);
  EXPECT_EQ(post("integrations/cluster/admission/wh_guess", review({image("api")})).status, 401);
  EXPECT_EQ(post("integrations/canary/admission/" + other, review({image("api")})).status, 401);
  EXPECT_EQ(post("integrations/cluster/gate/" + secret, R"({"name":"a","namespace":"b"})").status, 401);
  EXPECT_EQ(post("integrations/cluster/events", "{}").status, 401);
  const std::string again = declare();
  EXPECT_NE(door, again);
  EXPECT_EQ(post(door, review({image("api")})).status, 401) << "it ended with the rotation";
  EXPECT_EQ(api_.get("integrations").response.body.find(secret), std::string::npos);
}

// As API servers begin it; nested deeper than anybody reads.
std::string unreadable_review() {
  return fmt::format(
      R"({{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"705ab4f5",)"
      R"("operation":"CREATE","namespace":"default","kind":{{"group":"","version":"v1","kind":"Pod"}},)"
      R"("object":{}7{}}}}})",
      std::string(100, '['), std::string(100, ']'));
}

TEST_F(Admission, an_object_that_its_author_made_unreadable_is_refused_in_both_fail_modes) {
  for (const char* fail : {"closed", "open"}) {
    const Json refused = ask(declare(fmt::format(R"(,"fail":"{}")", fail)), unreadable_review());
    EXPECT_FALSE(allowed(refused)) << fail;
    EXPECT_EQ(*refused.at("status").at("code").integer(), 403);
    EXPECT_NE(refused.at("status").text("message").find("can't tell which images"), std::string::npos);
  }
  EXPECT_TRUE(allowed(ask(declare(R"(,"mode":"warn")"), unreadable_review())));
  EXPECT_EQ(post("integrations/cluster/admission/wh_guess", unreadable_review()).status, 401);
}

TEST_F(Admission, large_reviews_are_taken_by_the_secret_in_the_address) {
  const std::string door = declare();
  const auto limit = [&](const std::string& path, std::string_view from = "192.0.2.7") {
    const http::Request head{
        .method = "POST", .path = "/v1/orgs/org/" + path, .remote_address = std::string(from)};
    return api_.service().body_limit(head, 1 << 20);
  };
  const std::string guess = "integrations/cluster/admission/wh_guess";
  const auto known = limit(door);
  ASSERT_TRUE(known.ok());
  EXPECT_EQ(known->bytes_max, admission::review_bytes_max);
  EXPECT_EQ(known->sender, http::Sender::known);
  for (std::size_t i = 0; i < limits::token_failures_max; ++i)
    EXPECT_EQ(limit(guess).error().code, Errc::unauthenticated);
  EXPECT_EQ(limit(guess).error().code, Errc::too_many) << "no way to guess faster";
  EXPECT_EQ(limit("integrations/nobody/admission/wh_guess").error().code, Errc::too_many);
  EXPECT_EQ(post(guess, review({image("api")})).status, 429);
  ASSERT_TRUE(limit(door).ok()) << "it was good from there before";
  EXPECT_EQ(limit(door)->bytes_max, admission::review_bytes_max);
  for (std::size_t i = 0; i < limits::token_failures_max; ++i) (void)limit(guess, "192.0.2.8");
  EXPECT_EQ(limit(door, "192.0.2.8").error().code, Errc::too_many) << "it never was, from there";
}

TEST_F(Admission, a_large_review_is_answered_while_somebody_guesses_at_its_address) {
  const std::string door = declare();
  approve("api");
  EXPECT_TRUE(allowed(ask(door, review({image("api")}))));
  for (std::size_t i = 0; i <= limits::token_failures_max; ++i)
    (void)post("integrations/cluster/admission/wh_guess", review({image("api")}));
  const std::string large = review({image("api")}, fmt::format(R"(,"x":"{}")", std::string(6'000'000, '<')));
  EXPECT_TRUE(allowed(ask(door, large)));
}

TEST_F(Admission, what_is_no_review_is_refused_as_bad_input) {
  const std::string door = declare();
  EXPECT_EQ(post(door, "{").status, 400);
  EXPECT_EQ(post(door, R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"})").status, 400);
  EXPECT_EQ(api_.post("integrations/cluster/test").status, 409);
}

TEST_F(Admission, a_declaration_is_checked) {
  const auto put = [&](std::string_view body) {
    return api_.put("integrations/x", std::string(body)).status;
  };
  for (const char* body :
       {R"({"kind":"kubernetes"})", R"({"kind":"kubernetes","environment":"prod","base_url":"https://x"})",
        R"({"kind":"kubernetes","environment":"prod","mode":"loud"})",
        R"({"kind":"kubernetes","environment":"prod","fail":"maybe"})",
        R"({"kind":"kubernetes","environment":"prod","environments":{"a-*":"no name"}})",
        R"({"kind":"flagger","environment":"prod","mode":"warn"})"})
    EXPECT_EQ(put(body), 400) << body;
  EXPECT_EQ(put(R"({"kind":"kubernetes","environment":"none"})"), 404);
  EXPECT_EQ(put(R"({"kind":"kubernetes","environment":"prod","environments":{"a-*":"none"}})"), 404);
  EXPECT_EQ(put(R"({"kind":"kubernetes","environment":"prod"})"), 201);
  const Json shown = api_.get("integrations").json.items("integrations").at(0);
  EXPECT_EQ(shown.text("mode"), "enforce");
  EXPECT_EQ(shown.text("fail"), "closed");
}

TEST_F(Admission, a_hundred_images_are_each_asked_once) {
  const std::string door = declare();
  std::vector<std::string> images;
  for (int i = 0; i < 100; ++i) images.push_back(image(fmt::format("web{}", i % 50)));
  const Json refused = ask(door, review(images), "30s");
  EXPECT_FALSE(allowed(refused));
  EXPECT_NE(refused.at("status").text("message").find("refuses 100 of 100"), std::string::npos);
  EXPECT_EQ(api_.get("decisions?limit=1000").json.items("decisions").size(), 50u);
}

TEST(Deadlines, what_is_armed_comes_in_the_order_of_its_time) {
  std::vector<int> order;
  std::latch both{2};
  Deadlines deadlines;
  const auto note = [&](int number) {
    return [&order, &both, number] {
      order.push_back(number);
      both.count_down();
    };
  };
  deadlines.arm(milliseconds(30), note(2));
  deadlines.arm(milliseconds(1), note(1));
  both.wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  deadlines.arm(hours(1), note(3));
  deadlines.stop();
  EXPECT_EQ(order.size(), 2u);
}

}  // namespace
}  // namespace weir::api
