// Bills of materials that somebody broke, or made to break us, are refused within bounds; what merely is odd
// is read.
#include "evidence/inventory.h"

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

}  // namespace weir::evidence
