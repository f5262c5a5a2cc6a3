// Bills of materials that somebody broke, or made to break us, are refused within bounds; what merely is odd
// is read.
#include "evidence/inventory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::evidence {
namespace {

constexpr std::string_view cyclonedx =
    R"({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"bom-ref":"r",)"
    R"("name":"app"}},"components":[)"
    R"({"bom-ref":"a","type":"library","name":"a","version":"1","purl":"pkg:npm/a@1",)"
    R"("licenses":[{"license":{"id":"MIT"}}],)"
    R"("components":[{"bom-ref":"b","name":"b"}]}],"dependencies":[{"ref":"r","dependsOn":["a"]}]})";
constexpr std::string_view spdx =
    R"j({"spdxVersion":"SPDX-2.3","documentDescribes":["r"],"packages":[{"SPDXID":"r","name":"app"},)j"
    R"j({"SPDXID":"a","name":"a",)j"
    R"j("supplier":"Organization: Acme (a@b)","licenseConcluded":"MIT",)j"
    R"j("externalRefs":[{"referenceType":"purl",)j"
    R"j("referenceLocator":"pkg:npm/a@1"}]}],"relationships":[{"spdxElementId":"r",)j"
    R"j("relationshipType":"DEPENDS_ON",)j"
    R"j("relatedSpdxElement":"a"}]})j";
constexpr std::string_view xml =
    R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component type="library")"
    R"( bom-ref="a"><name>a</name>)"
    R"(<version>1</version><licenses><license><id>MIT</id></license></licenses></component>)"
    R"(</components></bom>)";

}  // namespace

TEST(Inventory, bills_of_nothing_but_oddities_are_read) {
  const auto read = read_inventory(
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[null,5,"x",[],{},{"name":7},{"name":"a",
          "licenses":{"x":1},"authors":[5],"supplier":"s","hashes":[null]}],
          "dependencies":[null,{"ref":5,"dependsOn":"a"},{"ref":"a","dependsOn":[5,null]}]})",
      Detail::whole);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->items.size(), 3u);
  EXPECT_EQ(read->details.size(), 3u);
  EXPECT_TRUE(read->dependencies.empty());
}

TEST(Inventory, what_matches_alone_is_what_the_whole_has_too) {
  for (const std::string_view text : {cyclonedx, spdx, xml}) {
    const auto whole = read_inventory(text, Detail::whole), matching = read_inventory(text);
    ASSERT_TRUE(whole.ok() && matching.ok());
    ASSERT_EQ(whole->items.size(), matching->items.size());
    EXPECT_EQ(whole->details.size(), whole->items.size());
    EXPECT_TRUE(matching->details.empty());
    for (std::size_t i = 0; i < whole->items.size(); ++i) {
      EXPECT_EQ(whole->items[i].purl, matching->items[i].purl);
      EXPECT_EQ(whole->items[i].name, matching->items[i].name);
    }
  }
}

TEST(Inventory, the_source_package_is_read_wherever_a_tool_writes_it) {
  const auto source = [](std::string_view text) {
    const auto read = read_inventory(text);
    return read.ok() ? read->items.at(0).source : read.error().message;
  };
  EXPECT_EQ(source(R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component type="library">)"
                   R"(<name>libc6</name><properties><property name="aquasecurity:trivy:SrcName">glibc</property>)"
                   R"(<property name="aquasecurity:trivy:SrcVersion">2.36-9</property></properties></component>)"
                   R"(</components></bom>)"),
            "glibc@2.36-9");
  EXPECT_EQ(source(R"({"spdxVersion":"SPDX-2.2","packages":[{"SPDXID":"b","name":"libc6","versionInfo":"2.36-9"},)"
                   R"({"SPDXID":"s","name":"glibc","versionInfo":"2.36-9"}],"relationships":[{"spdxElementId":"b",)"
                   R"("relationshipType":"GENERATED_FROM","relatedSpdxElement":"s"}]})"),
            "glibc@2.36-9");
  EXPECT_EQ(source("SPDXVersion: SPDX-2.3\nPackageName: libc6\nSPDXID: b\nPackageName: glibc\nSPDXID: s\n"
                   "PackageVersion: 2.36-9\nRelationship: s GENERATES b\n"),
            "glibc@2.36-9");
  EXPECT_EQ(source(R"({"@graph":[{"type":"software_Package","spdxId":"b","name":"libc6"},{"type":"software_Package",)"
                   R"("spdxId":"s","name":"glibc"},{"type":"Relationship","from":"s","relationshipType":"generates",)"
                   R"("to":["b"]}]})"),
            "glibc");
  // Where it says itself what it was built from, a relationship says nothing more.
  EXPECT_EQ(source(R"j({"spdxVersion":"SPDX-2.2","packages":[{"SPDXID":"b","name":"libc6",)j"
                   R"j("sourceInfo":"built package from: glibc 2.31"},{"SPDXID":"s","name":"x"}],"relationships":)j"
                   R"j([{"spdxElementId":"b","relationshipType":"GENERATED_FROM","relatedSpdxElement":"s"}]})j"),
            "built package from: glibc 2.31");
}

TEST(Inventory, the_system_is_read_from_what_the_document_is_about_and_from_its_layers) {
  const auto system = [](std::string_view text) {
    const auto read = read_inventory(text);
    return read.ok() ? read->system.name + "|" + read->system.version : read.error().message;
  };
  EXPECT_EQ(system(R"({"bomFormat":"CycloneDX","metadata":{"component":{"type":"operating-system","name":"debian",)"
                   R"("version":"12"}}})"),
            "debian|12");
  EXPECT_EQ(system(R"(<bom><metadata><component type="operating-system"><name>debian</name><version>12</version>)"
                   R"(</component></metadata></bom>)"),
            "debian|12");
  EXPECT_EQ(system(R"({"spdxVersion":"SPDX-2.2","packages":[{"name":"layer","comment":"Layer 1:\n\tinfo: Found )"
                   R"('Alpine Linux v3.16' in /etc/os-release.\n"}]})"),
            "Alpine Linux v3.16|");
}

TEST(Inventory, a_statement_may_carry_the_bill_as_data_or_as_text) {
  const auto items = [](std::string_view predicate) {
    const std::string digest(64, 'a');
    const auto read = read_inventory(fmt::format(
        R"({{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document",)"
        R"("subject":[{{"name":"x","digest":{{"sha256":"{}"}}}}],"predicate":{}}})", digest, predicate));
    return read.ok() ? read->items.size() : 0;
  };
  EXPECT_EQ(items(fmt::format(R"({{"Data":{},"Timestamp":"2024-01-01T00:00:00Z"}})", cyclonedx)), 2u);
  EXPECT_EQ(items(cyclonedx), 2u);
  EXPECT_EQ(items(R"("SPDXVersion: SPDX-2.2\nPackageName: a\nPackageName: b\n")"), 2u);
  EXPECT_EQ(items(R"({"Data":"SPDXVersion: SPDX-2.2\nPackageName: a\nPackageName: b\nPackageName: c\n"})"), 3u);
  EXPECT_EQ(items(R"("nothing")"), 0u);
}

}  // namespace weir::evidence
