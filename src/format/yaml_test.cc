#include "format/yaml.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace weir::format {
namespace {

std::string error_of(std::string_view text) {
  const auto parsed = parse_yaml(text);
  return parsed.ok() ? "" : parsed.error().message;
}

}  // namespace

TEST(Yaml, values_are_those_of_json) {
  const auto value = parse_yaml("a: 1\nb: [yes, true, ~, 1.5, '7', \"x\"]\nc:\n  d: 2026-11-22\n").value();
  EXPECT_EQ(dump(value), R"({"a":1,"b":["yes",true,null,1.5,"7","x"],"c":{"d":"2026-11-22"}})");
}

TEST(Yaml, every_escape_of_a_quoted_text_is_utf_8) {
  EXPECT_EQ(*parse_yaml("a: \"x\\_y\\Nz\\xE9\\u00e9\"").value().at("a").string(),
            "x\u00a0y\u0085z\u00e9\u00e9");
  EXPECT_EQ(*parse_yaml("a: x\\_y").value().at("a").string(), "x\\_y");
  EXPECT_FALSE(parse_yaml("a: \"x\xA0\"").ok());
}

TEST(Yaml, an_empty_document_is_null) { EXPECT_TRUE(parse_yaml("# nothing\n").value().is_null()); }

TEST(Yaml, documents_without_end_are_a_second_document) {
  for (const char* text : {",", ", a", "--- ,", "a: 1\n---\n,"})
    EXPECT_NE(error_of(text).find("second document"), std::string::npos) << text;
}

TEST(Yaml, faults_name_their_line) {
  EXPECT_NE(error_of("a: 1\na: 2\n").find("line 2"), std::string::npos) << error_of("a: 1\na: 2\n");
  EXPECT_NE(error_of("a: [1,\nb: }").find("line"), std::string::npos);
  EXPECT_NE(error_of("a: 1\n---\nb: 2\n").find("second document"), std::string::npos);
  EXPECT_NE(error_of("? [1, 2]\n: x\n").find("key must be text"), std::string::npos);
}

TEST(Yaml, unfolding_aliases_are_bounded) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k ? ", *a" : "*a") + std::to_string(i - 1);
    bomb += "]\n";
  }
  const auto parsed = parse_yaml(bomb);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().code, Errc::too_large);
  EXPECT_EQ(parse_yaml("[" + std::string(8'000'000, ',') + "]").error().code, Errc::too_large)
      << "refused before a gigabyte of nodes is built";
  std::string keys;
  for (int i = 0; i < 90'000; ++i) keys += "k" + std::to_string(i) + ":\n";
  EXPECT_EQ(parse_yaml(keys)->object()->size(), 90'000u) << "each key is looked for once";
}

TEST(Yaml, deep_nesting_and_invalid_utf8_are_refused) {
  EXPECT_NE(
      error_of(std::string(limits::json_depth_max + 2, '[') + std::string(limits::json_depth_max + 2, ']')),
      "");
  EXPECT_NE(error_of(std::string(100'000, '[')), "");
  EXPECT_NE(error_of("a: \"\xff\xfe\"\n"), "");
}

TEST(Yaml, lines_are_known_by_path) {
  const auto document = parse_yaml_with_lines("a: 1\nb:\n  - c: x\n    \"d.e\": y\n").value();
  EXPECT_EQ(line_of(document, "a"), 1u);
  EXPECT_EQ(line_of(document, "b[0].d.e"), 4u);
  EXPECT_EQ(line_of(document, "b[0].missing.deeper"), 3u);
  EXPECT_EQ(line_of(document, "z"), 0u);
}

}  // namespace weir::format
