#include "deploy/link.h"

#include <gtest/gtest.h>

namespace weir::deploy {
namespace {

constexpr Instant now = Instant{} + seconds(1000);
const Bytes key = link_key(std::string(32, 's'));

TEST(Link, names_its_request_until_it_expires) {
  const std::string token = encode_link(key, "org", 17, now + hours(1));
  EXPECT_EQ(open_link(key, "org", token, now).value(), 17);
  EXPECT_EQ(open_link(key, "org", token, now + minutes(59)).value(), 17);
  const auto late = open_link(key, "org", token, now + hours(1));
  EXPECT_EQ(late.error().code, Errc::forbidden);
  EXPECT_NE(late.error().message.find("expired"), std::string::npos);
}

TEST(Link, is_as_its_format_says) {
  EXPECT_EQ(encode_link(key, "org", 17, now), "v1.17.1000.lnAT9wVgEc-u-oi6U8G7AbaXV7tRnUNKDHxx2YUHk08");
}

TEST(Link, is_refused_when_one_character_differs) {
  const std::string token = encode_link(key, "org", 17, now + hours(1));
  for (std::size_t i = 0; i < token.size(); ++i)
    for (const char c : {'0', 'A', '.', '-'}) {
      std::string altered = token;
      if (altered[i] == c) continue;
      altered[i] = c;
      EXPECT_EQ(open_link(key, "org", altered, now).error().code, Errc::forbidden) << altered;
    }
}

TEST(Link, is_refused_of_another_organization_another_key_and_in_another_length) {
  const std::string token = encode_link(key, "org", 17, now + hours(1));
  EXPECT_FALSE(open_link(key, "other", token, now).ok());
  EXPECT_FALSE(open_link(link_key(std::string(32, 't')), "org", token, now).ok());
  EXPECT_FALSE(open_link(key, "org", token + "A", now).ok());
  EXPECT_FALSE(open_link(key, "org", token.substr(0, token.size() - 1), now).ok());
  for (const std::string_view text : {"", "v1", "v1.", "v1.17", "v1.17.", "v1..4600.x", "v2.17.4600.x",
                                      "v1.17.99999999999999999999.x", "v1.-1.4600.x"})
    EXPECT_FALSE(open_link(key, "org", text, now).ok()) << text;
}

}  // namespace
}  // namespace weir::deploy
