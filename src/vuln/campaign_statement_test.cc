#include "vuln/campaign_statement.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace weir::vuln {
namespace {

CampaignStatement statement() {
  return {.cluster = "CVE-2026-7",
          .records = {"CVE-2026-7", "GHSA-1"},
          .artifact = crypto::sha256("a"),
          .components = {"pkg:npm/left-pad@1.0.0?x=y", "named"},
          .status = VexStatus::not_affected,
          .justification = "vulnerable_code_not_in_execute_path",
          .author = "ada",
          .at = Instant{1'000'000}};
}

TEST(CampaignStatement, is_read_back_as_it_was_said_and_covers_that_artifact_alone) {
  const auto read = read_vex(dump(openvex_of(statement())));
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().status, VexStatus::not_affected);
  EXPECT_EQ(read->front().author, "ada");
  FindingSubject finding{.vulnerabilities = {"GHSA-1"},
                         .purl = "pkg:npm/left-pad@1.0.0?x=y",
                         .name = "left-pad",
                         .version = "1.0.0",
                         .artifacts = {crypto::sha256("a")}};
  EXPECT_TRUE(covers(read->front(), finding));
  finding.artifacts = {crypto::sha256("b")};
  EXPECT_FALSE(covers(read->front(), finding));
  finding.artifacts = {crypto::sha256("a")};
  finding.purl = "pkg:npm/other@1.0.0";
  EXPECT_FALSE(covers(read->front(), finding));
}

TEST(CampaignStatement, what_openvex_asks_for_is_missed_by_its_reader) {
  CampaignStatement bare = statement();
  bare.justification.clear();
  EXPECT_FALSE(read_vex(dump(openvex_of(bare))).ok());
  bare.status = VexStatus::affected;
  EXPECT_FALSE(read_vex(dump(openvex_of(bare))).ok());
  bare.action = "update";
  EXPECT_TRUE(read_vex(dump(openvex_of(bare))).ok());
}

TEST(CampaignStatement, has_an_id_of_what_it_says) {
  CampaignStatement other = statement();
  other.action = "x";
  EXPECT_EQ(openvex_of(statement()).text("@id"), openvex_of(statement()).text("@id"));
  EXPECT_NE(openvex_of(statement()).text("@id"), openvex_of(other).text("@id"));
}

}  // namespace
}  // namespace weir::vuln
