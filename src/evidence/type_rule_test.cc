#include "evidence/type_rule.h"

#include <gtest/gtest.h>

namespace weir::evidence {
namespace {

constexpr std::string_view covered = R"(package coverage

deny contains {"msg": sprintf("%d %% of the lines, wanted 80", [input.lines]), "place": "lines"} if input.lines < 80

deny contains "branches exceed lines" if input.branches > input.lines
)";

std::string error_of(std::string_view rego) {
  const auto rule = TypeRule::read(rego);
  return rule.ok() ? "" : rule.error().message;
}

Summary summary_of(std::string_view rule, std::string_view document) {
  const auto wanted = format::parse_json(R"({"type": "object", "required": ["lines"]})");
  const Schema schema = Schema::read(*wanted).value();
  const auto summary = summarise_custom(schema, document, rule);
  EXPECT_TRUE(summary.ok()) << summary.error().message;
  return *summary;
}

}  // namespace

TEST(TypeRule, decides_with_the_schema_whether_evidence_is_compliant) {
  EXPECT_EQ(summary_of(covered, R"({"lines": 90, "branches": 70})").compliant, true);
  const Summary low = summary_of(covered, R"({"lines": 50, "branches": 70})");
  EXPECT_EQ(low.compliant, false);
  const auto& violations = low.facts.items("violations");
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].text("what"), "branches exceed lines");
  EXPECT_EQ(violations[1].text("what"), "50 % of the lines, wanted 80");
  EXPECT_EQ(violations[1].text("place"), "lines");
}

TEST(TypeRule, is_not_asked_about_what_does_not_fit_the_schema) {
  const Summary summary = summary_of(covered, R"({"branches": 1})");
  EXPECT_EQ(summary.compliant, false);
  EXPECT_EQ(summary.facts.items("violations").size(), 1u);
}

TEST(TypeRule, that_does_not_compile_or_can_never_refuse_is_not_accepted) {
  EXPECT_NE(error_of("package a\ndeny contains 1 if undefined_function(1)\n"), "");
  EXPECT_NE(error_of("package a\ndeny contains"), "");
  EXPECT_NE(error_of("package a\nallow := true\n").find("never refuse"), std::string::npos);
  EXPECT_NE(error_of("package a\ndeny contains http.send({}) if true\n"), "");
  EXPECT_NE(error_of(std::string(type_rule_bytes_max + 1, '#')).find("at most"), std::string::npos);
}

TEST(TypeRule, that_runs_too_long_leaves_the_evidence_undecided) {
  const Summary summary = summary_of(R"(package slow
deny contains "never" if {
  some a in numbers.range(1, 100000)
  some b in numbers.range(1, 100000)
  a * b == -1
}
)", R"({"lines": 1})");
  EXPECT_EQ(summary.compliant, std::nullopt);
  ASSERT_EQ(summary.facts.items("violations").size(), 1u);
  EXPECT_NE(summary.facts.items("violations")[0].text("what").find("could not be evaluated"), std::string::npos);
}

}  // namespace weir::evidence
