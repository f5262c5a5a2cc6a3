#include "vuln/own_advisory.h"

#include <gtest/gtest.h>

#include "vuln/advisory.h"

namespace weir::vuln {
namespace {

constexpr std::string_view record_text =
    R"({"id":"ACME-2026-1","summary":"s","affected":[{"package":{"ecosystem":"npm","name":"left-pad"},)"
    R"("ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.0"}]}]}]})";
const Instant now = parse_instant("2026-11-29T10:00:00Z").value();

Result<AdvisoryPublished> published(std::string_view from = "", std::string_view to = "") {
  std::string text(record_text);
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return publish_advisory(format::parse_json(text).value(), "ACME-", now);
}

TEST(OwnAdvisory, ids_begin_with_the_name_of_the_organization) {
  EXPECT_EQ(own_prefix("acme"), "ACME-");
  EXPECT_EQ(own_prefix("acme-shop.eu"), "ACMESHOPEU-");
  for (const std::string_view feed : {"cve", "GHSA", "g-o", "pysec", "rust.sec", "debian"})
    EXPECT_TRUE(own_prefix(feed).starts_with("ORG-")) << feed;
  EXPECT_EQ(own_prefix("cve"), "ORG-CVE-");
  EXPECT_EQ(own_prefix("cve2"), "CVE2-");
  for (const std::string_view id : {"CVE-2026-1", "ACME-", "ACME", "acme-2026-1", "ACME-a/b", "ACME-2026 1"})
    EXPECT_EQ(published("ACME-2026-1", id).error().field, "id") << id;
}

TEST(OwnAdvisory, is_dated_by_when_it_was_published) {
  const auto made = published();
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->id, "ACME-2026-1");
  EXPECT_EQ(made->record.text("modified"), to_string(now));
  EXPECT_EQ(made->record.text("published"), to_string(now));
  EXPECT_TRUE(decode_advisory(made->record).ok());
  const auto older = published(R"("summary":"s")", R"("published":"2026-01-01T00:00:00Z")");
  EXPECT_EQ(older->record.text("published"), "2026-01-01T00:00:00Z");
}

TEST(OwnAdvisory, that_nothing_could_be_matched_with_is_refused) {
  EXPECT_EQ(published(R"("affected":[{"package":{"ecosystem":"npm","name":"left-pad"},)", R"("affected":[{)")
                .error()
                .field,
            "affected");
  EXPECT_EQ(publish_advisory(format::parse_json(R"({"id":"ACME-1"})").value(), "ACME-", now).error().field,
            "affected");
  EXPECT_EQ(published(R"("ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.0"}]}])",
                      R"("versions":[])")
                .error()
                .field,
            "affected");
  EXPECT_EQ(published(R"("summary":"s")", R"("withdrawn":"2026-01-01T00:00:00Z")").error().field,
            "withdrawn");
  EXPECT_FALSE(publish_advisory(format::Json(), "ACME-", now).ok());
}

TEST(OwnAdvisory, joins_no_two_flaws) {
  EXPECT_TRUE(published(R"("summary":"s")", R"("aliases":["CVE-2026-1"])").ok());
  EXPECT_EQ(published(R"("summary":"s")", R"("aliases":["CVE-2026-1","CVE-2021-44228"])").error().field,
            "aliases");
}

TEST(OwnAdvisory, is_withdrawn_once_with_a_reason_and_says_so_when_it_is_matched) {
  const OwnAdvisory stands{.record = published()->record};
  EXPECT_EQ(withdraw_advisory("ACME-2026-1", "", stands).error().field, "reason");
  EXPECT_EQ(withdraw_advisory("ACME-2026-1", "r", std::nullopt).error().code, Errc::not_found);
  EXPECT_TRUE(withdraw_advisory("ACME-2026-1", "r", stands).ok());
  EXPECT_TRUE(decode_advisory(matched_record(stands))->withdrawn.empty());
  const OwnAdvisory withdrawn{stands.record, now + hours(1)};
  EXPECT_EQ(withdraw_advisory("ACME-2026-1", "r", withdrawn).error().code, Errc::conflict);
  EXPECT_EQ(decode_advisory(matched_record(withdrawn))->withdrawn, to_string(now + hours(1)));
  EXPECT_EQ(decode_advisory(matched_record(withdrawn))->modified, to_string(now + hours(1)));
}

}  // namespace
}  // namespace weir::vuln
