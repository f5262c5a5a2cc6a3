#include "vuln/match.h"

#include <gtest/gtest.h>

#include "support/corpus.h"

namespace weir::vuln {
namespace {

Package package(std::string_view purl, std::string_view source = "", std::optional<Release> document = {}) {
  const auto parsed = format::parse_purl(purl, format::PurlReading::tolerant);
  EXPECT_TRUE(parsed.ok()) << purl;
  const auto found = package_of(*parsed, source, document);
  return found.value_or(Package{});
}

std::string described(const Package& package) {
  std::string text = package.ecosystem + (package.release.empty() ? "" : ":" + package.release);
  for (const std::string& name : package.names) text += " " + name;
  return text + " " + package.version + " " + std::string(name_of(package.scope));
}

Advisory advisory(const std::string& id, const std::string& ecosystem, const std::string& name,
                  const std::string& fixed) {
  Advisory made{.id = id, .aliases = {"CVE-" + id}};
  made.affected = {{.ecosystem = ecosystem,
                    .name = name,
                    .ranges = {{.type = Range::Type::ecosystem,
                                .events = {{Event::Kind::introduced, "0"}, {Event::Kind::fixed, fixed}}}}}};
  return made;
}

AdvisorySet set_of(std::vector<Advisory> advisories) {
  AdvisorySet set;
  for (Advisory& each : advisories) set.add(std::move(each));
  set.index();
  return set;
}

}  // namespace

TEST(Package, a_purl_names_the_package_as_advisories_do) {
  struct Case {
    const char *purl, *source, *expected;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"pkg:npm/%40a/b@1.0", "", "npm @a/b 1.0 exact"},
           {"pkg:maven/g/a@1?type=jar", "", "Maven g:a 1 exact"},
           {"pkg:golang/github.com/a/b@v1.2.3#v2", "", "Go github.com/a/b/v2 github.com/a/b v1.2.3 exact"},
           {"pkg:golang/stdlib@1.19", "", "Go stdlib 1.19 exact"},
           {"pkg:golang/a/b@%28devel%29", "", "Go a/b  exact"},
           {"pkg:deb/debian/libc6@2.31-13?arch=amd64&distro=debian-11.6&upstream=glibc%402.31-13", "",
            "Debian:11 glibc 2.31-13 exact"},
           {"pkg:deb/debian/libc6@2.31-13?distro=bookworm", "built package from: glibc 2.36-9",
            "Debian:12 glibc 2.36-9 exact"},
           {"pkg:deb/ubuntu/bash@5.0?distro=jammy", "", "Ubuntu:22.04 bash 5.0 exact"},
           {"pkg:deb/debian/bash@5.0", "", "Debian bash 5.0 unscoped"},
           {"pkg:apk/alpine/ssl@3.0-r0?distro=3.16.2&upstream=openssl", "",
            "Alpine:v3.16 openssl 3.0-r0 exact"},
           {"pkg:apk/wolfi/bash@5-r0", "", "Wolfi bash 5-r0 exact"},
           {"pkg:rpm/almalinux/bash-doc@4.4-1.el8?epoch=1&upstream=bash-4.4-1.el8.src.rpm", "",
            "AlmaLinux:8 bash bash-doc 1:4.4-1.el8 inferred"},
           {"pkg:rpm/amzn/x@1?distro=amazon-2%20%28Karoo%29", "", "Amazon Linux:2 x 1 exact"},
           {"pkg:docker/library/debian@12", "", "  exact"}})
    EXPECT_EQ(described(package(each.purl, each.source)), each.expected) << each.purl;
}

TEST(Package, a_release_the_component_does_not_say_is_taken_from_the_document) {
  EXPECT_EQ(described(package("pkg:deb/debian/bash@5.0", "", Release{"Debian", "12"})),
            "Debian:12 bash 5.0 inferred");
  EXPECT_EQ(described(package("pkg:deb/ubuntu/bash@5.0", "", Release{"Debian", "12"})),
            "Ubuntu bash 5.0 unscoped");
  EXPECT_EQ(release_in({.items = {}, .system = {"debian", "12.4"}})->release, "12");
  EXPECT_EQ(release_in({.items = {{"x", "1", "pkg:apk/alpine/x@1?distro=alpine-3.18.4"}}})->release, "v3.18");
}

TEST(Match, only_the_release_of_the_advisory_is_affected_and_unsaid_ones_are_marked) {
  const AdvisorySet set =
      set_of({advisory("A", "Debian:12", "bash", "5.1"), advisory("B", "Debian:11", "bash", "5.1")});
  const auto scopes = [&](const char* purl) {
    std::string text;
    for (const Finding& each : match({.items = {{"", "", purl}}}, set).findings)
      text += each.advisory + " " + std::string(name_of(each.scope)) + ";";
    return text;
  };
  EXPECT_EQ(scopes("pkg:deb/debian/bash@5.0?distro=debian-12"), "A exact;");
  EXPECT_EQ(scopes("pkg:deb/debian/bash@5.0"), "A unscoped;B unscoped;");
  EXPECT_EQ(scopes("pkg:deb/debian/bash@5.1?distro=debian-12"), "");
  EXPECT_EQ(scopes("pkg:deb/debian/bash@5.0?distro=debian-10"), "");
}

TEST(Match, a_withdrawn_advisory_is_no_finding_and_the_later_record_of_an_id_counts) {
  Advisory first = advisory("A", "npm", "x", "2.0.0"), withdrawn = first;
  first.modified = "2024-01-01T00:00:00Z";
  withdrawn.modified = "2024-02-01T00:00:00Z";
  withdrawn.withdrawn = "2024-02-01T00:00:00Z";
  const evidence::Inventory bill{.items = {{"x", "1.0.0", "pkg:npm/x@1.0.0"}}};
  EXPECT_EQ(match(bill, set_of({first})).findings.size(), 1u);
  EXPECT_EQ(match(bill, set_of({first, withdrawn})).findings.size(), 0u);
  EXPECT_EQ(match(bill, set_of({withdrawn, first})).findings.size(), 0u);
}

TEST(Match, names_are_found_however_they_are_spelled_where_the_ecosystem_does_not_mind) {
  const AdvisorySet set =
      set_of({advisory("A", "PyPI", "Zope.Interface", "9"), advisory("B", "NuGet", "Json.Net", "9")});
  const evidence::Inventory bill{.items = {{"", "", "pkg:pypi/zope_interface@1"},
                                           {"", "", "pkg:nuget/JSON.NET@1"},
                                           {"", "", "not a purl"}}};
  const Scanned scanned = match(bill, set);
  EXPECT_EQ(scanned.components, 3u);
  EXPECT_EQ(scanned.findings.size(), 2u);
}

TEST(Match, a_version_that_is_none_is_affected_only_where_every_version_is) {
  Advisory without_end = advisory("B", "Go", "x", "2");
  without_end.affected[0].ranges[0].events.pop_back();
  const evidence::Inventory bill{.items = {{"x", "(devel)", "pkg:golang/x@%28devel%29"}}};
  const Scanned scanned = match(bill, set_of({advisory("A", "Go", "x", "2"), without_end}));
  ASSERT_EQ(scanned.findings.size(), 1u);
  EXPECT_EQ(scanned.findings[0].advisory, "B");
}

TEST(Match, a_component_listed_twice_is_one_finding) {
  const evidence::Inventory bill{.items = {{"x", "", "pkg:npm/x@1"}, {"x", "", "pkg:npm/x@1"}}};
  const Scanned scanned = match(bill, set_of({advisory("A", "npm", "x", "2")}));
  ASSERT_EQ(scanned.findings.size(), 1u);
  EXPECT_EQ(scanned.findings[0].fixed, "2");
  EXPECT_EQ(scanned.findings[0].aliases, std::vector<std::string>{"CVE-A"});
}

TEST(Match, every_bill_of_the_corpus_is_read_whole) {
  REQUIRE_CORPUS("sbom");
  const test::ScratchDirectory scratch;
  ASSERT_TRUE(test::unpack_corpus("sbom/containers.tar.xz", scratch));
  std::size_t bills = 0, components = 0;
  for (const auto& file : std::filesystem::directory_iterator(scratch.path())) {
    const auto inventory = evidence::read_inventory(test::read_file(file.path()));
    ASSERT_TRUE(inventory.ok()) << file.path() << ": " << inventory.error().message;
    ++bills;
    components += inventory->items.size();
  }
  EXPECT_EQ(bills, 840u);
  EXPECT_EQ(components, 163'736u);
}

}  // namespace weir::vuln
