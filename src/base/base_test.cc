#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/rating.h"
#include "base/time.h"

namespace weir {

TEST(Bytes, base64_round_trips_every_length) {
  for (std::size_t n = 0; n < 70; ++n) {
    Bytes bytes;
    for (std::size_t i = 0; i < n; ++i) bytes.push_back(static_cast<char>(i * 37));
    EXPECT_EQ(decode_base64(encode_base64(bytes)).value(), bytes);
  }
}

TEST(Bytes, base64_matches_rfc4648_vectors) {
  EXPECT_EQ(encode_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encode_base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encode_base64("foob"), "Zm9vYg==");
}

TEST(Bytes, base64_refuses_what_is_not_canonical) {
  for (const char* bad : {"Zg=", "Zg", "Zh==", "Zm9v!mFy", "=m9v", "Zm=v", "Zg==Zg=="})
    EXPECT_FALSE(decode_base64(bad).ok()) << bad;
}

TEST(Bytes, digest_is_read_with_and_without_scheme) {
  const std::string hex(64, 'a');
  EXPECT_EQ(parse_sha256(hex).value(), parse_sha256("sha256:" + hex).value());
  EXPECT_FALSE(parse_sha256("sha512:" + hex).ok());
  EXPECT_FALSE(parse_sha256(hex + "a").ok());
}

TEST(Rating, words_are_ordered_and_what_nobody_scored_counts_as_medium_where_it_must_count) {
  const std::array words{"", "none", "low", "medium", "high", "critical"};
  for (std::size_t i = 1; i < words.size(); ++i) {
    EXPECT_LT(rating_said(words[i - 1]), rating_said(words[i])) << words[i];
    EXPECT_EQ(names_of(Rating{})[static_cast<std::size_t>(rating_taken(words[i]))], words[i]);
  }
  for (const char* unscored : {"", "severe", "High"}) {
    EXPECT_EQ(rating_said(unscored), std::nullopt) << unscored;
    EXPECT_EQ(rating_taken(unscored), Rating::medium) << unscored;
  }
}

TEST(Time, instants_round_trip_as_rfc3339) {
  for (const char* text : {"2026-11-22T19:46:16.000123Z", "1970-01-01T00:00:00.000000Z", "2024-02-29T23:59:59.999999Z"})
    EXPECT_EQ(to_string(parse_instant(text).value()), text);
  EXPECT_EQ(to_string(parse_instant("2026-11-22T21:46:16+02:00").value()), "2026-11-22T19:46:16.000000Z");
  EXPECT_EQ(to_string(parse_instant("2026-11-22").value()), "2026-11-22T00:00:00.000000Z");
}

TEST(Time, malformed_instants_are_refused) {
  for (const char* bad : {"", "2026", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00",
                          "2026-01-01T00:00:00+0200", "yesterday!!"})
    EXPECT_FALSE(parse_instant(bad).ok()) << bad;
}

TEST(Time, durations_have_a_unit) {
  EXPECT_EQ(parse_duration("2s").value(), seconds(2));
  EXPECT_EQ(parse_duration("90d").value(), days(90));
  for (const char* bad : {"", "2", "s", "-1s", "0s", "1w", "99999999999999999999s", "99999999d"})
    EXPECT_FALSE(parse_duration(bad).ok()) << bad;
}

}  // namespace weir
