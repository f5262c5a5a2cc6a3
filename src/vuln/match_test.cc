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
           {"pkg:rpm/sles/x@1?distro=sles-15.5", "", "SUSE:15.5 x 1 exact"},
           {"pkg:rpm/opensuse/x@1?distro=opensuse-leap-15.5", "", "openSUSE:15.5 x 1 exact"},
           {"pkg:rpm/opensuse-tumbleweed/x@1?distro=opensuse-tumbleweed-20250101", "", "openSUSE:Tumbleweed x 1 exact"},
           {"pkg:rpm/openeuler/x@1?distro=openEuler-22.03-LTS-SP3", "", "openEuler:22.03.3 x 1 exact"},
           {"pkg:apk/alpaquita/x@1?distro=alpaquita-23", "", "Alpaquita:23 x 1 exact"},
           {"pkg:apk/alpaquita/x@1?distro=alpaquita-stream", "", "Alpaquita:stream x 1 exact"},
           {"pkg:deb/echo/x@1", "", "Echo x 1 exact"},
           {"pkg:deb/debian/x@1?distro=debian-12-bookworm", "", "Debian:12 x 1 exact"},
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

TEST(Package, an_advisory_names_its_release_in_many_ways) {
  struct Case {
    const char *ecosystem, *release;
  };
  for (const Case& each : std::initializer_list<Case>{{"Debian:12", "12"},
                                                      {"Debian", ""},
                                                      {"Ubuntu:22.04:LTS", "22.04"},
                                                      {"Ubuntu:23.10", "23.10"},
                                                      {"Ubuntu:Pro:18.04:LTS", "18.04"},
                                                      {"Alpine:v3.18", "v3.18"},
                                                      {"Rocky Linux:9", "9"},
                                                      {"Red Hat:enterprise_linux:9::baseos", "9"},
                                                      {"Red Hat:rhel_aus:8.4::appstream", "8"},
                                                      {"Red Hat:openshift:4.14::el9", "9"},
                                                      {"SUSE:Linux Enterprise Server 15 SP5", "15.5"},
                                                      {"SUSE:Linux Enterprise Server 12 SP5-LTSS", "12.5"},
                                                      {"SUSE:Linux Enterprise Micro 5.3", "5.3"},
                                                      {"openSUSE:Leap 15.5", "15.5"},
                                                      {"openSUSE:Tumbleweed", "Tumbleweed"},
                                                      {"openEuler:24.03-LTS", "24.03"},
                                                      {"openEuler:22.03-LTS-SP3", "22.03.3"}})
    EXPECT_EQ(release_of_ecosystem(each.ecosystem), each.release) << each.ecosystem;
}

TEST(Package, a_distribution_is_known_by_what_it_calls_itself) {
  struct Case {
    const char *name, *version, *ecosystem, *release;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"Debian GNU/Linux 11 (bullseye)", "", "Debian", "11"},
           {"Distroless - Debian GNU/Linux 9 (stretch)", "", "Debian", "9"},
           {"Alpine Linux v3.16", "", "Alpine", "v3.16"},
           {"Ubuntu 22.04.1 LTS", "", "Ubuntu", "22.04"},
           {"SUSE Linux Enterprise Server 15 SP3", "", "SUSE", "15.3"},
           {"openSUSE Leap 15.4", "", "openSUSE", "15.4"},
           {"Red Hat Enterprise Linux Server 7.9 (Maipo)", "", "Red Hat", "7"},
           {"AlmaLinux", "9.3", "AlmaLinux", "9"},
           {"wolfi", "20230201", "Wolfi", ""}}) {
    const auto release = release_in({.items = {}, .system = {each.name, each.version}});
    ASSERT_TRUE(release) << each.name;
    EXPECT_EQ(release->ecosystem, each.ecosystem) << each.name;
    EXPECT_EQ(release->release, each.release) << each.name;
  }
  EXPECT_FALSE(release_in({.items = {}, .system = {"Windows", "11"}}));
}

TEST(Match, a_component_without_purl_is_matched_by_name_in_the_ecosystem_of_its_document) {
  const AdvisorySet set = set_of({advisory("A", "Debian:11", "zlib", "2"), advisory("B", "Debian:12", "zlib", "2"),
                                  advisory("C", "npm", "left", "2.0.0"), advisory("D", "Maven", "g:a", "2")});
  const auto found = [&](evidence::Inventory bill) {
    std::string text;
    for (const Finding& each : match(bill, set).findings)
      text += each.purl + " " + each.advisory + " " + std::string(name_of(each.scope)) + ";";
    return text;
  };
  const evidence::OperatingSystem debian{"debian", "11.6"};
  EXPECT_EQ(found({.items = {{"zlib", "1", ""}}, .system = debian}), "zlib@1 A inferred;");
  EXPECT_EQ(found({.items = {{"zlib1g", "1", "", "zlib@1"}}, .system = debian}), "zlib1g@1 A inferred;");
  EXPECT_EQ(found({.items = {{"zlib", "", ""}, {"other", "1", ""}}, .system = debian}), "");
  EXPECT_EQ(found({.items = {{"x", "1", "pkg:npm/x@1"}, {"left", "1.0.0", ""}}}), "left@1.0.0 C inferred;");
  EXPECT_EQ(found({.items = {{"x", "1", "pkg:maven/g/x@1"}, {"g/a", "1", ""}}}), "g/a@1 D inferred;");
  EXPECT_EQ(found({.items = {{"x", "1", "pkg:npm/x@1"}, {"y", "1", "pkg:gem/y@1"}, {"left", "1.0.0", ""}}}), "");
  EXPECT_EQ(found({.items = {{"left", "1.0.0", ""}}}), "");
  // What a package manager told of is not told again by the program in it.
  EXPECT_EQ(found({.items = {{"zlib", "3", "pkg:deb/debian/zlib@3"}, {"zlib", "1", ""}}, .system = debian}), "");
}

TEST(Match, a_swift_package_is_found_however_its_url_is_written) {
  const AdvisorySet set = set_of({advisory("A", "SwiftURL", "https://github.com/apple/swift-nio.git", "2.0.0"),
                                  advisory("B", "SwiftURL", "github.com/Apple/swift-nio", "2.0.0")});
  EXPECT_EQ(match({.items = {{"", "", "pkg:swift/github.com/apple/swift-nio@1.0.0"}}}, set).findings.size(), 2u);
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
