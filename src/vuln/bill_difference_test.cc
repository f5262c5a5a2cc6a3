// Two bills of materials of any form are held against each other by what both of them say.
#include "vuln/bill_difference.h"

#include <gtest/gtest.h>

namespace weir::vuln {
namespace {

BillComponents components(std::string_view text) {
  const auto inventory = evidence::read_inventory(text, evidence::Detail::whole);
  EXPECT_TRUE(inventory.ok()) << inventory.error().message;
  return bill_components(*inventory);
}

constexpr std::string_view older = R"({"bomFormat":"CycloneDX","specVersion":"1.6",
  "metadata":{"component":{"bom-ref":"app","name":"app","version":"1"}},
  "components":[
   {"bom-ref":"a","name":"a","version":"1.9.0","purl":"pkg:npm/a@1.9.0","licenses":[{"license":{"id":"MIT"}}],
    "authors":[{"name":"Ada"}],"supplier":{"name":"Acme"}},
   {"bom-ref":"b","name":"b","version":"2","purl":"pkg:npm/b@2",
    "licenses":[{"expression":"MIT OR Apache-2.0"}]},
   {"bom-ref":"c","name":"c","version":"3","purl":"pkg:npm/c@3"}],
  "dependencies":[{"ref":"app","dependsOn":["a","c"]},{"ref":"a","dependsOn":["b"]}]})";
constexpr std::string_view newer = R"({"bomFormat":"CycloneDX","specVersion":"1.6",
  "metadata":{"component":{"bom-ref":"app","name":"app","version":"2"}},
  "components":[
   {"bom-ref":"a","name":"a","version":"1.10.0","purl":"pkg:npm/a@1.10.0",
    "licenses":[{"license":{"id":"GPL-2.0"}}],
    "authors":[{"name":"Ada"},{"name":"Eve"}]},
   {"bom-ref":"b","name":"b","version":"2","purl":"pkg:npm/b@2",
    "licenses":[{"expression":"Apache-2.0 or MIT"}]},
   {"bom-ref":"d","name":"d","version":"3","purl":"pkg:npm/d@3"}],
  "dependencies":[{"ref":"app","dependsOn":["a","b"]},{"ref":"a","dependsOn":["b","a"]},{"ref":"b",
    "dependsOn":["a"]}]})";

}  // namespace

TEST(BillDifference, versions_licences_authors_and_depth_are_held_against_each_other) {
  const BillDifference made = difference(components(older), components(newer));
  ASSERT_EQ(made.added.size(), 1u);
  EXPECT_EQ(made.added[0].component, "pkg:npm/d");
  ASSERT_EQ(made.removed.size(), 1u);
  EXPECT_EQ(made.removed[0].component, "pkg:npm/c");
  ASSERT_EQ(made.changed.size(), 2u);
  const BillChange& a = made.changed[0];
  EXPECT_EQ(a.component, "pkg:npm/a");
  EXPECT_EQ(a.direction, Direction::up);  // 1.9.0 to 1.10.0
  EXPECT_EQ(a.what,
            (std::vector<std::string>{"version", "licence", "author"}));  // the supplier isn't said any more
  EXPECT_EQ(a.new_authors, std::vector<std::string>{"Eve"});
  EXPECT_EQ(a.after.licences, std::vector<std::string>{"GPL-2.0-only"});
  const BillChange& b = made.changed[1];
  EXPECT_EQ(b.what, std::vector<std::string>{"depth"});  // its licence is the same, written otherwise
  EXPECT_EQ(b.before.depth, Depth::transitive);
  EXPECT_EQ(b.after.depth, Depth::direct);
  EXPECT_EQ(made.new_licences, std::vector<std::string>{"GPL-2.0-only"});
  EXPECT_EQ(made.new_authors, std::vector<std::string>{"Eve"});
  const BillDifference back = difference(components(newer), components(older));
  EXPECT_EQ(back.changed[0].direction, Direction::down);
}

TEST(BillDifference, a_bill_does_not_differ_from_itself) {
  for (const std::string_view text : {older, newer}) {
    const BillDifference made = difference(components(text), components(text));
    EXPECT_TRUE(made.added.empty() && made.removed.empty() && made.changed.empty());
    EXPECT_EQ(made.unchanged, 3);
  }
}

TEST(BillDifference, spdx_and_cyclonedx_in_xml_say_the_same) {
  const BillComponents spdx =
      components(R"json({"spdxVersion":"SPDX-2.3","documentDescribes":["SPDXRef-app"],"packages":[
    {"SPDXID":"SPDXRef-app","name":"app","versionInfo":"1"},
    {"SPDXID":"SPDXRef-a","name":"a","versionInfo":"1.9.0","licenseConcluded":"NOASSERTION",
    "licenseDeclared":"MIT",
     "supplier":"Organization: Acme (a@acme.test)","originator":"Person: Ada",
     "externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1.9.0"}]},
    {"SPDXID":"SPDXRef-b","name":"b","versionInfo":"2","licenseConcluded":"Apache-2.0 OR MIT",
    "supplier":"NOASSERTION",
     "externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/b@2"}]},
    {"SPDXID":"SPDXRef-c","name":"c","versionInfo":"3",
     "externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/c@3"}]}],
    "relationships":[{"spdxElementId":"SPDXRef-app","relationshipType":"DEPENDS_ON",
    "relatedSpdxElement":"SPDXRef-a"},
    {"spdxElementId":"SPDXRef-c","relationshipType":"DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-app"},
    {"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-b"}]})json");
  const BillComponents tags = components(
      "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: 1.9.0\nPackageSupplier: "
      "Organization: "
      "Acme\nPackageOriginator: Person: Ada (x)\nPackageLicenseConcluded: MIT\nExternalRef: PACKAGE-MANAGER "
      "purl "
      "pkg:npm/a@1.9.0\nPackageName: b\nSPDXID: SPDXRef-b\nPackageVersion: 2\nPackageLicenseDeclared: MIT OR "
      "Apache-2.0\n"
      "ExternalRef: PACKAGE-MANAGER purl pkg:npm/b@2\nPackageName: c\nSPDXID: SPDXRef-c\nPackageVersion: 3\n"
      "ExternalRef: PACKAGE-MANAGER purl pkg:npm/c@3\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app\n"
      "Relationship: SPDXRef-app DEPENDS_ON SPDXRef-a\nRelationship: SPDXRef-app DEPENDS_ON SPDXRef-c\n"
      "Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b\n");
  const BillComponents xml = components(R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.6">
    <metadata><component bom-ref="app"><name>app</name></component></metadata><components>
    <component bom-ref="a"><supplier><name>Acme</name></supplier>
      <authors><author><name>Ada</name></author></authors>
      <name>a</name><version>1.9.0</version><licenses><license><id>MIT</id></license></licenses>
      <purl>pkg:npm/a@1.9.0</purl></component>
    <component bom-ref="b"><name>b</name><version>2</version>
      <licenses><expression>MIT OR Apache-2.0</expression></licenses>
      <purl>pkg:npm/b@2</purl></component>
    <component bom-ref="c"><name>c</name><version>3</version><purl>pkg:npm/c@3</purl></component></components>
    <dependencies><dependency ref="app"><dependency ref="a"/><dependency ref="c"/></dependency>
      <dependency ref="a"><dependency ref="b"/></dependency></dependencies></bom>)");
  const BillComponents spdx_3 = components(R"({"@context":"x","@graph":[
    {"type":"SpdxDocument","spdxId":"d","rootElement":["app"]},{"type":"Organization","spdxId":"o",
    "name":"Acme"},
    {"type":"Person","spdxId":"p","name":"Ada"},
    {"type":"simplelicensing_LicenseExpression","spdxId":"l","simplelicensing_licenseExpression":"MIT"},
    {"type":"simplelicensing_LicenseExpression","spdxId":"m",
    "simplelicensing_licenseExpression":"MIT OR Apache-2.0"},
    {"type":"software_Package","spdxId":"app","name":"app"},
    {"type":"software_Package","spdxId":"a","name":"a","software_packageVersion":"1.9.0","suppliedBy":"o",
     "originatedBy":["p"],"software_packageUrl":"pkg:npm/a@1.9.0"},
    {"type":"software_Package","spdxId":"b","name":"b","software_packageVersion":"2",
    "software_packageUrl":"pkg:npm/b@2"},
    {"type":"software_Package","spdxId":"c","name":"c","software_packageVersion":"3",
    "software_packageUrl":"pkg:npm/c@3"},
    {"type":"Relationship","from":"a","relationshipType":"hasConcludedLicense","to":["l"]},
    {"type":"Relationship","from":"b","relationshipType":"hasDeclaredLicense","to":["m"]},
    {"type":"LifecycleScopedRelationship","from":"app","relationshipType":"dependsOn","to":["a","c"]},
    {"type":"Relationship","from":"a","relationshipType":"dependsOn","to":["b"]}]})");
  const BillComponents expected = components(older);
  EXPECT_EQ(format::encode(spdx), format::encode(expected));
  EXPECT_EQ(format::encode(tags), format::encode(expected));
  EXPECT_EQ(format::encode(xml), format::encode(expected));
  EXPECT_EQ(format::encode(spdx_3), format::encode(expected));
}

TEST(BillDifference, a_product_that_asks_for_nothing_itself_holds_what_nothing_else_asks_for) {
  const BillComponents read = components(R"({"bomFormat":"CycloneDX","specVersion":"1.6",
    "metadata":{"component":{"bom-ref":"image","name":"image"}},"components":[{"bom-ref":"a","name":"a"},
    {"bom-ref":"b","name":"b"},{"bom-ref":"c","name":"c"}],"dependencies":[{"ref":"a","dependsOn":["b"]}]})");
  EXPECT_EQ(read.at("a").depth, Depth::direct);
  EXPECT_EQ(read.at("b").depth, Depth::transitive);
  EXPECT_EQ(read.at("c").depth, Depth::unknown);
}

}  // namespace weir::vuln
