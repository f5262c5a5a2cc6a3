#include "format/json_view.h"

#include <gtest/gtest.h>

#include "format/json.h"

namespace weir::format {
namespace {

constexpr std::size_t plenty = 1000;

std::string error_of(std::string_view text) {
  const auto document = JsonDocument::parse(text, plenty);
  return document.ok() ? "" : document.error().message;
}

TEST(JsonView, members_are_found_and_what_is_not_there_is_nothing) {
  const auto document =
      JsonDocument::parse(R"({"a":{"b":"x\u0041"},"c":[1,"two",{"d":null}],"e":5})", plenty);
  ASSERT_TRUE(document.ok()) << document.error().message;
  const JsonView root = document->root();
  EXPECT_TRUE(root.is_object());
  EXPECT_EQ(root.at("a").text("b"), "xA");
  EXPECT_EQ(root.text("e"), "");
  EXPECT_EQ(root.at("a").at("q").at("r").text("s"), "");
  ASSERT_EQ(root.items("c").size(), 3u);
  EXPECT_EQ(root.items("c")[1].string(), "two");
  EXPECT_TRUE(root.items("c")[2].at("d").is_null());
  EXPECT_TRUE(root.items("e").empty());
  EXPECT_EQ(root.members().size(), 3u);
  EXPECT_TRUE(JsonView().members().empty());
}

TEST(JsonView, two_documents_live_beside_each_other) {
  const auto one = JsonDocument::parse(R"({"a":"1"})", plenty),
             two = JsonDocument::parse(R"({"a":"2"})", plenty);
  EXPECT_EQ(one->root().text("a"), "1");
  EXPECT_EQ(two->root().text("a"), "2");
}

TEST(JsonView, what_the_other_reader_refuses_is_refused_in_its_words) {
  for (const std::string_view text :
       {"", "{", R"({"a":1,"a":2})", R"({"a":18446744073709551615})", R"({"a":99999999999999999999})", "[1,]",
        "{} {}", "\"\xff\"", R"([{"k":{"a":1,"b":2,"a":3}}])"})
    EXPECT_EQ(error_of(text), parse_json(text).error().message) << text;
  EXPECT_NE(error_of(std::string(70, '[') + std::string(70, ']')), "");
}

TEST(JsonView, the_number_of_values_is_bounded) {
  EXPECT_TRUE(JsonDocument::parse("[1,2,3]", 5).ok());
  EXPECT_EQ(JsonDocument::parse("[1,2,3]", 3).error().code, Errc::too_large);
}

}  // namespace
}  // namespace weir::format
