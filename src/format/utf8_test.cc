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

TEST(Utf8, what_is_none_becomes_a_question_mark) {
  EXPECT_EQ(utf8_text("a\xff\u00e9\xc3", 10), "a?\u00e9?");
  EXPECT_EQ(utf8_text("a\xff\u00e9\xc3", 3), "a?");
  EXPECT_EQ(utf8_text("\u20ac\u20ac", 5), "\u20ac");
  EXPECT_EQ(utf8_text("", 5), "");
}

}  // namespace
}  // namespace weir::format
