#include "evidence/openapi_difference.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::evidence {
namespace {

std::string document(std::string_view paths, std::string_view rest = "") {
  return fmt::format(R"({{"openapi":"3.1.0","info":{{"title":"t","version":"1"}},"paths":{}{}}})", paths,
                     rest);
}

OpenApiDifference difference(std::string_view before, std::string_view after) {
  auto made = openapi_difference(before, after);
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  return made.ok() ? std::move(*made) : OpenApiDifference{};
}

// "place what effect" a line, of the one operation that changed.
std::string changes(std::string_view before, std::string_view after) {
  const auto wrapped = [](std::string_view operation) {
    return document(fmt::format(R"({{"/a":{{"post":{}}}}})", operation));
  };
  const OpenApiDifference made = difference(wrapped(before), wrapped(after));
  std::string text;
  for (const OperationDifference& each : made.changed)
    for (const ApiChange& change : each.changes)
      text += fmt::format("{} {}: {}\n", change.place, change.what, format::name_of(change.effect));
  return text;
}

std::string body(std::string_view schema) {
  return fmt::format(R"({{"requestBody":{{"content":{{"application/json":{{"schema":{}}}}}}}}})", schema);
}
std::string answer(std::string_view schema) {
  return fmt::format(R"({{"responses":{{"200":{{"content":{{"application/json":{{"schema":{}}}}}}}}}}})",
                     schema);
}

}  // namespace

TEST(OpenApiDifference, operations_are_added_and_removed_whatever_their_parameters_are_called) {
  const OpenApiDifference made =
      difference(document(R"({"/a/{id}":{"get":{}},"/b":{"get":{},"delete":{}}})"),
                 document(R"({"/a/{name}":{"get":{}},"/b":{"get":{}},"/c":{"post":{}}})"));
  EXPECT_EQ(made.added, std::vector<std::string>{"POST /c"});
  EXPECT_EQ(made.added_open, std::vector<std::string>{"POST /c"});
  EXPECT_EQ(made.removed, std::vector<std::string>{"DELETE /b"});
  EXPECT_TRUE(made.changed.empty());
  EXPECT_EQ(made.breaking, 1);
}

TEST(OpenApiDifference, what_a_caller_must_say_breaks_and_what_he_may_say_does_not) {
  EXPECT_EQ(
      changes("{}",
              R"({"parameters":[{"in":"query","name":"q"},{"in":"header","name":"h","required":true}]})"),
      "header parameter 'h' is new and required: breaking\nquery parameter 'q' is new: compatible\n");
  EXPECT_EQ(
      changes(R"({"parameters":[{"in":"query","name":"q","schema":{"type":"string"}}]})",
              R"({"parameters":[{"in":"query","name":"q","required":true,"schema":{"type":"integer"}}]})"),
      "query parameter 'q' is required now: breaking\nquery parameter 'q' is integer and was string: "
      "breaking\n");
  EXPECT_EQ(
      changes(body(R"({"properties":{"a":{"type":"string"}}})"),
              body(R"({"properties":{"a":{"type":"string"},"b":{}},"required":["a"]})")),
      "body application/json.b is new: compatible\nbody application/json.a is required now: breaking\n");
}

TEST(OpenApiDifference, what_an_answer_does_not_say_any_more_breaks) {
  EXPECT_EQ(
      changes(answer(R"({"properties":{"a":{}},"required":["a"]})"), answer(R"({"properties":{"b":{}}})")),
      "answer 200 application/json.a is gone: breaking\nanswer 200 application/json.b is new: compatible\n");
  EXPECT_EQ(changes(R"({"responses":{"200":{},"404":{}}})", R"({"responses":{"201":{}}})"),
            "answer 200 is gone: breaking\nanswer 404 is gone: compatible\nanswer 201 is new: compatible\n");
}

TEST(OpenApiDifference, values_narrow_for_callers_and_widen_for_readers) {
  constexpr std::string_view few = R"({"enum":["a"]})", many = R"({"enum":["a","b"]})";
  EXPECT_EQ(changes(body(many), body(few)), "body application/json has fewer values: breaking\n");
  EXPECT_EQ(changes(body(few), body(many)), "body application/json has more values: compatible\n");
  EXPECT_EQ(changes(answer(few), answer(many)), "answer 200 application/json has more values: breaking\n");
}

TEST(OpenApiDifference, who_may_call_is_told_apart) {
  constexpr std::string_view schemes = R"(,"security":[{"key":[]}])";
  const OpenApiDifference made =
      difference(document(R"({"/a":{"get":{},"put":{"security":[{"oauth":["w","r"]}]}}})", schemes),
                 document(R"({"/a":{"get":{"security":[]},"put":{"security":[{"oauth":["r"]}]}}})", schemes));
  ASSERT_EQ(made.authorization.size(), 2u);
  EXPECT_EQ(made.authorization[0].operation, "GET /a");
  EXPECT_EQ(made.authorization[0].before, "key");
  EXPECT_TRUE(made.authorization[0].opened);
  EXPECT_EQ(made.authorization[1].after, "oauth (r)");
  EXPECT_EQ(made.authorization[1].before, "oauth (r w)");
  EXPECT_FALSE(made.authorization[1].opened);
}

TEST(OpenApiDifference, references_are_followed_also_in_circles) {
  const auto whole = [](std::string_view type) {
    return document(
        R"({"/a":{"get":{"responses":{"200":{"content":{"j":{"schema":{"$ref":"#/components/schemas/Node"}}}}}}}})",
        fmt::format(
            R"(,"components":{{"schemas":{{"Node":{{"properties":{{"next":{{"$ref":"#/components/schemas/Node"}},)"
            R"("v":{{"type":"{}"}}}}}},"Loop":{{"$ref":"#/components/schemas/Loop"}}}}}})",
            type));
  };
  const OpenApiDifference made = difference(whole("string"), whole("integer"));
  ASSERT_EQ(made.changed.size(), 1u);
  EXPECT_EQ(made.changed[0].changes.size(), 1u);
  EXPECT_EQ(made.breaking, 1);
}

TEST(OpenApiDifference, yaml_is_read_and_anything_else_refused) {
  EXPECT_EQ(difference("openapi: 3.0.3\npaths:\n  /a:\n    get: {}\n", document("{}")).removed,
            std::vector<std::string>{"GET /a"});
  EXPECT_FALSE(openapi_difference("{}", "{}").ok());
  EXPECT_FALSE(openapi_difference(R"({"swagger":"2.0"})", document("{}")).ok());
  EXPECT_FALSE(openapi_difference(document("{}"), document("[]")).ok());
  const std::string sound = document(R"({"/a":{"get":{"parameters":[{"in":"query","name":"q"}]}}})");
  for (std::size_t size = 0; size < sound.size(); ++size)
    EXPECT_FALSE(openapi_difference(sound.substr(0, size), sound).ok());
}

// A document against itself differs in nothing.
TEST(OpenApiDifference, nothing_differs_from_itself) {
  const std::string all =
      document(R"({"/a":{"post":)" + body(R"({"type":"object","properties":{"a":{"enum":["x"]}}})") + "}}");
  const OpenApiDifference made = difference(all, all);
  EXPECT_TRUE(made.added.empty() && made.removed.empty() && made.changed.empty() &&
              made.authorization.empty());
}

}  // namespace weir::evidence
