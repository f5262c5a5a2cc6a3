// Bills of materials made to hurt: what matching and comparing do with purls of every escape, deep and cyclic
// graphs, and very many components.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "vuln/bill_difference.h"
#include "vuln/component_index.h"
#include "vuln/match.h"
#include "vuln/report.h"

namespace weir::vuln {
namespace {

std::string bill_of(const std::string& components, const std::string& dependencies = "") {
  return fmt::format(
      R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}],"dependencies":[{}]}})", components,
      dependencies);
}

evidence::Inventory inventory_of(const std::string& text) {
  auto read = evidence::read_inventory(text, evidence::Detail::whole);
  EXPECT_TRUE(read.ok()) << read.error().message;
  return std::move(read).value();
}

}  // namespace

// Each of the 256 escapes, whole and broken, in name, version and qualifier: what is sound is matched, the
// rest is not, and an escape stands for its byte wherever that is allowed.
TEST(BadBill, purls_with_every_escape_are_matched_or_left) {
  Advisory advisory{.id = "A"};
  advisory.affected = {
      {.ecosystem = "npm", .name = "a", .ranges = {{.type = Range::Type::semver, .events = {{}}}}}};
  advisory.affected[0].ranges[0].events[0].version = "0";
  AdvisorySet set;
  set.add(advisory);
  set.index();
  std::string components;
  for (int byte = 0; byte < 256; ++byte)
    for (const std::string_view form : {"pkg:npm/{}@1", "pkg:npm/a@{}", "pkg:npm/a@1?x={}", "pkg:{}/a@1"})
      for (const char* digits : {"%{:02X}", "%{:02x}", "%{:X}"}) {
        const std::string escape = fmt::format(fmt::runtime(digits), byte);
        components += fmt::format(R"({}{{"name":"a","purl":"{}"}})", components.empty() ? "" : ",",
                                  fmt::format(fmt::runtime(form), escape));
      }
  const evidence::Inventory inventory = inventory_of(bill_of(components));
  const Scanned scanned = match(inventory, set);
  EXPECT_EQ(scanned.components, 256u * 12u);
  const auto found = [&](std::string_view purl) {
    return std::ranges::any_of(scanned.findings, [&](const Finding& each) { return each.purl == purl; });
  };
  EXPECT_TRUE(found("pkg:npm/%61@1"));  // "a"
  EXPECT_FALSE(found("pkg:npm/%62@1"));
  EXPECT_TRUE(found("pkg:npm/a@%31"));
  EXPECT_FALSE(found("pkg:npm/a@%FF"));  // no UTF-8
  EXPECT_FALSE(found("pkg:npm/%6@1"));
  const BillComponents read = bill_components(inventory);
  EXPECT_TRUE(read.contains("pkg:npm/a"));
  const std::vector<ReportedBill> bills{report_bill("b", inventory, scanned, VexIndex())};
  EXPECT_TRUE(read_vex(dump(to_openvex(bills, {.author = "a", .tool_version = "1", .at = {1}}))).ok());
  EXPECT_TRUE(read_vex(dump(to_cyclonedx_vex(bills, {.author = "a", .tool_version = "1", .at = {1}}))).ok());
}

TEST(BadBill, a_chain_of_100000_and_a_ring_are_walked_once) {
  constexpr int length = 100'000;
  std::string components, dependencies = R"({"ref":"0","dependsOn":["1"]})";
  for (int i = 0; i < length; ++i) {
    components += fmt::format(R"({}{{"bom-ref":"{}","name":"n{}"}})", i == 0 ? "" : ",", i, i);
    if (i > 0) dependencies += fmt::format(R"(,{{"ref":"{}","dependsOn":["{}"]}})", i, i + 1);
  }
  const BillComponents chain = bill_components(inventory_of(bill_of(components, dependencies)));
  EXPECT_EQ(chain.at("n0").distance, 1);
  EXPECT_EQ(chain.at("n99999").distance, length);
  const BillComponents ring = bill_components(
      inventory_of(bill_of(components, dependencies + R"(,{"ref":"99999","dependsOn":["0"]})")));
  EXPECT_EQ(ring.at("n5").depth, Depth::unknown) << "nothing says where a ring begins";
}

TEST(BadBill, equal_references_share_what_is_said_of_them) {
  const BillComponents read = bill_components(inventory_of(
      bill_of(R"({"bom-ref":"x","name":"a"},{"bom-ref":"x","name":"b"},{"bom-ref":"y","name":"c"})",
              R"({"ref":"y","dependsOn":["x"]},{"ref":"y","dependsOn":["x"]})")));
  EXPECT_EQ(read.at("a").depth, Depth::transitive);
  EXPECT_EQ(read.at("b").depth, Depth::transitive);
  EXPECT_EQ(read.at("c").depth, Depth::direct);
}

TEST(BadBill, a_million_components_differ_in_bounded_time) {
  std::string components;
  components.reserve(32'000'000);
  for (int i = 0; i < 1'000'000; ++i)
    components += fmt::format(R"({}{{"name":"n{}","version":"1"}})", i == 0 ? "" : ",", i % 500'000);
  const BillComponents read = bill_components(inventory_of(bill_of(components)));
  EXPECT_EQ(read.size(), 500'000u);
  EXPECT_EQ(difference(read, read).unchanged, 500'000);
}

// A system of a release of a megabyte, and ten thousand packages that say none: each would keep it.
TEST(BadBill, a_release_as_long_as_a_book_is_none) {
  std::string components =
      R"({"type":"operating-system","name":"debian","version":")" + std::string(1'000'000, '1') + "\"}";
  for (int i = 0; i < 10'000; ++i)
    components += fmt::format(R"(,{{"name":"n{0}","purl":"pkg:deb/debian/n{0}@1"}})", i);
  std::size_t bytes = 0;
  for (const Component& each : components_of(inventory_of(bill_of(components))))
    bytes += each.text.size() + each.package.release.size();
  EXPECT_LT(bytes, 2'000'000u);
}

}  // namespace weir::vuln
