#include "dbom/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "dbom/difference.h"
#include "dbom/page.h"
#include "support/dbom_story.h"

namespace weir::dbom {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Told {
  test::DbomStory story;
  Told() { story.tell(); }
};

std::vector<Line> all_of(const Dbom& dbom, Kind kind) {
  std::vector<Line> found;
  for (const auto& [section, lines] : sections_of(dbom))
    for (const Line& line : *lines)
      if (line.kind == kind) found.push_back(line);
  return found;
}

struct LineCase {
  Kind kind;
  std::string name, value, state;
  Basis basis;
};

TEST(Compose, each_kind_of_line_says_what_its_entry_says) {
  Told told;
  const Dbom dbom = told.story.compose();
  const std::vector<LineCase> cases{
      {Kind::artifact, "api", "file", "", Basis::payload},
      {Kind::commit, "c0ffee", "", "", Basis::payload},
      {Kind::required, "api", "1 of 1 met", "compliant", Basis::payload},
      {Kind::test, "unit", "12 passed, 0 failed", "compliant", Basis::payload},
      {Kind::sbom, "sbom", "2 components, cyclonedx 1.5", "compliant", Basis::payload},
      {Kind::review, "review", "PR 812, approved by omar", "compliant", Basis::payload},
      {Kind::reviewer, "omar", "PR 812", "", Basis::payload},
      {Kind::approval, "prod", "released", "active", Basis::payload},
      {Kind::approver, "ann", "", "person", Basis::leaf},
      {Kind::workload, "/opt/api", "process on web1, 1 running, user api", "approved", Basis::leaf},
      {Kind::owner, "payments", "#pay", "", Basis::payload},
      {Kind::change, "c0ffee", "lena <\"é\">", "main", Basis::payload},
  };
  for (const LineCase& each : cases) {
    const auto found = all_of(dbom, each.kind);
    ASSERT_EQ(found.size(), 1u) << name_of(each.kind);
    EXPECT_EQ(found[0].name, each.name) << name_of(each.kind);
    EXPECT_EQ(found[0].value, each.value) << name_of(each.kind);
    EXPECT_EQ(found[0].state, each.state) << name_of(each.kind);
    EXPECT_EQ(found[0].basis, each.basis) << name_of(each.kind);
    EXPECT_EQ(found[0].seal, seal_of(found[0])) << name_of(each.kind);
  }
}

TEST(Compose, payloads_of_others_and_of_accounts_are_not_shown) {
  Told told;
  const Dbom dbom = told.story.compose();
  const std::string text = format::encode(dbom);
  EXPECT_THAT(text, Not(HasSubstr("secrets of the host")));
  EXPECT_THAT(text, Not(HasSubstr("token_digest")));
  for (const ProvenEntry& entry : dbom.entries) {
    const bool kept = entry.type == "report-accepted" || entry.type == "account-created";
    EXPECT_EQ(entry.withheld, kept ? Withheld::kept : Withheld::no) << entry.type;
    EXPECT_EQ(entry.salt.empty(), kept) << entry.type;
  }
}

TEST(Compose, a_large_payload_is_proven_by_its_leaf_and_an_erased_one_is_said) {
  Told told;
  evidence::AttestationRecorded large{.flow = "api", .trail = "t2", .name = "large", .type = "generic"};
  large.description = std::string(payload_bytes_max, 'x');
  const auto index = told.story.add(ledger::EntryType::attestation_recorded, large);
  const auto erased = told.story.add(ledger::EntryType::attestation_recorded, large);
  told.story.source(erased).payload.reset();
  told.story.facts.concerns.push_back({Role::attestation, {index}});
  told.story.facts.concerns.push_back({Role::attestation, {erased}});
  const Dbom dbom = told.story.compose();
  const auto lines = all_of(dbom, Kind::evidence);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].basis, Basis::leaf);
  EXPECT_EQ(lines[1].state, "erased");
  EXPECT_EQ(dbom.entries[dbom.entries.size() - 2].withheld, Withheld::large);
  EXPECT_FALSE(dbom.entries[dbom.entries.size() - 2].salt.empty());
  EXPECT_EQ(dbom.entries.back().withheld, Withheld::erased);
}

TEST(Compose, what_rests_on_no_entry_is_a_claim) {
  Told told;
  told.story.facts.concerns.clear();
  told.story.facts.sightings[0].ended_at = test::DbomStory::time(50);
  told.story.facts.sightings[0].running = 0;
  told.story.facts.bill.reset();
  const Dbom dbom = told.story.compose();
  ASSERT_EQ(dbom.what.size(), 1u);
  EXPECT_EQ(dbom.what[0].basis, Basis::claim);
  EXPECT_EQ(all_of(dbom, Kind::ended)[0].basis, Basis::claim);
  EXPECT_THAT(dbom.sentence, HasSubstr("api ran in prod until 2024-10-04T00:00:50Z."));
}

TEST(Compose, the_difference_tells_components_evidence_and_commits) {
  Told told;
  const Dbom dbom = told.story.compose();
  ASSERT_TRUE(dbom.difference.has_value());
  EXPECT_TRUE(dbom.difference->compared);
  EXPECT_THAT(dbom.difference->added,
              ElementsAre(evidence::Component{"left-pad", "pkg:npm/left-pad@1.3.0", "1.3.0"}));
  EXPECT_THAT(dbom.difference->removed, ElementsAre(evidence::Component{"legacy-xml", "", "2.1"}));
  EXPECT_THAT(dbom.difference->changed,
              ElementsAre(ChangedComponent{"openssl", "pkg:deb/openssl", "3.0.22", "3.0.20"}));
  EXPECT_THAT(dbom.difference->evidence, ElementsAre(ChangedEvidence{"compliant", "unit", "test", "failed"}));
  EXPECT_EQ(dbom.difference->commits.size(), 1u);
}

TEST(Difference, versions_that_both_have_are_no_change) {
  const auto changes = changes_between({{"a", "", "1"}, {"a", "", "2"}, {"b", "", "1"}},
                                       {{"a", "", "2"}, {"a", "", "3"}, {"a", "", "4"}, {"b", "", "1"}});
  EXPECT_THAT(changes.changed, ElementsAre());
  EXPECT_THAT(changes.removed, ElementsAre(evidence::Component{"a", "", "1"}));
  EXPECT_THAT(changes.added,
              ElementsAre(evidence::Component{"a", "", "3"}, evidence::Component{"a", "", "4"}));
}

TEST(Difference, a_package_is_told_by_its_url_without_version) {
  const auto changes = changes_between({{"x", "pkg:npm/%40scope/x@1.0.0?arch=arm", "1.0.0"}},
                                       {{"x", "pkg:npm/%40scope/x@1.1.0?arch=arm", "1.1.0"}});
  EXPECT_THAT(changes.changed,
              ElementsAre(ChangedComponent{"x", "pkg:npm/%40scope/x?arch=arm", "1.1.0", "1.0.0"}));
}

TEST(Path, goes_from_commit_to_running_workload_and_missing_is_never_done) {
  Told told;
  std::string marks;
  for (const Step& step : path_of(told.story.compose()))
    marks += fmt::format("{}={} ", step.title, name_of(step.state));
  EXPECT_EQ(marks,
            "commit=done review=done build=done provenance=missing test=done scan=missing approve=done "
            "gate=missing deploy=done run=done ");
}

TEST(Page, holds_no_script_nothing_from_elsewhere_and_no_markup_of_others) {
  Told told;
  const std::string page = page_of(told.story.compose());
  for (const std::string_view word : {"<script", "http://", "https://", "<link", "<img", "url(", "lena <"})
    EXPECT_THAT(page, Not(HasSubstr(std::string(word)))) << word;
  EXPECT_THAT(page, HasSubstr("lena &lt;&quot;é&quot;&gt;"));
  for (const std::string_view title : {"What", "How", "Where", "When", "Who"})
    EXPECT_THAT(page, HasSubstr(fmt::format("<h2>{}</h2>", title)));
}

TEST(Kinds, every_kind_and_state_has_a_word_of_its_own) {
  auto names = names_of(Kind{});
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace weir::dbom
