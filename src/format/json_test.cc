#include <gtest/gtest.h>

#include "base/limits.h"
#include "format/json.h"
#include "format/json_offence.h"
#include "format/members.h"

namespace weir::format {
namespace {

using namespace std::string_view_literals;

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
  EXPECT_EQ(error_of("{\"a\":1,\"b\":tru}"),
            "not valid JSON at byte 14 (line 1, column 15): expected 'true'");
}

TEST(Json, offences_are_located) {
  struct Case { const char* text; std::size_t byte; const char* what; };
  for (const Case& c : {Case{"{\n \"a\" 1}", 7, "expected ':'"},
                        {"{\"a\":1 \"b\"", 7, "expected ',' or '}'"},
                        {"[1 2]", 3, "expected ',' or ']'"},
                        {"[1,]", 3, "expected a value"},
                        {"[", 1, "expected a value or ']'"},
                        {"{", 1, "expected a key in quotes or '}'"},
                        {"{\"a\":1,}", 7, "expected a key in quotes"},
                        {"\"a", 2, "expected the string's closing '\"'"},
                        {"1 2", 2, "expected the end of the text"},
                        {"01", 1, "expected no digit after a leading zero"},
                        {"1.", 2, "expected a digit"},
                        {"-", 1, "expected a digit"},
                        {"1e+", 3, "expected a digit"},
                        {"[9223372036854775808]", 1, "the integer does not fit into 64 bits with sign"},
                        {"[-9223372036854775809]", 1, "the integer does not fit into 64 bits with sign"},
                        {"[99999999999999999999999]", 1, "the integer does not fit into 64 bits with sign"},
                        {"[0,1e999]", 3, "the number is too large"},
                        {"\"\\x\"", 2, "expected one of \"\\/bfnrtu after '\\'"},
                        {"\"\\u12g4\"", 5, "expected four hexadecimal digits after '\\u'"},
                        {"\"\\ud800\"", 1, "expected a pair of surrogates"},
                        {"\"\\udc00\"", 1, "expected a pair of surrogates"},
                        {"\"\n\"", 1, "expected control characters in strings to be escaped"}}) {
    const auto offence = locate_json_offence(c.text);
    ASSERT_TRUE(offence) << c.text;
    EXPECT_EQ(offence->byte, c.byte) << c.text;
    EXPECT_EQ(offence->what, c.what) << c.text;
    EXPECT_EQ(error_of(c.text), "not valid JSON " + to_string(*offence));
  }
  EXPECT_EQ(to_string(*locate_json_offence("{\n \"\xc3\xa9\" 1}")),
            "at byte 8 (line 2, column 6): expected ':'");
}

TEST(Json, the_locating_reader_accepts_what_the_quick_reader_accepts) {
  for (const char* good :
       {"0", "-0", "1.5e-7", "[]", "{}", " [ { } , [ ] , true , false , null ] ", R"("\u00e9\ud83d\ude00\n")",
        "9223372036854775807", "-9223372036854775808", R"({"a":{"b":[1,{"c":""}]}})", "1e-400"}) {
    EXPECT_FALSE(locate_json_offence(good)) << good;
    EXPECT_EQ(error_of(good), "") << good;
  }
}

TEST(Json, both_readers_agree_on_every_one_byte_change) {
  const std::string base = R"({"a":[1,-2.5e3,true],"b\u00e9":{"c":null},"d":"x\ny"} )";
  for (std::size_t i = 0; i < base.size(); ++i)
    for (const char c : "\"\\{}[]:,0e.-+u \x01\xc3x\0"sv) {
      std::string changed = base;
      changed[i] = c;
      const std::string error = error_of(changed);
      const bool refused = !error.empty() && error.find("twice") == error.npos;
      EXPECT_EQ(locate_json_offence(changed).has_value(), refused) << changed << "\n" << error;
    }
}

// Eight bytes are looked at together.
TEST(Json, texts_are_escaped_wherever_it_is_needed) {
  const auto by_bytes = [](std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      if (c == '\n') out += "\\n";
      else if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04x}", static_cast<int>(c));
      else out += c;
    }
    return out;
  };
  for (std::size_t size = 0; size < 20; ++size)
    for (std::size_t at = 0; at <= size; ++at)
      for (const char c :
           {'"', '\\', '\n', '\x01', '\x1f', ' ', '!', '#', '[', ']', '\x7f', '\x80', '\xff'}) {
        std::string text(size, at % 2 == 0 ? 'a' : '\xe9'), out = "[";
        if (at < size) text[at] = text[size - 1 - at / 2] = c;
        append_json_string(out, text);
        EXPECT_EQ(out, "[\"" + by_bytes(text) + "\"") << size << ' ' << at << ' ' << static_cast<int>(c);
      }
}

TEST(Json, invalid_utf8_is_named_by_its_byte) {
  const std::string text = "{\"name\":\"0123456789\xff\"}";
  EXPECT_NE(error_of(text).find("at byte 19 (line 1, column 20): expected UTF-8"), std::string::npos)
      << error_of(text);
}

TEST(Json, nesting_beyond_the_limit_is_refused) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(error_of(nested(limits::json_depth_max - 1)), "");
  EXPECT_NE(error_of(nested(limits::json_depth_max + 1)).find("deeper"), std::string::npos);
}

TEST(Json, canonical_form_sorts_keys_by_utf16) {
  const auto value =
      parse_json("{\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":2,\"b\":[1.5,true,null],\"a\":\"\\u000f\"}")
          .value();
  EXPECT_EQ(dump_canonical(value),
            "{\"a\":\"\\u000f\",\"b\":[1.5,true,null],\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":2}");
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
