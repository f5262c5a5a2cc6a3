#include "evidence/junit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "support/scratch_directory.h"

namespace weir::evidence {
namespace {

std::string golden(std::string_view name) {
  return test::read_file(fmt::format("test/golden/evidence/{}", name));
}

std::string verdict(const std::optional<bool>& compliant) {
  return !compliant ? "undecided" : *compliant ? "compliant" : "not compliant";
}
// "passed/failed/skipped of total in duration µs: verdict", or the error.
std::string read(std::string_view xml) {
  const auto summary = summarise_junit(xml);
  if (!summary.ok()) return summary.error().message;
  const auto number = [&](std::string_view key) { return *summary->facts.at(key).integer(); };
  return fmt::format("{}/{}/{} of {} in {}: {}", number("passed"), number("failed"), number("skipped"),
                     number("total"), number("duration_us"), verdict(summary->compliant));
}
Errc code(std::string_view xml) { return summarise_junit(xml).error().code; }

}  // namespace

TEST(Junit, the_shapes_of_common_writers_are_counted) {
  EXPECT_EQ(read(golden("surefire.xml")), "2/2/1 of 5 in 1002250000: not compliant");
  EXPECT_EQ(read(golden("googletest.xml")), "1/1/2 of 4 in 21000: not compliant");
  EXPECT_EQ(read(golden("pytest.xml")), "2/2/2 of 6 in 6000: not compliant");
  EXPECT_EQ(read(golden("jest.xml")), "3/0/0 of 3 in 1000000: compliant");
}

TEST(Junit, failures_are_named_with_their_message) {
  const auto facts = summarise_junit(golden("surefire.xml")).value().facts;
  EXPECT_EQ(
      format::dump(facts.at("failures")),
      R"([{"suite":"com.example.LedgerTest","name":"rejects","message":"expected: <1> but was: <2>"},)"
      R"({"suite":"com.example.LedgerTest","name":"explodes","message":"java.lang.NullPointerException"}])");
}

TEST(Junit, attributes_are_not_believed) {
  EXPECT_EQ(
      read(
          R"(<testsuite tests="100" failures="0" name="s"><testcase name="a"><failure/></testcase></testsuite>)"),
      "0/1/0 of 1 in 0: not compliant");
  EXPECT_EQ(read(R"(<testsuite tests="1" failures="3"><testcase name="a"/></testsuite>)"),
            "1/0/0 of 1 in 0: undecided");
  const auto facts =
      summarise_junit(R"(<testsuite failures="3"><testcase name="a"/></testsuite>)").value().facts;
  EXPECT_EQ(*facts.at("claimed_failed").integer(), 3);
}

TEST(Junit, no_passed_test_is_undecided) {
  EXPECT_EQ(read("<testsuites/>"), "0/0/0 of 0 in 0: undecided");
  EXPECT_EQ(read("<testsuite><testcase name='a'><skipped/></testcase></testsuite>"),
            "0/0/1 of 1 in 0: undecided");
}

TEST(Junit, an_error_of_a_whole_suite_fails) {
  EXPECT_EQ(read("<testsuite name='s'><error message='no fixture'/><testcase name='a'/></testsuite>"),
            "1/1/0 of 2 in 0: not compliant");
}

TEST(Junit, text_that_can_not_be_a_time_counts_as_none) {
  for (const char* time : {"NaN", "inf", "-1", "x", "", "1e999"})
    EXPECT_EQ(read(fmt::format("<testsuite><testcase name='a' time='{}'/></testsuite>", time)),
              "1/0/0 of 1 in 0: compliant");
}

TEST(Junit, every_truncation_is_refused) {
  const std::string whole = golden("googletest.xml");
  const std::size_t end = whole.rfind("</testsuites>") + std::string_view("</testsuites").size();
  for (std::size_t length = 0; length <= end; ++length)
    EXPECT_FALSE(summarise_junit(whole.substr(0, length)).ok()) << length;
}

TEST(Junit, every_changed_byte_gives_a_summary_or_an_error) {
  const std::string whole = golden("pytest.xml");
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const char c : {'<', '>', '"', '&', '\0', '\xff'}) {
      std::string changed = whole;
      changed[i] = c;
      const auto summary = summarise_junit(changed);
      EXPECT_FALSE(summary.ok() && (c == '\0' || c == '\xff')) << i;
    }
}

TEST(Junit, entity_bombs_do_not_grow) {
  std::string bomb = "<!DOCTYPE t [<!ENTITY a0 \"aaaaaaaaaa\">";
  for (int i = 1; i < 10; ++i)
    bomb += fmt::format("<!ENTITY a{} \"&a{};&a{};&a{};&a{};&a{};&a{};\">", i, i - 1, i - 1, i - 1, i - 1,
                        i - 1, i - 1);
  bomb += "]><testsuite><testcase name='&a9;'><failure message='&a9;'/></testcase></testsuite>";
  const auto summary = summarise_junit(bomb);
  ASSERT_TRUE(summary.ok()) << summary.error().message;
  EXPECT_LT(format::dump(summary->facts).size(), 1000u);
}

TEST(Junit, external_entities_are_not_read) {
  const auto summary = summarise_junit(
      "<!DOCTYPE t [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><testsuite><testcase "
      "name='a'><failure>&f;</failure></testcase></testsuite>");
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(format::dump(summary->facts).find("root:"), std::string::npos);
}

TEST(Junit, depth_and_size_are_bounded) {
  const auto nested = [](std::size_t depth) {
    std::string xml;
    for (std::size_t i = 0; i < depth; ++i) xml += "<testsuite>";
    for (std::size_t i = 0; i < depth; ++i) xml += "</testsuite>";
    return xml;
  };
  EXPECT_TRUE(summarise_junit(nested(limits::xml_depth_max)).ok());
  EXPECT_EQ(code(nested(limits::xml_depth_max + 1)), Errc::too_large);
  EXPECT_EQ(code(nested(300'000)), Errc::too_large);
  std::string wide = "<testsuite>";
  for (std::size_t i = 0; i <= limits::xml_nodes_max; ++i) wide += "<a/>";
  EXPECT_EQ(code(wide + "</testsuite>"), Errc::too_large);
}

TEST(Junit, other_encodings_are_read_or_refused) {
  const std::string plain = "<testsuite><testcase name='a'/></testsuite>";
  std::string wide = "\xff\xfe";
  for (const char c : plain) wide += {c, '\0'};
  EXPECT_EQ(read(wide), "1/0/0 of 1 in 0: compliant");
  EXPECT_EQ(read("\xef\xbb\xbf" + plain), "1/0/0 of 1 in 0: compliant");
  EXPECT_EQ(read("<?xml version='1.0' encoding='ISO-8859-1'?><testsuite><testcase "
                 "name='caf\xe9'><error/></testcase></testsuite>"),
            "0/1/0 of 1 in 0: not compliant");
  EXPECT_NE(read("<testsuite><testcase name='caf\xe9'/></testsuite>").find("at byte 30: expected UTF-8"),
            std::string::npos);
}

TEST(Junit, other_documents_are_refused_by_name) {
  for (const char* bad :
       {"", "not xml", "<html/>", "<a/><b/>", "{}", "<testsuite/><testsuite/>", "<testsuite", "<?xml?>"})
    EXPECT_FALSE(summarise_junit(bad).ok()) << bad;
  EXPECT_NE(read("<html/>").find("got <html>"), std::string::npos);
}

}  // namespace weir::evidence
