// Clusters by union-find over everything, and by walking from one name, are the same.
#include "vuln/alias_clusters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "vuln/explain.h"

namespace weir::vuln {
namespace {

struct Named {
  std::string id;
  std::vector<std::string> aliases;
  bool withdrawn = false;
  std::string package = "x";
};

std::shared_ptr<const AdvisoryStore> store_of(const std::vector<Named>& records) {
  SegmentWriter writer;
  for (const Named& each : records) {
    Advisory advisory{
        .id = each.id, .withdrawn = each.withdrawn ? "2024-01-01T00:00:00Z" : "", .aliases = each.aliases};
    advisory.affected = {
        {.ecosystem = "npm",
         .name = each.package,
         .ranges = {{.type = Range::Type::semver, .events = {{Event::Kind::introduced, "0"}}}}}};
    EXPECT_TRUE(writer.add({.advisory = std::move(advisory)}).ok());
  }
  return AdvisoryStore::over({std::move(Segment::over(writer.finish(), "segment")).value()});
}

AliasClusters clusters_of(const std::vector<Named>& records) {
  AliasClusters clusters;
  for (const Named& each : records)
    if (!each.withdrawn) clusters.add(each.id, each.aliases);
  clusters.join();
  return clusters;
}

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& each : all) text += (text.empty() ? "" : " ") + each;
  return text;
}

}  // namespace

TEST(AliasClusters, aliases_are_symmetric_and_transitive_and_the_cve_names_the_cluster) {
  const std::vector<Named> records{{"GHSA-1", {"CVE-1"}}, {"PYSEC-1", {"GHSA-1"}}, {"GO-1", {"CVE-2"}}};
  const AliasClusters clusters = clusters_of(records);
  EXPECT_EQ(clusters.name_of("PYSEC-1"), "CVE-1");
  EXPECT_TRUE(clusters.together("PYSEC-1", "CVE-1"));
  EXPECT_FALSE(clusters.together("GO-1", "CVE-1"));
  EXPECT_EQ(clusters.name_of("nobody"), "nobody");
  EXPECT_EQ(joined(clusters.names_of("nobody")), "nobody");
  const auto around = cluster_around(*store_of(records), "GHSA-1");
  EXPECT_EQ(joined(around->names), "CVE-1 GHSA-1 PYSEC-1");
  EXPECT_EQ(joined(around->records), "GHSA-1 PYSEC-1");
}

TEST(AliasClusters, an_alias_claimed_twice_joins_and_packages_stay_apart) {
  const std::vector<Named> records{{"A", {"CVE-1"}, false, "x"}, {"B", {"CVE-1"}, false, "y"}};
  const auto store = store_of(records);
  EXPECT_TRUE(clusters_of(records).together("A", "B"));
  const auto explanation = explain(*store, "CVE-1");
  ASSERT_EQ(explanation->records.size(), 2u);
  const auto verdicts =
      explain_package(*explanation, {.ecosystem = "npm", .names = {"y"}, .version = "1.0.0"});
  ASSERT_EQ(verdicts.size(), 1u);  // what A says of x is not said of y
  EXPECT_EQ(verdicts[0].advisory, "B");
}

TEST(AliasClusters, a_withdrawn_record_joins_nothing_and_is_shown_beside) {
  const std::vector<Named> records{{"A", {"CVE-1"}}, {"B", {"CVE-1", "CVE-2"}, true}, {"C", {"CVE-2"}}};
  EXPECT_FALSE(clusters_of(records).together("A", "C"));
  const auto around = cluster_around(*store_of(records), "CVE-1");
  EXPECT_EQ(joined(around->names), "A CVE-1");
  EXPECT_EQ(joined(around->withdrawn), "B");
}

TEST(AliasClusters, a_name_that_too_many_claim_joins_nobody) {
  std::vector<Named> records;
  for (std::size_t i = 0; i <= claims_max; ++i) records.push_back({"A-" + std::to_string(i), {"CVE-0"}});
  EXPECT_FALSE(clusters_of(records).together("A-0", "A-1"));
  const auto around = cluster_around(*store_of(records), "A-0");
  EXPECT_EQ(joined(around->names), "A-0");
  EXPECT_EQ(joined(around->crowded), "CVE-0");
  records.pop_back();
  EXPECT_TRUE(clusters_of(records).together("A-0", "A-1"));
  EXPECT_EQ(cluster_around(*store_of(records), "A-0")->records.size(), claims_max);
}

TEST(AliasClusters, walking_and_union_find_agree) {
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    std::vector<Named> records;
    const auto name = [&] { return (random() % 2 == 0 ? "CVE-" : "R-") + std::to_string(random() % 40); };
    for (int i = 0; i < 30; ++i) {
      Named each{"R-" + std::to_string(i), {}, random() % 5 == 0};
      for (std::size_t n = random() % 3; n > 0; --n) each.aliases.push_back(name());
      records.push_back(each);
    }
    const AliasClusters clusters = clusters_of(records);
    const auto store = store_of(records);
    for (const Named& each : records) {
      if (each.withdrawn) continue;
      const auto around = cluster_around(*store, each.id);
      ASSERT_TRUE(around.ok());
      ASSERT_EQ(around->name, clusters.name_of(each.id)) << each.id;
      std::vector<std::string> names = clusters.names_of(each.id);
      std::ranges::sort(names);
      ASSERT_EQ(joined(around->names), joined(names)) << each.id;
      for (const Named& other : records)
        ASSERT_EQ(std::ranges::binary_search(around->names, other.id), clusters.together(each.id, other.id))
            << each.id << " " << other.id;
    }
  }
}

}  // namespace weir::vuln
