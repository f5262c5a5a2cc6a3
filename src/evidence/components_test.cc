#include "evidence/components.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace weir::evidence {
namespace {

std::string lines(std::string_view content) {
  const auto read = read_components(content);
  if (!read.ok()) return read.error().message;
  std::string text;
  for (const auto& [component, versions] : read->versions)
    text += fmt::format("{} {}\n", component, fmt::join(versions, ","));
  return text;
}

TEST(Components, of_cyclonedx_are_named_by_their_package_url_without_version) {
  EXPECT_EQ(lines(R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[
      {"type":"library","name":"left-pad","version":"1.3.0","purl":"pkg:npm/%40acme/left-pad@1.3.0?arch=any#src"},
      {"type":"library","name":"zlib","version":"1.2","purl":"pkg:deb/debian/zlib@1.2","components":[
        {"type":"library","name":"inner","version":"2","purl":"pkg:npm/@scope/inner"}]},
      {"type":"library","name":"zlib","version":"1.1","purl":"pkg:deb/debian/zlib@1.1"},
      {"type":"library","name":"zlib","version":"1.2","purl":"pkg:deb/debian/zlib@1.2?arch=arm64"},
      {"type":"file","group":"org","name":"own","version":"7"}, 5]})"),
            "file:org/own 7\npkg:deb/debian/zlib 1.1,1.2\npkg:npm/%40acme/left-pad "
            "1.3.0\npkg:npm/@scope/inner 2\n");
}

TEST(Components, of_the_other_forms_are_read_alike) {
  EXPECT_EQ(lines(R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library">
      <name>a</name><version>1</version><purl>pkg:npm/a@1</purl></component></components></bom>)"),
            "pkg:npm/a 1\n");
  EXPECT_EQ(lines(R"({"spdxVersion":"SPDX-2.3","packages":[{"name":"a","versionInfo":"1","externalRefs":[
      {"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]},
      {"name":"b","versionInfo":"2"}]})"),
            "b 2\npkg:npm/a 1\n");
  EXPECT_EQ(
      lines(R"({"@context":"x","@graph":[{"type":"software_Package","name":"a","software_packageVersion":"1",
      "software_packageUrl":"pkg:npm/a@1"},{"type":"Person","name":"ada"}]})"),
      "pkg:npm/a 1\n");
}

TEST(Components, licences_stand_beside_in_one_form) {
  const auto read = read_components(R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[
      {"name":"a","purl":"pkg:npm/a@1","licenses":[{"expression":"MIT or Apache-2.0"}]},
      {"name":"a","purl":"pkg:npm/a@2","licenses":[{"license":{"id":"MIT"}}]},{"name":"b"}]})");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->licences, (Components{{"pkg:npm/a", {"Apache-2.0 OR MIT", "MIT"}}}));
}

TEST(Components, of_anything_else_are_not_guessed) {
  EXPECT_FALSE(read_components("{}").ok());
  EXPECT_FALSE(read_components("").ok());
  EXPECT_FALSE(read_components("<html></html>").ok());
}

}  // namespace
}  // namespace weir::evidence
