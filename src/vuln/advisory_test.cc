#include "vuln/advisory.h"

#include <gtest/gtest.h>

#include "format/utf8.h"
#include "vuln/limits.h"
#include "vuln/match.h"

namespace weir::vuln {

TEST(Advisory, json_and_yaml_say_the_same) {
  const auto json =
      read_advisory(R"({"id":"A-1","aliases":["CVE-1"],"affected":[{"package":{"ecosystem":"PyPI",
    "name":"x"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0"}]}],"versions":["0.1"]}]})");
  const auto yaml = read_advisory(
      "id: A-1\naliases:\n- CVE-1\naffected:\n- package:\n    ecosystem: PyPI\n    name: x\n  ranges:\n"
      "  - type: ECOSYSTEM\n    events:\n    - introduced: '0'\n    - fixed: '1.0'\n  versions:\n  - "
      "'0.1'\n");
  ASSERT_TRUE(json.ok() && yaml.ok());
  for (const Advisory* each : {&*json, &*yaml}) {
    EXPECT_EQ(each->id, "A-1");
    EXPECT_EQ(each->aliases, std::vector<std::string>{"CVE-1"});
    EXPECT_EQ(each->affected.at(0).ranges.at(0).events.at(1).version, "1.0");
    EXPECT_EQ(each->affected.at(0).versions, std::vector<std::string>{"0.1"});
  }
}

TEST(Advisory, impossible_ones_are_refused_by_place) {
  const auto with_events = [](const std::string& events) {
    return R"({"id":"A","affected":[{"package":{"ecosystem":"npm","name":"x"},"ranges":[{"type":"SEMVER","events":)" +
           events + "}]}]}";
  };
  EXPECT_EQ(read_advisory("{}").error().field, "id");
  EXPECT_EQ(read_advisory(R"({"id":7})").error().field, "id");
  EXPECT_EQ(read_advisory(with_events("[]")).error().field, "affected[0].ranges[0]");
  EXPECT_EQ(read_advisory(with_events(R"([{"fixed":"1"}])")).error().field, "affected[0].ranges[0]");
  EXPECT_EQ(read_advisory(with_events(R"([{"introduced":"0","fixed":"1"}])")).error().field,
            "affected[0].ranges[0].events[0]");
  EXPECT_EQ(
      read_advisory(with_events(R"([{"introduced":"0"},{"fixed":"1"},{"last_affected":"2"}])")).error().field,
      "affected[0].ranges[0]");
  EXPECT_FALSE(read_advisory(with_events(R"([{"introduced":0}])")).ok());
  EXPECT_FALSE(read_advisory(R"({"id":"A","affected":[{"package":{"name":"x"}}]})").ok());
  EXPECT_FALSE(read_advisory(R"({"id":"A","affected":[{"ranges":[{"type":"MAGIC"}]}]})").ok());
  EXPECT_FALSE(read_advisory("[]").ok());
  EXPECT_EQ(read_advisory(std::string(17'000'000, ' ')).error().code, Errc::too_large);
}

// What an advisory says goes into entries.
TEST(Advisory, a_long_summary_is_cut_between_characters) {
  for (const std::size_t before : {4094, 4095, 4096}) {
    const auto read =
        read_advisory(R"({"id":"A","summary":")" + std::string(before, 'a') + "\u20ac\u20ac\"}");
    ASSERT_TRUE(read.ok());
    EXPECT_TRUE(format::is_utf8(read->summary)) << before;
    EXPECT_LE(read->summary.size(), advisory_text_bytes_max);
  }
}

TEST(Advisory, of_a_repository_alone_the_tags_decide) {
  const auto read = read_advisory(
      R"({"id":"OSV-1","affected":[{"ranges":[{"type":"GIT","repo":"https://github.com/Owner/Repo.git",)"
      R"("events":[{"introduced":"0"},{"fixed":"aaaa"}]}],"versions":["v1.0"]},)"
      R"({"ranges":[{"type":"GIT","repo":"https://gitlab.com/a/b","events":[{"introduced":"0"}]}],"versions":["v1"]},)"
      R"({"ranges":[{"type":"GIT","repo":"https://github.com/a/b/c","events":[{"introduced":"0"}]}],)"
      R"("versions":["v1"]}]})");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->affected[0].name, "Owner/Repo");
  EXPECT_EQ(read->affected[1].name, "");
  EXPECT_EQ(read->affected[2].name, "");
  AdvisorySet set;
  set.add(*read);
  set.index();
  const auto found = [&](const char* purl) {
    return match({.items = {{"", "", purl}}}, set).findings.size();
  };
  EXPECT_EQ(found("pkg:github/owner/repo@v1.0"), 1u);
  EXPECT_EQ(found("pkg:github/owner/repo@v1.1"), 0u);
}

}  // namespace weir::vuln
