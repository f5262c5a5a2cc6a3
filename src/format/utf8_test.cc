#include "format/utf8.h"

#include <gtest/gtest.h>

namespace weir::format {
namespace {

TEST(Utf8, a_prefix_cuts_no_character) {
  const std::string text = "a\u00e9\u20ac\U0001F600";  // of 1, 2, 3 and 4 bytes
  for (std::size_t bytes = 0; bytes <= text.size() + 1; ++bytes) {
    const std::string_view prefix = utf8_prefix(text, bytes);
    EXPECT_TRUE(is_utf8(prefix)) << bytes;
    EXPECT_LE(prefix.size(), bytes);
    EXPECT_TRUE(text.starts_with(prefix));
    EXPECT_LT(std::min(bytes, text.size()) - prefix.size(), 4u);
  }
}

TEST(Utf8, one_wrong_byte_is_found_wherever_it_stands) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'a');
    EXPECT_TRUE(is_utf8(text));
    text[at] = '\xff';
    EXPECT_FALSE(is_utf8(text)) << at;
    text[at] = '\xc3';
    EXPECT_FALSE(is_utf8(text)) << at;
    if (at + 1 == text.size()) break;
    text[at + 1] = '\xa9';
    EXPECT_TRUE(is_utf8(text)) << at;
  }
}

TEST(Utf8, what_is_none_becomes_a_question_mark) {
  EXPECT_EQ(utf8_text("a\xff\u00e9\xc3", 10), "a?\u00e9?");
  EXPECT_EQ(utf8_text("a\xff\u00e9\xc3", 3), "a?");
  EXPECT_EQ(utf8_text("\u20ac\u20ac", 5), "\u20ac");
  EXPECT_EQ(utf8_text("", 5), "");
}

}  // namespace
}  // namespace weir::format
