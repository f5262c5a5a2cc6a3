// What lists of CVEs say of a finding, and when that is worth saying again.
#include "vuln/cve_facts.h"

#include <gtest/gtest.h>

namespace weir::vuln {
namespace {

constexpr std::string_view kev =
    "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,"
    "knownRansomwareCampaignUse,notes\n"
    "CVE-2024-0001,v,p,n,2024-03-01,s,r,2024-04-01,Unknown,\n"
    "CVE-2024-0002,v,p,n,2024-02-01,s,r,2024-04-01,Known,\n";
std::string epss(std::string_view day, std::string_view value) {
  return fmt::format("#model_version:v1,score_date:{}\ncve,epss,percentile\nCVE-2024-0001,{},0.9\n", day,
                     value);
}
FindingChange finding(std::vector<std::string> records) {
  return {.cluster = records.front(), .records = records, .component = "pkg:npm/left@1"};
}

TEST(CveFacts, the_earliest_day_and_the_highest_likelihood_of_its_cves_count) {
  ListedCves lists;
  ASSERT_TRUE(lists.take(kev).ok());
  ASSERT_TRUE(lists.take(epss("2024-05-01", "0.25")).ok());
  FindingChange both = finding({"CVE-2024-0001", "CVE-2024-0002", "GHSA-1"});
  ASSERT_TRUE(add_facts(both, &lists, nullptr).ok());
  EXPECT_EQ(both.exploited, "2024-02-01");
  EXPECT_TRUE(both.by_ransomware);
  EXPECT_EQ(epss_of(both), 0.25);
  FindingChange none = finding({"GHSA-9"});
  ASSERT_TRUE(add_facts(none, &lists, nullptr).ok());
  EXPECT_EQ(none.exploited + none.epss, "");
}

TEST(CveFacts, a_later_list_takes_the_place_of_an_earlier_one_and_no_list_leaves_what_was_known) {
  ListedCves lists;
  ASSERT_TRUE(lists.take(epss("2024-05-02", "0.5")).ok());
  ASSERT_TRUE(lists.take(epss("2024-05-01", "0.25")).ok());
  FindingChange before = finding({"CVE-2024-0001"});
  before.exploited = "2024-03-01";
  FindingChange now = finding({"CVE-2024-0001"});
  ASSERT_TRUE(add_facts(now, &lists, &before).ok());
  EXPECT_EQ(epss_of(now), 0.5);
  EXPECT_EQ(now.exploited, "2024-03-01") << "no catalogue says otherwise";
  EXPECT_EQ(lists.exploited_list(), "");
  EXPECT_EQ(lists.likelihood_list(), "1 of 2024-05-02");
  EXPECT_FALSE(ListedCves().take("nothing of the kind").ok());
}

TEST(CveFacts, small_moves_of_a_likelihood_are_no_news) {
  FindingChange a = finding({"CVE-2024-0001"}), b = a;
  EXPECT_TRUE(same_facts(a, b));
  a.epss = "0.50000";
  EXPECT_FALSE(same_facts(a, b)) << "it was not known";
  b.epss = "0.54000";
  EXPECT_TRUE(same_facts(a, b));
  b.epss = "0.55000";
  EXPECT_FALSE(same_facts(a, b));
  b.epss = a.epss;
  b.exploited = "2024-03-01";
  EXPECT_FALSE(same_facts(a, b));
}

}  // namespace
}  // namespace weir::vuln
