#include "admission/review.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "admission/reference.h"

namespace weir::admission {
namespace {

const std::string digest = "sha256:" + std::string(64, 'a');

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

// As an API server sends it, with what stands in any of them.
std::string review_of(std::string_view group, std::string_view kind, std::string_view object,
                      std::string_view operation = "CREATE", std::string_view more = "") {
  return fmt::format(
      R"({{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"705ab4f5",)"
      R"("kind":{{"group":"{0}","version":"v1","kind":"{1}"}},"resource":{{"group":"{0}","version":"v1",)"
      R"("resource":"x"}},)"
      R"("requestKind":{{"group":"{0}","version":"v1","kind":"{1}"}},"name":"shop","namespace":"prod",)"
      R"("operation":"{2}",)"
      R"("userInfo":{{"username":"kubernetes-admin","groups":["system:masters"]}},"object":{3},"oldObject":null,)"
      R"("dryRun":false,"options":{{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}{4}}}}})",
      group, kind, operation, object, more);
}

constexpr std::string_view spec =
    R"({"containers":[{"name":"web","image":"web:1"},{"name":"none"}],)"
    R"("initContainers":[{"name":"setup","image":"setup:1"}],)"
    R"("ephemeralContainers":[{"name":"look","image":"look:1","targetContainerName":"web"}],)"
    R"("volumes":[{"name":"tmp","emptyDir":{}},{"name":"model","image":{"reference":"model:1",)"
    R"("pullPolicy":"Always"}}],)"
    R"("imagePullSecrets":[{"name":"s"}]})";

std::string pod(std::string_view of = spec) {
  return fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"shop"}},"spec":{}}})", of);
}

std::vector<std::string> references(const Review& review) {
  std::vector<std::string> all;
  for (const Image& image : review.images) all.push_back(image.reference);
  return all;
}

TEST(Review, every_kind_that_bears_pods_is_read_in_all_four_places) {
  struct Case {
    const char *group, *kind, *before, *after;
  };
  const auto templated = [](const char* group, const char* kind) {
    return Case{group, kind, R"({"spec":{"replicas":2,"template":{"metadata":{},"spec":)", "}}}"};
  };
  for (const Case& each :
       {Case{"", "Pod", R"({"spec":)", "}"}, Case{"", "PodTemplate", R"({"template":{"spec":)", "}}"},
        templated("", "ReplicationController"), templated("apps", "Deployment"),
        templated("apps", "ReplicaSet"), templated("apps", "StatefulSet"), templated("apps", "DaemonSet"),
        templated("extensions", "Deployment"), templated("extensions", "ReplicaSet"),
        templated("extensions", "DaemonSet"), templated("batch", "Job"),
        Case{"batch", "CronJob", R"({"spec":{"jobTemplate":{"spec":{"template":{"spec":)", "}}}}}"}}) {
    const auto review =
        read_review(review_of(each.group, each.kind, fmt::format("{}{}{}", each.before, spec, each.after)));
    ASSERT_TRUE(review.ok()) << each.kind << ": " << review.error().message;
    EXPECT_EQ(references(*review), (std::vector<std::string>{"web:1", "setup:1", "look:1", "model:1"}))
        << each.kind;
    EXPECT_TRUE(review->is_read);
    EXPECT_EQ(review->problem, "");
  }
}

TEST(Review, an_image_is_told_by_where_it_stands) {
  const Review review = read_review(review_of("", "Pod", pod())).value();
  EXPECT_EQ(review.uid, "705ab4f5");
  EXPECT_EQ(review.space, "prod");
  EXPECT_EQ(place_of(review.images[0]), "container 'web'");
  EXPECT_EQ(place_of(review.images[1]), "init container 'setup'");
  EXPECT_EQ(place_of(review.images[2]), "ephemeral container 'look'");
  EXPECT_EQ(place_of(review.images[3]), "volume 'model'");
}

TEST(Review, kinds_that_nobody_knows_are_said_and_bring_in_nothing) {
  const Review review = read_review(review_of("argoproj.io", "Rollout", pod())).value();
  EXPECT_FALSE(review.is_read);
  EXPECT_EQ(review.kind, "argoproj.io/Rollout");
  EXPECT_TRUE(review.images.empty());
}

TEST(Review, what_brings_in_no_image_is_asked_nothing) {
  const std::string scale = R"({"kind":"Scale","spec":{"replicas":9}})";
  for (const std::string& body :
       {review_of("", "Pod", "null", "DELETE"), review_of("", "PodAttachOptions", "{}", "CONNECT"),
        review_of("autoscaling", "Scale", scale, "UPDATE", R"(,"subResource":"scale")"),
        review_of("", "Pod", pod(), "UPDATE", R"(,"subResource":"status")"),
        review_of("", "Pod", pod(), "UPDATE", R"(,"subResource":"resize")"),
        review_of("", "Binding", "{}", "CREATE", R"(,"subResource":"binding")")}) {
    const auto review = read_review(body);
    ASSERT_TRUE(review.ok()) << review.error().message;
    EXPECT_TRUE(review->images.empty());
    EXPECT_TRUE(review->is_read) << review->kind;
  }
}

TEST(Review, an_update_brings_in_what_was_not_there_in_that_place) {
  const auto updated = [](std::string_view before, std::string_view after) {
    const std::string body = review_of("", "Pod", pod(after), "UPDATE");
    return references(
        read_review(replaced(body, R"("oldObject":null)", R"("oldObject":)" + pod(before))).value());
  };
  EXPECT_TRUE(updated(spec, spec).empty());
  const std::string other = replaced(std::string(spec), "look:1", "look:2");
  EXPECT_EQ(updated(spec, other), std::vector<std::string>{"look:2"});
  const std::string more =
      R"({"containers":[{"name":"web","image":"web:1"},{"name":"side","image":"web:1"}]})";
  EXPECT_EQ(updated(R"({"containers":[{"name":"web","image":"web:1"}]})", more),
            std::vector<std::string>{"web:1"})
      << "another container begins to run it";
  EXPECT_EQ(updated(R"({"initContainers":[{"name":"web","image":"web:1"}]})",
                    R"({"containers":[{"name":"web","image":"web:1"}]})"),
            std::vector<std::string>{"web:1"});
  EXPECT_EQ(updated(R"({"containers":7})", R"({"containers":[{"name":"web","image":"web:1"}]})"),
            std::vector<std::string>{"web:1"})
      << "what can't be read of the past is no excuse";
  EXPECT_EQ(references(read_review(review_of("", "Pod", pod(), "UPDATE")).value()).size(), 4u);
}

TEST(Review, an_ephemeral_container_is_asked_of_alone) {
  const std::string body = review_of("", "Pod", pod(), "UPDATE", R"(,"subResource":"ephemeralcontainers")");
  const std::string before =
      R"({"containers":[{"name":"web","image":"web:1"}],"initContainers":[{"name":"setup","image":"setup:1"}],)"
      R"("volumes":[{"name":"model","image":{"reference":"model:1"}}]})";
  const Review review =
      read_review(replaced(body, R"("oldObject":null)", R"("oldObject":)" + pod(before))).value();
  EXPECT_EQ(references(review), std::vector<std::string>{"look:1"});
}

// An object that its author nested too deep to be read.
std::string nested() {
  return replaced(review_of("", "Pod", pod()), R"({"name":"shop"})",
                  std::string(100, '[') + std::string(100, ']'));
}

TEST(Review, what_its_author_makes_unreadable_is_a_problem_and_no_error) {
  const std::string good = review_of("", "Pod", pod());
  const auto sized = [&](std::size_t bytes) { return good + std::string(bytes - good.size(), ' '); };
  for (const std::string& body :
       {nested(), replaced(nested(), "705ab4f5", std::string(uid_bytes_max, 'u')), good + "}",
        good.substr(0, good.size() - 1), replaced(good, R"("web:1")", "\"\xff\""),
        replaced(good, R"({"name":"shop"})", R"({"name":"a","name":"b"})"),
        replaced(good, R"({"name":"shop"})", "99999999999999999999"), sized(review_bytes_max + 1)}) {
    const auto review = read_review(body);
    ASSERT_TRUE(review.ok()) << body.substr(0, 300) << review.error().message;
    EXPECT_FALSE(review->uid.empty());
    EXPECT_EQ(review->kind, "object");
    EXPECT_NE(review->problem, "") << body.substr(0, 300);
    EXPECT_TRUE(review->images.empty());
  }
  EXPECT_EQ(read_review(nested()).value().uid, "705ab4f5");
  EXPECT_EQ(read_review(sized(review_bytes_max)).value().problem, "");
}

TEST(Review, an_object_as_large_as_etcd_stores_fits_twice_with_each_byte_escaped) {
  const std::string large = fmt::format(R"({{"kind":"Pod","metadata":{{"annotations":{{"a":"{}"}}}},"spec":{}}})",
                                        std::string(1536 * 1024 * 6, '<'), spec);
  const std::string body =
      replaced(review_of("", "Pod", large, "UPDATE"), R"("oldObject":null)", R"("oldObject":)" + large);
  ASSERT_LE(body.size(), review_bytes_max);
  const Review review = read_review(body).value();
  EXPECT_EQ(review.problem, "");
  EXPECT_TRUE(review.images.empty());
}

TEST(Review, what_is_no_review_has_no_answer_of_its_own) {
  const std::string good = review_of("", "Pod", pod());
  struct Case {
    std::string body;
    const char* field;
  };
  for (const Case& each :
       {Case{"", ""}, Case{"{", ""}, Case{"[]", "apiVersion"}, Case{"\xff", ""},
        Case{replaced(good, "admission.k8s.io/v1\"", "admission.k8s.io/v1beta1\""), "apiVersion"},
        Case{replaced(good, "AdmissionReview", "ConversionReview"), "kind"},
        Case{R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"})", "request"},
        Case{replaced(good, R"("uid":"705ab4f5",)", ""), "request.uid"},
        Case{replaced(good, R"("uid":"705ab4f5")", R"("uid":"")"), "request.uid"},
        Case{replaced(good, R"("uid":"705ab4f5")", R"("uid":7)"), "request.uid"},
        Case{replaced(good, "705ab4f5", std::string(200, 'u')), "request.uid"},
        Case{replaced(good, R"("operation":"CREATE")", R"("operation":"PATCH")"), "request.operation"},
        Case{replaced(good, R"("dryRun":false)", R"("dryRun":"no")"), "request.dryRun"},
        Case{replaced(good, R"("kind":"Pod"})", R"("kind":""})"), "request.kind.kind"},
        Case{replaced(good, R"("namespace":"prod")", R"("namespace":["prod"])"), "request.namespace"},
        Case{replaced(nested(), R"({"kind")", R"( {"kind")"), ""},
        Case{replaced(nested(), "705ab4f5", R"(\u0037)"), ""},
        Case{replaced(nested(), "705ab4f5", ""), ""}, Case{replaced(nested(), "705ab4f5", "\xff"), ""},
        Case{replaced(nested(), "705ab4f5", std::string(uid_bytes_max + 1, 'u')), ""},
        Case{replaced(nested(), "admission.k8s.io/v1\"", "admission.k8s.io/v2\""), ""}}) {
    const auto review = read_review(each.body);
    ASSERT_FALSE(review.ok()) << each.body.substr(0, 300);
    if (*each.field != 0) {
      EXPECT_EQ(review.error().field, each.field);
    }
  }
}

TEST(Review, an_object_that_can_not_be_read_is_a_problem_and_no_error) {
  for (const char* of :
       {"7", R"({"containers":7})", R"({"containers":[7]})", R"({"containers":[{"image":7}]})",
        R"({"volumes":[{"image":7}]})", R"({"volumes":[{"image":{"reference":[]}}]})"}) {
    const auto review = read_review(review_of("", "Pod", pod(of)));
    ASSERT_TRUE(review.ok()) << of;
    EXPECT_NE(review->problem, "") << of;
    EXPECT_TRUE(review->images.empty()) << of;
  }
  EXPECT_NE(read_review(review_of("", "Pod", "null")).value().problem, "");
  EXPECT_NE(read_review(review_of("apps", "Deployment", pod())).value().problem, "")
      << "it says that it is a Pod";
}

TEST(Review, a_thousand_images_are_read_and_no_more) {
  const auto many = [](std::size_t count) {
    std::string containers;
    for (std::size_t i = 0; i < count; ++i)
      containers += fmt::format(R"({}{{"name":"c{}","image":"web@{}"}})", i > 0 ? "," : "", i, digest);
    return read_review(review_of("", "Pod", pod(fmt::format(R"({{"containers":[{}]}})", containers))))
        .value();
  };
  EXPECT_EQ(many(1000).images.size(), 1000u);
  EXPECT_EQ(many(1001).images.size(), 0u);
  EXPECT_NE(many(1001).problem, "");
}

TEST(Reference, only_a_digest_is_decided_on) {
  for (const char* name : {"web", "registry.example:5000/acme/web", "registry.example/acme/web:1.2",
                                  "[::1]:5000/a/b", "HOST.example/a", "docker.io/library/nginx:latest"})
    EXPECT_EQ(to_string(digest_of(fmt::format("{}@{}", name, digest)).value()), digest) << name;
  for (const std::string& bad : {std::string("web"), std::string("web:1.2"), "@" + digest, digest,
                                 "web@sha256:" + std::string(63, 'a'), "web@sha256:" + std::string(65, 'a'),
                                 "web@sha256:" + std::string(64, 'A'), "web@sha512:" + std::string(128, 'a'),
                                 "web@" + digest + "@" + digest, "we b@" + digest, "web\n@" + digest,
                                 std::string(1100, 'w') + "@" + digest, std::string("web@"), std::string()})
    EXPECT_FALSE(digest_of(bad).ok()) << bad;
  EXPECT_NE(digest_of("web:1").error().message.find("web:1@sha256:"), std::string::npos) << "what to do";
}

TEST(Reference, is_short_in_a_line_among_many) {
  EXPECT_EQ(short_name("registry.example:5000/acme/web:1.2@" + digest), "web:1.2@aaaaaaaa");
  EXPECT_EQ(short_name("web"), "web");
  EXPECT_EQ(short_name(""), "");
  EXPECT_EQ(cut("abcdefgh", 6), "abc…");
  EXPECT_EQ(cut("abö…def", 6), "ab…");
  EXPECT_EQ(one_line("a\nb\tc"), "a b c");
}

}  // namespace
}  // namespace weir::admission
