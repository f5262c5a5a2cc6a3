#include "evidence/scan_result.h"

#include <gtest/gtest.h>

namespace weir::evidence {
namespace {

constexpr std::string_view sarif = R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lint","rules":[
  {"id":"sql","defaultConfiguration":{"level":"error"}}]}},"results":[
  {"ruleId":"sql","message":{"text":"m"},"partialFingerprints":{"hash/v1":"f1"},"locations":[{"physicalLocation":
    {"artifactLocation":{"uri":"src/a.c"},"region":{"startLine":7}}}]},
  {"ruleIndex":0,"message":{"text":"by index"}},
  {"ruleId":"sql","message":{"text":"silenced"},"suppressions":[{"kind":"inSource"}]},
  {"ruleId":"sql","message":{"text":"gone"},"baselineState":"absent"},
  {"ruleId":"sql","message":{"text":"fine"},"kind":"pass"},
  {"ruleId":"xss","level":"note","message":{"text":"other"},"fingerprints":{"a":"f2"}}]}]})";

TEST(ScanResult, is_found_by_its_rule_with_where_it_is) {
  const auto found = scan_results(sarif, {.rule = "sql"}).value();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], (ScanResult{"lint", "sql", "error", "m", "src/a.c", 7, {"f1"}}));
  EXPECT_EQ(found[1].message, "by index");
  EXPECT_EQ(found[1].rule, "sql");
}

TEST(ScanResult, is_found_by_its_fingerprint_whatever_the_rule) {
  const auto found = scan_results(sarif, {.fingerprint = "f2"}).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule, "xss");
  EXPECT_TRUE(scan_results(sarif, {.fingerprint = "sql"})->empty());
  EXPECT_TRUE(scan_results(sarif, {.rule = "f2"})->empty());
}

TEST(ScanResult, stays_the_same_when_lines_move) {
  const ScanResult before{.rule = "sql", .file = "a.c", .line = 7, .fingerprints = {"f1"}};
  EXPECT_TRUE(is_same_result(before, {.rule = "sql", .file = "b.c", .line = 9, .fingerprints = {"x", "f1"}}));
  EXPECT_FALSE(is_same_result(before, {.rule = "sql", .file = "a.c", .line = 7, .fingerprints = {"f3"}}));
  EXPECT_TRUE(is_same_result(before, {.rule = "sql", .file = "a.c", .line = 99}));
  EXPECT_FALSE(is_same_result(before, {.rule = "sql", .file = "b.c", .line = 7}));
}

TEST(ScanResult, what_is_no_sarif_is_refused) {
  EXPECT_FALSE(scan_results("{}", {.rule = "r"}).ok());
  EXPECT_FALSE(scan_results("x", {.rule = "r"}).ok());
}

}  // namespace
}  // namespace weir::evidence
