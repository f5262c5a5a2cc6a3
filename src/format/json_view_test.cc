#include "format/json_view.h"

#include <gtest/gtest.h>

#include "format/json.h"
#include "format/take.h"

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

struct Leaf {
  std::optional<std::int64_t> count;
  Json rest;
  std::string text;
  static void members(auto& visit, auto& self) {
    visit("count", self.count);
    visit("rest", self.rest);
    visit("text", self.text);
  }
};
struct Tree {
  std::vector<Leaf> leaves;
  std::map<std::string, bool> marks;
  std::string more;
  double share = 0;
  Json whole;
  Instant when;
  static void members(auto& visit, auto& self) {
    visit("leaves", self.leaves);
    visit("marks", self.marks);
    visit.maybe("more", self.more);
    visit("share", self.share);
    visit("whole", self.whole);
    visit("when", self.when);
  }
};

std::string taken(std::string_view text) {
  const auto document = JsonDocument::parse(text, JsonDocument::any_number);
  Tree tree;
  return document.ok() && take(document->root(), tree) ? encode(tree) : "";
}

TEST(JsonView, records_are_taken_as_they_are_decoded) {
  const std::string leaf = R"({"count":-5,"rest":[null,{"b":1,"a":[2.5,"\n",true]}],"text":"\u00e9\"x"})";
  const std::string tree = R"({"leaves":[)" + leaf +
                           R"(,{"count":null,"rest":7,"text":""}],"marks":{"a":true,"b":false},)"
                           R"("share":0.25,"whole":{"z":[1,2],"a":{}},"when":"2026-11-28T12:00:00.000000Z"})";
  EXPECT_EQ(taken(tree), encode(decode_text<Tree>(tree).value()));
  EXPECT_EQ(
      taken(
          R"({"unknown":{},"when":"2026-11-28T12:00:00Z","whole":1,"share":2,"more":"m","marks":{},"leaves":[]})"),
      R"({"leaves":[],"marks":{},"more":"m","share":2,"whole":1,"when":"2026-11-28T12:00:00.000000Z"})");
  const std::string end = R"("whole":1,"when":"2026-11-28T12:00:00Z"})";
  EXPECT_NE(taken(R"({"leaves":[],"marks":{},"share":1,)" + end), "");
  for (const std::string_view wrong :
       {R"({"leaves":{},"marks":{},"share":1,)", R"({"leaves":[{}],"marks":{},"share":1,)",
        R"({"marks":{},"share":1,)", R"({"leaves":[],"marks":{"a":1},"share":1,)",
        R"({"leaves":[],"marks":{},"share":"1",)"})
    EXPECT_EQ(taken(std::string(wrong) + end), "") << wrong;
}

TEST(JsonView, what_is_written_of_it_is_what_the_value_comes_to) {
  for (const std::string_view text :
       {"null", "true", "-0.0", "[1e400]", "1E2", "1.5e300", R"(["\u0000","\/","\ud83d\ude00"])",
        "9223372036854775807", R"( { "b" : [ ] , "a" : { } } )",
        "[-1,0.1,1e-7,100000000000000000000000.0]"}) {
    const auto document = JsonDocument::parse(text, plenty);
    const auto value = parse_json(text);
    ASSERT_EQ(document.ok(), value.ok()) << text;
    if (!value.ok()) continue;
    EXPECT_EQ(dump(document->root()), dump(*value));
    EXPECT_EQ(document->root().json(), *value);
  }
  EXPECT_EQ(dump(JsonView()), "null");
  EXPECT_EQ(dump(Json(-0.0)), "0");
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

TEST(JsonView, what_stands_in_the_room_behind_a_text_is_no_part_of_it) {
  for (const std::string_view text :
       {"", "1", "-1.5", "true", "nul", "\"a", "\"a\"", "[1,2]", "[1,2", R"({"a":"b\\"})", "{} "})
    for (const char behind : {'1', '"', ']', 'l', '\\', ' ', '\0', '\xff'}) {
      const std::string whole = std::string(text) + std::string(JsonDocument::room_enough, behind);
      const auto with = JsonDocument::parse(std::string_view(whole).substr(0, text.size()), plenty,
                                            JsonDocument::room_enough);
      const auto without = JsonDocument::parse(text, plenty);
      ASSERT_EQ(with.ok(), without.ok()) << text << behind;
      if (with.ok()) EXPECT_EQ(dump(with->root()), dump(without->root()));
      else EXPECT_EQ(with.error().message, without.error().message);
    }
}

TEST(JsonView, the_number_of_values_is_bounded) {
  EXPECT_TRUE(JsonDocument::parse("[1,2,3]", 5).ok());
  EXPECT_EQ(JsonDocument::parse("[1,2,3]", 3).error().code, Errc::too_large);
}

}  // namespace
}  // namespace weir::format
