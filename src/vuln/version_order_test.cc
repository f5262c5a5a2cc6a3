// The orders against lines that others wrote ($WEIR_CORPUS/versions), and against what every order must be:
// reflexive, antisymmetric and transitive, over versions and over any text.
#include "vuln/version_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "support/corpus.h"
#include "vuln/compare_lines.h"

namespace weir::vuln {
namespace {

struct Fixture {
  const char* file;
  const char* ecosystem;
};
constexpr std::array fixtures{Fixture{"alpine-versions.txt", "Alpine:v3.18"},
                              Fixture{"alpine-versions-generated.txt", "Alpine"},
                              Fixture{"cran-versions.txt", "CRAN"},
                              Fixture{"cran-versions-generated.txt", "CRAN"},
                              Fixture{"debian-versions.txt", "Debian:12"},
                              Fixture{"debian-versions-generated.txt", "Debian"},
                              Fixture{"hackage-versions.txt", "Hackage"},
                              Fixture{"maven-versions.txt", "Maven"},
                              Fixture{"maven-versions-generated.txt", "Maven"},
                              Fixture{"nuget-versions.txt", "NuGet"},
                              Fixture{"packagist-versions.txt", "Packagist"},
                              Fixture{"packagist-versions-generated.txt", "Packagist"},
                              Fixture{"pub-versions.txt", "Pub"},
                              Fixture{"pypi-versions.txt", "PyPI"},
                              Fixture{"pypi-versions-generated.txt", "PyPI"},
                              Fixture{"redhat-versions.txt", "Red Hat:rhel_aus:8.4"},
                              Fixture{"rubygems-versions.txt", "RubyGems"},
                              Fixture{"rubygems-versions-generated.txt", "RubyGems"},
                              Fixture{"semver-versions.txt", "npm"}};

// The versions that a fixture's lines name, a few hundred of them at most.
std::vector<std::string> versions_in(const std::string& path, std::size_t most) {
  std::vector<std::string> versions;
  for (const std::string& line : test::lines_of(test::read_file(path))) {
    const auto claim = parse_claim(line);
    if (!claim.ok() || !*claim) continue;
    versions.emplace_back((*claim)->left);
    versions.emplace_back((*claim)->right);
  }
  std::ranges::sort(versions);
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  std::shuffle(versions.begin(), versions.end(), std::mt19937(7));
  if (versions.size() > most) versions.resize(most);
  return versions;
}

std::string any_text(std::mt19937& random) {
  constexpr std::string_view alphabet = "0019aAbrcvpxz.-_~^+:!#";
  std::string text;
  for (std::size_t n = random() % 12; n > 0; --n)
    text += random() % 40 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
  return text;
}

// What the order's own rules leave open: Packagist's "#", and in Maven a word after zeros against a hyphen.
bool may_circle(VersionOrder order, const std::string& version) {
  if (order == VersionOrder::packagist) return version.find('#') != version.npos;
  return order == VersionOrder::maven && version.find(".0.") != version.npos;
}

// Sorting by an order that is none leaves pairs out of place.
void expect_order(VersionOrder order, std::vector<std::string> versions) {
  std::erase_if(versions, [&](const std::string& version) { return may_circle(order, version); });
  std::ranges::sort(versions, [&](const std::string& a, const std::string& b) {
    return compare_versions(order, a, b) < 0;
  });
  for (std::size_t i = 0; i < versions.size(); ++i)
    for (std::size_t k = i; k < versions.size(); ++k) {
      ASSERT_TRUE(compare_versions(order, versions[i], versions[k]) <= 0)
          << versions[i] << " | " << versions[k];
      ASSERT_TRUE(compare_versions(order, versions[k], versions[i]) >= 0)
          << versions[k] << " | " << versions[i];
    }
}

}  // namespace

TEST(VersionOrder, every_line_of_the_corpus_holds_in_both_directions) {
  REQUIRE_CORPUS("versions");
  std::size_t held = 0;
  for (const Fixture& fixture : fixtures) {
    const EcosystemRow* row = find_ecosystem(fixture.ecosystem);
    ASSERT_NE(row, nullptr) << fixture.ecosystem;
    for (const std::string& line :
         test::lines_of(test::read_file(test::corpus_path("versions/") + fixture.file))) {
      const auto claim = parse_claim(line);
      ASSERT_TRUE(claim.ok()) << line;
      if (!*claim) continue;
      EXPECT_EQ(refute(row->order, **claim), "") << fixture.file << ": " << line;
      ++held;
    }
  }
  EXPECT_GT(held, 50'000u);
}

TEST(VersionOrder, every_order_is_total_over_the_versions_of_the_corpus) {
  REQUIRE_CORPUS("versions");
  for (const Fixture& fixture : fixtures) {
    std::vector<std::string> versions = versions_in(test::corpus_path("versions/") + fixture.file, 300);
    expect_order(find_ecosystem(fixture.ecosystem)->order, std::move(versions));
  }
}

TEST(VersionOrder, every_order_is_total_over_any_text) {
  std::mt19937 random(11);
  std::vector<std::string> texts;
  for (int i = 0; i < 250; ++i) texts.push_back(any_text(random));
  for (int order = 0; order <= static_cast<int>(VersionOrder::apk); ++order)
    expect_order(static_cast<VersionOrder>(order), texts);
}

TEST(VersionOrder, numbers_of_any_length_are_compared_as_numbers) {
  const std::string longer = "1." + std::string(100'000, '9'), long_one = "1." + std::string(99'999, '9');
  for (int order = 0; order <= static_cast<int>(VersionOrder::apk); ++order)
    EXPECT_TRUE(compare_versions(static_cast<VersionOrder>(order), long_one, longer) < 0) << order;
}

TEST(VersionOrder, an_ecosystem_is_found_by_its_name_with_suffix_and_in_any_case) {
  EXPECT_EQ(find_ecosystem("Debian:12")->order, VersionOrder::dpkg);
  EXPECT_EQ(find_ecosystem("Ubuntu:Pro:18.04:LTS")->order, VersionOrder::dpkg);
  EXPECT_EQ(find_ecosystem("rocky linux:9")->order, VersionOrder::rpm);
  EXPECT_EQ(find_ecosystem("Root:Alpine:3.18")->order, VersionOrder::apk);
  EXPECT_EQ(find_ecosystem("GitHub Actions")->published, Published::no);
  EXPECT_EQ(find_ecosystem("Nowhere"), nullptr);
}

struct Case {
  const char* ecosystem;
  const char* claim;
};

TEST(VersionOrder, go_versions_are_read_as_the_toolchain_writes_them) {
  constexpr std::array cases{
      Case{"Go", "go1.21rc2 = 1.21.0-rc.2"},
      Case{"Go", "go1.21rc2 < go1.21"},
      Case{"Go", "go1.21rc10 > go1.21rc2"},
      Case{"Go", "v1.2.3+incompatible = 1.2.3"},
      Case{"Go", "v0.0.0-20200101000000-abcdefabcdef < v0.0.1"},
      Case{"Go", "1.22.0-0 < 1.22.0-rc.1"},
      Case{"PyPI", "1.0.dev1 < 1.0a1"},
      Case{"PyPI", "1!0.1 > 2024.1"},
      Case{"PyPI", "not-a-version < 0.0.0.dev0"},
      Case{"Maven", "5.0.0.CR1 < 5.0.0.Final"},
      Case{"Maven", "1.0.0.SP1 > 1.0.0"},
      Case{"RubyGems", "1.0.0.pre1 < 1"},
      Case{"RubyGems", "1.0.1 > 1.0.a"},
      Case{"Debian", "1.0~rc1 < 1.0"},
      Case{"Debian", "1:0.1 > 9.9"},
      Case{"Red Hat", "0:1.0-1.el8 = 1.0-1.el8"},
      Case{"Alpine", "1.2_rc1-r0 < 1.2-r0"},
  };
  for (const Case& each : cases) {
    const auto claim = parse_claim(each.claim);
    ASSERT_TRUE(claim.ok() && *claim) << each.claim;
    EXPECT_EQ(refute(find_ecosystem(each.ecosystem)->order, **claim), "") << each.claim;
  }
}

TEST(CompareLines, comments_and_blank_lines_claim_nothing_and_other_text_is_refused) {
  for (const char* line : {"", "  ", "// 1 < 2", "# a note", "\r"}) EXPECT_FALSE(*parse_claim(line)) << line;
  for (const char* line : {"1 < ", "1 <= 2", "1 < 2 < 3", "word"})
    EXPECT_FALSE(parse_claim(line).ok()) << line;
  EXPECT_EQ(refute(VersionOrder::semver, **parse_claim("10 < 2")), "10 > 2");
}

}  // namespace weir::vuln
