#include "admission/answer.h"

#include <gtest/gtest.h>

#include "admission/webhook.h"
#include "format/yaml.h"

namespace weir::admission {
namespace {

using policy::Mode;
using policy::Verdict;

const std::string digest = "sha256:" + std::string(64, 'a');

Judged judged(Verdict verdict, std::string name = "web") {
  Judged made{.image = {"containers", name, "registry.example/acme/" + name + "@" + digest},
              .verdict = verdict,
              .decision = 12};
  if (!policy::passes(verdict))
    made.missing = {{.rule = "tests-pass",
                     .policy = "tested",
                     .message = "Unit tests\nmust have passed",
                     .who = "developers",
                     .fix = "attest them"}};
  return made;
}

Review review(std::size_t images = 1) {
  Review made{.uid = "u", .kind = "Pod"};
  made.images.resize(images);
  return made;
}

AdmissionAnswer answered(Mode mode, Judgement judgement, Fail fail = Fail::closed) {
  return answer(review(judgement.images.size()), {.mode = mode, .fail = fail, .environment = "prod"},
                judgement);
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

TEST(Answer, what_passes_is_let_in_with_its_decisions) {
  const AdmissionAnswer made = answered(Mode::enforce, {.images = {judged(Verdict::allow), judged(Verdict::warn)}});
  EXPECT_TRUE(made.response.allowed);
  EXPECT_EQ(made.response.uid, "u");
  EXPECT_FALSE(made.response.status);
  EXPECT_TRUE(made.response.warnings.empty());
  EXPECT_EQ(made.response.annotations.at("verdict"), "warn");
  EXPECT_TRUE(holds(made.response.annotations.at("decisions"), digest + "=12:allow"));
  EXPECT_EQ(made.response.annotations.at("environment"), "prod");
}

TEST(Answer, one_image_that_does_not_pass_refuses_all_and_says_why) {
  Judged waits = judged(Verdict::deny, "late");
  waits.window = "nights";
  waits.opens = Instant{0};
  const AdmissionAnswer made = answered(
      Mode::enforce, {.images = {judged(Verdict::allow), judged(Verdict::undecided, "side"), waits}});
  EXPECT_FALSE(made.response.allowed);
  ASSERT_TRUE(made.response.status);
  EXPECT_EQ(made.response.status->code, 403);
  EXPECT_EQ(made.response.status->reason, "Forbidden");
  const std::string& message = made.response.status->message;
  EXPECT_TRUE(message.starts_with("Weir refuses 2 of 3 images for prod\n")) << message;
  EXPECT_TRUE(holds(
      message, "acme/side@" + digest + " (container 'side'): undecided, so it does not pass, decision 12"));
  EXPECT_TRUE(
      holds(message, "tested/tests-pass: Unit tests must have passed; who: developers; how: attest them"));
  EXPECT_TRUE(holds(message, "window nights opens at 1970-01-01"));
  EXPECT_FALSE(holds(message, "'web'")) << "what passes is not in the way";
  EXPECT_EQ(made.response.annotations.at("verdict"), "deny");
}

TEST(Answer, an_image_without_digest_never_passes) {
  Judged tag{.image = {"containers", "web", "web:1"}, .problem = "it names no digest"};
  tag.verdict = Verdict::allow;
  const AdmissionAnswer made = answered(Mode::enforce, {.images = {tag}});
  EXPECT_FALSE(made.response.allowed);
  EXPECT_TRUE(holds(made.response.status->message, "it names no digest"));
  EXPECT_EQ(made.response.annotations.at("verdict"), "undecided");
  EXPECT_TRUE(holds(made.response.annotations.at("decisions"), "web:1=none"));
}

TEST(Answer, warn_lets_in_and_says_each_rule_shadow_says_one_line) {
  const Judgement judgement{.images = {judged(Verdict::deny), judged(Verdict::undecided, "side")}};
  const AdmissionAnswer warned = answered(Mode::warn, judgement);
  EXPECT_TRUE(warned.response.allowed);
  EXPECT_FALSE(warned.response.status);
  ASSERT_EQ(warned.response.warnings.size(), 2u);
  EXPECT_EQ(warned.response.warnings[0],
            "would be refused: web@aaaaaaaa: tested/tests-pass: Unit tests must have passed");
  const AdmissionAnswer shadowed = answered(Mode::shadow, judgement);
  EXPECT_TRUE(shadowed.response.allowed);
  EXPECT_EQ(shadowed.response.warnings,
            std::vector<std::string>{"Weir (shadow) would refuse 2 of 2 images for prod"});
  EXPECT_EQ(shadowed.response.annotations.at("mode"), "shadow");
  EXPECT_EQ(shadowed.response.annotations.at("verdict"), "deny");
}

TEST(Answer, rules_that_only_warn_are_warnings_in_any_mode) {
  Judged warned = judged(Verdict::warn);
  warned.warnings = {"tested/licences: none \x7f is known"};
  for (const Mode mode : {Mode::enforce, Mode::warn, Mode::shadow})
    EXPECT_EQ(answered(mode, {.images = {warned}}).response.warnings,
              std::vector<std::string>{"web@aaaaaaaa: tested/licences: none   is known"});
}

TEST(Answer, the_server_that_can_not_decide_does_as_was_declared_and_says_so) {
  const Judgement judgement{.images = {judged(Verdict::allow)}, .failure = "the disk is full"};
  const AdmissionAnswer closed = answered(Mode::enforce, judgement);
  EXPECT_FALSE(closed.response.allowed);
  EXPECT_EQ(closed.response.status->code, 503);
  EXPECT_TRUE(holds(closed.response.status->message, "fails closed: the disk is full"));
  EXPECT_EQ(closed.response.annotations.at("failed"), "closed: the disk is full");
  const AdmissionAnswer open = answered(Mode::enforce, judgement, Fail::open);
  EXPECT_TRUE(open.response.allowed);
  EXPECT_EQ(open.response.warnings,
            std::vector<std::string>{"Weir could not decide, and this is let in: the disk is full"});
  EXPECT_EQ(open.response.annotations.at("verdict"), "undecided");
  EXPECT_TRUE(answered(Mode::warn, judgement).response.allowed);
}

TEST(Answer, a_door_that_fails_open_still_refuses_what_is_known_to_fail) {
  const AdmissionAnswer made =
      answered(Mode::enforce, {.images = {judged(Verdict::deny)}, .failure = "it took too long"}, Fail::open);
  EXPECT_FALSE(made.response.allowed);
  EXPECT_EQ(made.response.status->code, 403);
  EXPECT_EQ(made.response.warnings,
            std::vector<std::string>{"Weir could not decide, so this is refused: it took too long"});
}

TEST(Answer, an_object_that_can_not_be_read_is_refused_also_where_failing_is_open) {
  Review broken{.uid = "u", .kind = "Pod", .problem = "'containers' must be a list"};
  const AdmissionAnswer made = answer(broken, {.fail = Fail::open, .environment = "prod"}, {});
  EXPECT_FALSE(made.response.allowed);
  EXPECT_TRUE(holds(made.response.status->message, "'containers' must be a list"));
  EXPECT_TRUE(answer(broken, {.mode = Mode::warn, .environment = "prod"}, {}).response.allowed);
}

TEST(Answer, nothing_asked_is_let_in_and_an_unknown_kind_is_said) {
  EXPECT_TRUE(answer(Review{.uid = "u"}, {.environment = "prod"}, {}).response.allowed);
  EXPECT_TRUE(answer(Review{.uid = "u"}, {.environment = "prod"}, {}).response.annotations.empty());
  const AdmissionAnswer made =
      answer({.uid = "u", .kind = "argoproj.io/Rollout", .is_read = false}, {.environment = "prod"}, {});
  EXPECT_TRUE(made.response.allowed);
  EXPECT_EQ(
      made.response.warnings,
      std::vector<std::string>{"Weir reads no images of a argoproj.io/Rollout; its Pods are asked about"});
}

TEST(Answer, stays_within_its_bounds_whatever_came) {
  Judgement judgement;
  for (int i = 0; i < 1000; ++i) {
    Judged each = judged(Verdict::deny, std::string(200, 'n') + std::to_string(i));
    each.missing.resize(50, each.missing.front());
    each.missing.front().message = std::string(5000, 'm');
    judgement.images.push_back(each);
  }
  const AdmissionAnswer refused = answered(Mode::enforce, judgement);
  EXPECT_LE(refused.response.status->message.size(), message_bytes_max);
  EXPECT_LE(refused.response.annotations.at("decisions").size(), annotation_bytes_max);
  const AdmissionAnswer warned = answered(Mode::warn, judgement);
  EXPECT_EQ(warned.response.warnings.size(), warnings_max);
  for (const std::string& warning : warned.response.warnings) EXPECT_LE(warning.size(), warning_bytes_max);
  EXPECT_LT(format::encode(refused).size(), 16'000u);
}

TEST(Terms, the_most_particular_pattern_names_the_environment) {
  const std::map<std::string, std::string> patterns{
      {"prod-*", "production"}, {"prod-eu-*", "europe"}, {"prod-eu-test", "staging"}, {"*-test", "test"}};
  EXPECT_EQ(environment_of("prod-a", patterns, "other"), "production");
  EXPECT_EQ(environment_of("prod-eu-a", patterns, "other"), "europe");
  EXPECT_EQ(environment_of("prod-eu-test", patterns, "other"), "staging");
  EXPECT_EQ(environment_of("a-test", patterns, "other"), "test");
  EXPECT_EQ(environment_of("default", patterns, "other"), "other");
  EXPECT_EQ(environment_of("", patterns, "other"), "other");
}

TEST(Terms, an_answer_comes_before_its_caller_gives_up) {
  EXPECT_EQ(time_to_answer("5s"), seconds(4));
  EXPECT_EQ(time_to_answer("500ms"), milliseconds(400));
  EXPECT_EQ(time_to_answer("1000s"), seconds(24));
  EXPECT_EQ(time_to_answer("1ms"), milliseconds(80));
  for (const char* text : {"", "s", "5", "-5s", "5m", "99999999999999999999s"})
    EXPECT_EQ(time_to_answer(text), seconds(8)) << text;
}

TEST(Webhook, is_what_an_api_server_takes) {
  const std::string yaml =
      webhook_yaml({.name = "Cluster_1",
                    .url = "https://weir.example/v1/orgs/default/integrations/c/admission/wh_x",
                    .ca = "PEM",
                    .fail = Fail::open,
                    .timeout_seconds = 7,
                    .except = {"kube-system", "weir"}});
  const auto read = format::parse_yaml(yaml);
  ASSERT_TRUE(read.ok()) << read.error().message << yaml;
  EXPECT_EQ(read->text("kind"), "ValidatingWebhookConfiguration");
  EXPECT_EQ(read->at("metadata").text("name"), "weir-cluster-1");
  const auto& hooks = read->items("webhooks");
  ASSERT_EQ(hooks.size(), 2u);
  for (const format::Json& hook : hooks) {
    EXPECT_EQ(hook.text("failurePolicy"), "Ignore");
    EXPECT_EQ(hook.text("matchPolicy"), "Equivalent");
    EXPECT_EQ(hook.text("sideEffects"), "NoneOnDryRun");
    EXPECT_EQ(*hook.at("timeoutSeconds").integer(), 7);
    EXPECT_EQ(hook.at("clientConfig").text("caBundle"), "UEVN");
    const format::Json& space = hook.at("namespaceSelector").items("matchExpressions").at(0);
    EXPECT_EQ(space.text("key"), "kubernetes.io/metadata.name");
    EXPECT_EQ(dump(space.at("values")), R"(["kube-system","weir"])");
  }
  EXPECT_EQ(dump(hooks[0].items("rules").at(0).at("resources")), R"(["pods","pods/ephemeralcontainers"])");
  EXPECT_EQ(hooks[1].items("rules").size(), 3u);
}

}  // namespace
}  // namespace weir::admission
