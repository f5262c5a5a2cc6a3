#include "vuln/bill_tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace weir::vuln {
namespace {

using evidence::Detail;

// "p>a a>b" with p the product; every other letter is a component, in the order of `names`.
BillTree tree_of(std::string_view names, std::string_view edges) {
  std::string components, dependencies;
  for (const char name : names)
    components += fmt::format(
        R"({}{{"type":"library","bom-ref":"{}","name":"{}","version":"1","purl":"pkg:npm/{}@1"}})",
        components.empty() ? "" : ",", name, name, name);
  for (std::size_t at = 0; at + 2 < edges.size(); at += 4)
    dependencies += fmt::format(R"({}{{"ref":"{}","dependsOn":["{}"]}})", dependencies.empty() ? "" : ",",
                                edges[at], edges[at + 2]);
  const std::string bill = fmt::format(
      R"({{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{{"component":{{"bom-ref":"p","name":"p"}}}},)"
      R"("components":[{}],"dependencies":[{}]}})",
      components, dependencies);
  return BillTree(evidence::read_inventory(bill, Detail::whole).value());
}

std::string names_of(const BillTree& tree, std::span<const BillNodeId> ids) {
  std::string text;
  for (const BillNodeId id : ids) text += tree.nodes()[id].name;
  return text;
}
std::string ways(const BillTree& tree, BillNodeId node, std::size_t most = 10) {
  std::vector<std::string> texts;
  const BillWays found = tree.ways_to(node, most);
  for (const auto& way : found.ways) texts.push_back(names_of(tree, way));
  return fmt::format("{}{}", fmt::join(texts, " "), found.more ? " …" : "");
}

TEST(BillTree, begins_with_what_the_product_asks_for_and_puts_what_nothing_names_apart) {
  const BillTree tree = tree_of("abcdefz", "p>b p>a a>c b>c d>e e>f");
  EXPECT_EQ(names_of(tree, tree.top()), "bad");
  EXPECT_EQ(tree.direct(), 2U);
  EXPECT_EQ(names_of(tree, tree.apart()), "z");
  EXPECT_EQ(names_of(tree, tree.nodes()[2].needed_by), "ab");
}

TEST(BillTree, reaches_circles_that_nothing_leads_into) {
  const BillTree tree = tree_of("abcd", "p>a c>d d>c b>c");
  EXPECT_EQ(names_of(tree, tree.top()), "ab");
  const BillTree closed = tree_of("abcd", "p>a c>d d>c");
  EXPECT_EQ(names_of(closed, closed.top()), "ac");
  EXPECT_EQ(names_of(closed, closed.apart()), "b");
  EXPECT_EQ(ways(closed, 3), "cd");
}

TEST(BillTree, says_every_way_in_and_the_shortest_first) {
  const BillTree tree = tree_of("abcd", "p>a a>b b>c a>c c>d p>d");
  EXPECT_EQ(ways(tree, 3), "d acd abcd");
  EXPECT_EQ(ways(tree, 0), "a");
  EXPECT_EQ(ways(tree, 3, 2), "d acd …");
}

TEST(BillTree, goes_through_no_component_twice) {
  const BillTree tree = tree_of("abc", "p>a a>b b>a b>c c>b");
  EXPECT_EQ(ways(tree, 2), "abc");
  EXPECT_EQ(ways(tree, 0), "a");
}

TEST(BillTree, a_component_apart_has_no_way) {
  const BillTree tree = tree_of("ab", "p>a");
  EXPECT_EQ(ways(tree, 1), "");
  EXPECT_EQ(ways(tree, 99), "");
}

TEST(BillTree, the_worst_stands_on_everything_above_it) {
  const BillTree tree = tree_of("abcde", "p>a p>b a>c b>d d>b");
  const std::vector<std::uint8_t> own{0, 1, 2, 3, 0};
  EXPECT_EQ(tree.worst_below(own), (std::vector<std::uint8_t>{2, 3, 2, 3, 0}));
}

TEST(BillTree, the_product_listed_among_its_components_is_none) {
  const std::string spdx =
      R"({"spdxVersion":"SPDX-2.3","documentDescribes":["SPDXRef-p"],"packages":[)"
      R"({"SPDXID":"SPDXRef-p","name":"p"},{"SPDXID":"SPDXRef-a","name":"a","licenseConcluded":"MIT"}],)"
      R"("relationships":[{"spdxElementId":"SPDXRef-p","relationshipType":"DEPENDS_ON",)"
      R"("relatedSpdxElement":"SPDXRef-a"}]})";
  const BillTree tree(evidence::read_inventory(spdx, Detail::whole).value());
  EXPECT_EQ(names_of(tree, tree.top()), "a");
  EXPECT_TRUE(tree.apart().empty());
  EXPECT_TRUE(tree.nodes()[0].is_product);
  EXPECT_EQ(tree.nodes()[1].licences, std::vector<std::string>{"MIT"});
}

// 20 layers of two components that each ask for both of the next one: a million ways.
TEST(BillTree, stops_counting_ways_that_nobody_could_read) {
  std::string names, edges = "p>A p>B";
  for (char layer = 'A'; layer < 'A' + 40; ++layer) names += layer;
  for (int layer = 0; layer < 19; ++layer)
    for (const int from : {0, 1})
      for (const int to : {2, 3})
        edges += fmt::format(" {}>{}", static_cast<char>('A' + 2 * layer + from),
                             static_cast<char>('A' + 2 * layer + to));
  std::replace(names.begin(), names.end(), '\\', '0');  // breaks the text of JSON
  std::replace(edges.begin(), edges.end(), '\\', '0');
  const BillTree tree = tree_of(names, edges);
  const BillWays found = tree.ways_to(39, 5);
  ASSERT_EQ(found.ways.size(), 5U);
  EXPECT_EQ(found.ways.front().size(), 20U);
  EXPECT_TRUE(found.more);
}

}  // namespace
}  // namespace weir::vuln
