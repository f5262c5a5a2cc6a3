#include "deploy/difference.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/words.h"

namespace weir::deploy {
namespace {

std::vector<std::string> values(std::string_view text) {
  std::vector<std::string> all;
  for (const std::string_view part : test::split(text, '+')) all.emplace_back(part);
  return all;
}

// "test/unit=true sbom/app npm:a@1+2 amd64/user:root": evidence, components, settings; "bare" knows neither of the
// last two.
Release release(std::string_view text) {
  Release made{.side = {.digest = crypto::sha256(text)}, .components = {{}}, .settings = {{}}};
  for (const auto& [key, value] : test::words(text)) {
    const std::size_t at = key.find('@'), slash = key.find('/'), colon = key.find(':');
    if (key == "bare") made.components.reset(), made.settings.reset();
    else if (at != key.npos)
      made.components->insert({std::string(key.substr(0, at)), values(key.substr(at + 1))});
    else if (colon != key.npos)
      (*made.settings)[std::string(key.substr(0, slash))]
                      [std::string(key.substr(slash + 1, colon - slash - 1))] = values(key.substr(colon + 1));
    else
      made.evidence[{std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))}] = {
          .entry = 1, .compliant = value.empty() ? std::nullopt : std::optional(value == "true")};
  }
  return made;
}

std::string fact(const std::optional<EvidenceFact>& fact) {
  if (!fact) return "lacks";
  return !fact->compliant ? "undecided" : *fact->compliant ? "passed" : "failed";
}

std::string told(const ReleaseDifference& found) {
  std::string text;
  for (const auto& row : found.evidence)
    text += fmt::format("{}/{} {}>{}; ", row.type, row.name, fact(row.before), fact(row.after));
  if (!found.components) text += "components unknown; ";
  else {
    for (const auto& row : found.components->added) text += fmt::format("+{}; ", row.component);
    for (const auto& row : found.components->removed) text += fmt::format("-{}; ", row.component);
    for (const auto& row : found.components->changed)
      text += fmt::format("{} {}>{}; ", row.component, row.before.back(), row.after.back());
  }
  if (!found.configuration) return text + "configuration unknown; ";
  for (const auto& row : *found.configuration)
    text +=
        fmt::format("{} {} {}>{}; ", row.platform, row.setting, row.before.empty() ? "" : row.before.back(),
                    row.after.empty() ? "" : row.after.back());
  return text;
}

struct Case {
  std::string_view before, after, told;
};

TEST(ReleaseDifference, tells_what_differs_and_what_is_not_known) {
  const std::array cases{
      Case{"", "", ""},
      Case{"test/unit=true", "test/unit=false", "test/unit passed>failed; "},
      Case{"test/unit=true scan/trivy", "test/unit=true",
           "scan/trivy undecided>lacks; test/unit passed>passed; "},
      Case{"npm:a@1 npm:b@1", "npm:a@2 npm:c@1", "+npm:c; -npm:b; npm:a 1>2; "},
      Case{"npm:a@1", "npm:a@1+2", "npm:a 1>2; "},
      Case{"npm:a@1", "bare", "components unknown; configuration unknown; "},
      Case{"amd64/user:app amd64/ports:80", "amd64/user:root arm64/user:app",
           "amd64 ports 80>; amd64 user app>root; arm64 user >app; "},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.told);
    EXPECT_EQ(told(difference(release(row.before), release(row.after))), row.told);
  }
}

TEST(ReleaseDifference, against_nothing_calls_everything_new) {
  const auto found = difference(std::nullopt, release("test/unit=true npm:a@1 amd64/user:app"));
  EXPECT_FALSE(found.before.has_value());
  EXPECT_EQ(told(found), "test/unit lacks>passed; +npm:a; amd64 user >app; ");
}

TEST(ReleaseDifference, tells_licences_that_changed_and_that_are_new) {
  Release before = release("npm:a@1 npm:b@1 npm:c@1"), after = release("npm:a@1 npm:b@1 npm:c@1 npm:d@1");
  before.licences = {{"npm:a", {"MIT"}}, {"npm:b", {"MIT"}}};
  after.licences = {{"npm:a", {"GPL-3.0-only"}}, {"npm:c", {"ISC"}}, {"npm:d", {"MIT"}}};
  const auto found = difference(before, after);
  ASSERT_EQ(found.components->changed.size(), 1u) << "what one side doesn't say is no change";
  EXPECT_EQ(found.components->changed[0].component, "npm:a");
  EXPECT_EQ(found.components->changed[0].licences_after, std::vector<std::string>{"GPL-3.0-only"});
  EXPECT_EQ(found.components->added[0].licences_after, std::vector<std::string>{"MIT"});
  EXPECT_EQ(found.components->new_licences, (std::vector<std::string>{"GPL-3.0-only", "ISC"}));
  EXPECT_EQ(found.components->unchanged_count, 2);
}

TEST(ReleaseDifference, tells_flaws_that_are_new_and_gone_the_worst_first) {
  Release before = release(""), after = release("");
  before.flaws = {{"CVE-1", {.severity = "low"}}, {"CVE-2", {.severity = "high"}}};
  after.flaws = {{"CVE-2", {.severity = "high"}},
                 {"CVE-3", {.severity = "medium", .components = {"pkg:npm/a@2"}, .fixed = "3"}},
                 {"CVE-4", {.severity = "critical"}},
                 {"CVE-5", {.severity = "", .exploited = true}},
                 {"CVE-6", {.severity = ""}}};
  const auto names = [](const std::vector<FlawDifference>& rows) {
    std::string all;
    for (const FlawDifference& row : rows) all += row.flaw + " ";
    return all;
  };
  const auto found = difference(before, after);
  ASSERT_TRUE(found.vulnerabilities.has_value());
  EXPECT_EQ(names(found.vulnerabilities->added), "CVE-5 CVE-4 CVE-3 CVE-6 ");
  EXPECT_EQ(names(found.vulnerabilities->removed), "CVE-1 ");
  EXPECT_EQ(found.vulnerabilities->unchanged_count, 1);
  EXPECT_EQ(found.vulnerabilities->added[2].fixed, "3");
  EXPECT_EQ(names(difference(std::nullopt, after).vulnerabilities->added), "CVE-5 CVE-4 CVE-2 CVE-3 CVE-6 ");
  before.flaws.reset();
  EXPECT_FALSE(difference(before, after).vulnerabilities.has_value()) << "not known of one is not none";
}

TEST(ReleaseDifference, lists_a_bounded_number_of_components_and_counts_them_all) {
  Release after = release("");
  for (int i = 0; i < 1500; ++i) after.components->insert({fmt::format("npm:{}", i), {"1"}});
  const auto found = difference(std::nullopt, after);
  EXPECT_EQ(found.components->added.size(), 1000u);
  EXPECT_EQ(found.components->added_count, 1500);
}

}  // namespace
}  // namespace weir::deploy
