#include "evidence/schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

namespace weir::evidence {
namespace {

format::Json json(std::string_view text) {
  auto parsed = format::parse_json(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? *parsed : format::Json();
}
std::string refusal(std::string_view schema) {
  const auto read = Schema::read(json(schema));
  return read.ok() ? "" : read.error().message;
}
std::string fits(std::string_view schema, std::string_view document) {
  const auto read = Schema::read(json(schema));
  if (!read.ok()) return "schema: " + read.error().message;
  const auto violations = read->check(json(document));
  if (!violations.ok()) return "error: " + violations.error().message;
  return violations->empty() ? "yes" : "no: " + violations->front().place;
}

constexpr std::string_view coverage =
    R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["build"],
  "properties":{"build":{"type":"object","required":["coverage"],
  "properties":{"coverage":{"type":"number","minimum":80}}}},
  "additionalProperties":false})";

}  // namespace

TEST(Schema, documents_are_held_against_it_and_the_place_is_named) {
  EXPECT_EQ(fits(coverage, R"({"build":{"coverage":81.5}})"), "yes");
  EXPECT_EQ(fits(coverage, R"({"build":{"coverage":79}})"), "no: build.coverage");
  EXPECT_EQ(fits(coverage, R"({"build":{"coverage":"81"}})"), "no: build.coverage");
  EXPECT_EQ(fits(coverage, R"({"build":{}})").substr(0, 3), "no:");
  EXPECT_EQ(fits(coverage, R"({"build":{"coverage":81},"more":1})").substr(0, 3), "no:");
  EXPECT_EQ(fits(coverage, "[]").substr(0, 3), "no:");
}

TEST(Schema, keywords_of_the_known_drafts_work) {
  struct Case { const char *schema, *good, *bad; };
  for (const Case& c :
       {Case{R"({"enum":[1,"a"]})", "\"a\"", "2"},
        {R"({"const":{"a":1}})", R"({"a":1})", R"({"a":2})"},
        {R"({"type":["integer","null"]})", "null", "1.5"},
        {R"({"minLength":2,"type":"string"})", "\"\xc3\xa9\xc3\xa9\"", "\"\xc3\xa9\""},
        {R"({"pattern":"^[a-f0-9]{4}$"})", "\"12ab\"", "\"12ag\""},
        {R"({"items":{"type":"integer"},"maxItems":2})", "[1,2]", "[1,2,3]"},
        {R"({"items":[{"type":"integer"}],"additionalItems":false})", "[1]", "[1,2]"},
        {R"({"uniqueItems":true})", "[1,2]", "[1,1]"},
        {R"({"contains":{"const":3}})", "[1,3]", "[1]"},
        {R"({"patternProperties":{"^x-":{"type":"string"}}})", R"({"x-a":"1"})", R"({"x-a":1})"},
        {R"({"propertyNames":{"maxLength":2}})", R"({"ab":1})", R"({"abc":1})"},
        {R"({"dependencies":{"a":["b"]}})", R"({"a":1,"b":1})", R"({"a":1})"},
        {R"({"allOf":[{"minimum":1},{"maximum":3}]})", "2", "4"},
        {R"({"anyOf":[{"const":1},{"const":2}]})", "2", "3"},
        {R"({"oneOf":[{"minimum":1},{"minimum":2}]})", "1", "2"},
        {R"({"not":{"type":"string"}})", "1", "\"a\""},
        {R"({"if":{"minimum":10},"then":{"multipleOf":10},"else":{"multipleOf":2}})", "20", "15"},
        {R"({"definitions":{"p":{"minimum":1}},"properties":{"a":{"$ref":"#/definitions/p"}}})", R"({"a":1})",
         R"({"a":0})"},
        {R"({"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true})", "2",
         "1"},
        {R"({"exclusiveMinimum":1})", "2", "1"},
        {R"({"format":"date"})", "\"2026-11-22\"", "\"2026-13-22\""},
        {"true", "1", ""},
        {"false", "", "1"}}) {
    EXPECT_TRUE(*c.good == '\0' || fits(c.schema, c.good) == "yes") << c.schema << fits(c.schema, c.good);
    EXPECT_TRUE(*c.bad == '\0' || fits(c.schema, c.bad).starts_with("no:")) << c.schema;
  }
}

TEST(Schema, what_would_be_skipped_silently_is_refused) {
  for (const char* later :
       {"prefixItems", "unevaluatedProperties", "dependentRequired", "minContains", "$dynamicRef"})
    EXPECT_NE(refusal(fmt::format(R"({{"properties":{{"a":{{"{}":[]}}}}}})", later)).find(later),
              std::string::npos);
  EXPECT_EQ(refusal(R"({"properties":{"prefixItems":{"type":"string"}}})"), "");
  EXPECT_NE(refusal(R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})").find("2020-12"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"$ref":"https://example.org/schema.json"})"), "");
  EXPECT_NE(refusal(R"({"$ref":"other.json#/a"})"), "");
  EXPECT_NE(refusal(R"({"$ref":"#/definitions/none"})"), "");
}

TEST(Schema, references_in_a_circle_are_refused_and_recursion_into_the_document_is_not) {
  for (
      const char* circle :
      {R"({"$ref":"#"})", R"({"allOf":[{"$ref":"#"}]})",
       R"({"definitions":{"a":{"$ref":"#/definitions/b"},)"
       R"("b":{"anyOf":[{"$ref":"#/definitions/a"}]}},"$ref":"#/definitions/a"})"})
    EXPECT_NE(refusal(circle).find("itself"), std::string::npos) << refusal(circle);
  const char* tree =
      R"({"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}},)"
      R"("required":["name"]})";
  EXPECT_EQ(fits(tree, R"({"name":"a","children":[{"name":"b","children":[]}]})"), "yes");
  EXPECT_EQ(fits(tree, R"({"name":"a","children":[{"children":[]}]})").substr(0, 3), "no:");
}

TEST(Schema, malformed_schemas_are_refused) {
  for (const char* bad : {"7", "[]", "\"x\"", R"({"type":7})", R"({"minimum":"x"})", R"({"properties":7})",
                          R"({"pattern":"("})", R"({"pattern":"(a)\\1"})", R"({"required":"a"})",
                          R"({"allOf":{}})", R"({"type":"text"})", R"({"items":7})"})
    EXPECT_NE(refusal(bad), "") << bad;
}

TEST(Schema, patterns_can_neither_take_forever_nor_exhaust_the_stack) {
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(fits(R"({"pattern":"^(a+)+$"})", fmt::format("\"{}b\"", std::string(2000, 'a'))).substr(0, 3),
            "no:");
  EXPECT_EQ(fits(R"({"pattern":"^a*$"})", fmt::format("\"{}\"", std::string(200'000, 'a'))), "yes");
  EXPECT_NE(refusal(R"({"patternProperties":{"^(a+)+$":{}}})").find("forever"), std::string::npos);
  EXPECT_EQ(fits(R"({"format":"date"})", fmt::format("\"{}\"", std::string(200'000, '1'))).substr(0, 6),
            "error:");
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(20));
}

TEST(Schema, a_custom_document_is_summarised) {
  const Schema schema = Schema::read(json(coverage)).value();
  EXPECT_EQ(summarise_custom(schema, R"({"build":{"coverage":90}})").value().compliant, true);
  const Summary failed = summarise_custom(schema, R"({"build":{"coverage":10}})").value();
  EXPECT_EQ(failed.compliant, false);
  EXPECT_EQ(failed.facts.items("violations")[0].text("place"), "build.coverage");
  EXPECT_FALSE(summarise_custom(schema, "{").ok());
}

}  // namespace weir::evidence
