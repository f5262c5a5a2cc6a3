// The bills of materials of 840 popular images, made by four tools, and 29 found in the wild. $WEIR_CORPUS
// says where the corpus lies; the totals were counted by other code.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "evidence/recognise.h"
#include "support/child_process.h"
#include "support/scratch_directory.h"

namespace weir::evidence {
namespace {

std::string corpus() {
  const char* said = std::getenv("WEIR_CORPUS");
  return said != nullptr ? said : "../shared/corpus";
}

struct Totals {
  std::int64_t documents = 0, components = 0, with_purl = 0;
  std::vector<std::string> refused;
};

Totals read_all(const std::string& directory) {
  Totals totals;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    const std::string content = test::read_file(file.path());
    const bool known = attestation_type_of(recognise(content)) == "sbom";
    const auto summary = summarise("sbom", content);
    if (!known || !summary.ok()) {
      totals.refused.push_back(file.path().filename().string() + ": " +
                               (summary.ok() ? "not recognised" : summary.error().message));
      continue;
    }
    ++totals.documents;
    totals.components += *summary->facts.at("components").integer();
    totals.with_purl += *summary->facts.at("with_purl").integer();
  }
  std::sort(totals.refused.begin(), totals.refused.end());
  return totals;
}

}  // namespace

TEST(Corpus, every_bill_of_materials_of_the_containers_is_recognised_and_counted) {
  const std::string archive = corpus() + "/sbom/containers.tar.xz";
  if (!std::filesystem::exists(archive)) GTEST_SKIP() << "skipped: no corpus at " << corpus();
  const test::ScratchDirectory scratch;
  ASSERT_TRUE(test::run_quietly("tar -C " + scratch.path() + " -xJf " + archive));
  const Totals totals = read_all(scratch.path());
  EXPECT_EQ(totals.refused, std::vector<std::string>{});
  EXPECT_EQ(totals.documents, 840);
  EXPECT_EQ(totals.components, 163736);
  EXPECT_EQ(totals.with_purl, 154959);
}

TEST(Corpus, documents_from_the_wild_are_read_but_for_those_that_are_none) {
  const std::string archive = corpus() + "/sbom/wild.tar.xz";
  if (!std::filesystem::exists(archive)) GTEST_SKIP() << "skipped: no corpus at " << corpus();
  const test::ScratchDirectory scratch;
  ASSERT_TRUE(test::run_quietly("tar -C " + scratch.path() + " -xJf " + archive));
  const Totals totals = read_all(scratch.path());
  // Lists of components in shapes of their own, a list of licences, and a document with a page's footer
  // behind it.
  EXPECT_EQ(totals.refused, (std::vector<std::string>{
                                "cyclonedx__bashrc2-sbom-cdx.json: expected a CycloneDX or SPDX document",
                                "cyclonedx__scanoss-sbom-cdx.json: expected a CycloneDX or SPDX document",
                                "spdx__maubot-spdx.json: expected a CycloneDX or SPDX document",
                                "spdx__powershell-2.2.6.spdx.json: not valid JSON at byte 95877 (line 2765, "
                                "column 1): expected the end of the text"}));
  EXPECT_EQ(totals.documents, 25);
}

}  // namespace weir::evidence
