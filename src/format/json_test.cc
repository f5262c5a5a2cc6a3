#include <gtest/gtest.h>

#include "base/limits.h"
#include "format/json.h"
#include "format/members.h"

namespace weir::format {
namespace {

enum class Colour { red, blue };
constexpr auto names_of(Colour) { return std::array<std::string_view, 2>{"red", "blue"}; }

struct Leafy {
  std::string name;
  std::optional<Instant> at;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit.maybe("at", self.at);
  }
  bool operator==(const Leafy&) const = default;
};
struct Tree {
  Colour colour = Colour::red;
  std::vector<Leafy> leaves;
  std::map<std::string, std::int64_t> counts;
  static void members(auto& visit, auto& self) {
    visit("colour", self.colour);
    visit("leaves", self.leaves);
    visit.maybe("counts", self.counts);
  }
};

std::string error_of(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed.ok() ? "" : parsed.error().message;
}

}  // namespace

TEST(Json, duplicate_keys_are_refused_in_small_and_large_objects) {
  EXPECT_NE(error_of(R"({"a":1,"a":2})").find("'a' twice"), std::string::npos);
  std::string large = "{";
  for (int i = 0; i < 40; ++i) large += fmt::format("\"k{}\":0,", i);
  EXPECT_EQ(error_of(large + "\"z\":0}"), "");
  EXPECT_NE(error_of(large + "\"k7\":0}"), "");
  EXPECT_NE(error_of(R"({"a":1,"\u0061":2})"), "");
}

TEST(Json, malformed_text_is_refused_with_a_position) {
  for (const char* bad : {"{", "[1,]", "{\"a\":}", "nul", "1 2", "{\"a\" 1}", "\"\x01\"", "01", "[1}"})
    EXPECT_NE(error_of(bad), "") << bad;
  EXPECT_NE(error_of("{\"a\":1,\"b\":tru}").find("byte"), std::string::npos) << error_of("{\"a\":1,\"b\":tru}");
}

TEST(Json, invalid_utf8_is_named_by_its_byte) {
  const std::string text = "{\"name\":\"0123456789\xff\"}";
  EXPECT_NE(error_of(text).find("UTF-8 near byte 1"), std::string::npos) << error_of(text);
}

TEST(Json, nesting_beyond_the_limit_is_refused) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(error_of(nested(limits::json_depth_max - 1)), "");
  EXPECT_NE(error_of(nested(limits::json_depth_max + 1)).find("deeper"), std::string::npos);
}

TEST(Json, canonical_form_sorts_keys_by_utf16) {
  const auto value = parse_json("{\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":2,\"b\":[1.5,true,null],\"a\":\"\\u000f\"}").value();
  EXPECT_EQ(dump_canonical(value), "{\"a\":\"\\u000f\",\"b\":[1.5,true,null],\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":2}");
}

TEST(Members, records_round_trip) {
  const std::string text =
      R"({"colour":"blue","leaves":[{"name":"x","at":"2026-11-22T00:00:00.000000Z"},{"name":"y"}],"counts":{"n":3}})";
  EXPECT_EQ(encode(decode_text<Tree>(text).value()), text);
}

TEST(Members, errors_name_the_field) {
  struct Case { const char* text; const char* field; };
  for (const Case& c : {Case{R"({"leaves":[]})", "colour"}, {R"({"colour":"green","leaves":[]})", "colour"},
                        {R"({"colour":"red","leaves":[{"name":7}]})", "leaves[0].name"},
                        {R"({"colour":"red","leaves":[],"extra":1})", "extra"},
                        {R"({"colour":"red","leaves":[],"counts":{"n":"x"}})", "counts.n"}}) {
    const auto read = decode_text<Tree>(c.text);
    ASSERT_FALSE(read.ok()) << c.text;
    EXPECT_EQ(read.error().field, c.field) << read.error().message;
  }
}

TEST(Members, stored_payloads_may_carry_unknown_fields) {
  EXPECT_TRUE(decode_text<Leafy>(R"({"name":"x","later":1})", Unknown::ignore).ok());
}

}  // namespace weir::format
