#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "agent/inventory/documents.h"
#include "agent/inventory/dpkg_status.h"
#include "agent/inventory/os_release.h"
#include "agent/inventory/rpm_list.h"
#include "crypto/digest.h"
#include "support/scratch_directory.h"

namespace weir::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Distribution bookworm{"debian", "12"};

std::vector<std::string> told(const std::vector<InstalledPackage>& packages,
                              const Distribution& distribution) {
  std::vector<std::string> purls;
  for (const InstalledPackage& package : packages) purls.push_back(purl_of(package, distribution));
  return purls;
}

TEST(DpkgStatus, tells_what_is_there_with_its_source) {
  weir::test::ScratchDirectory root;
  root.write("var/lib/dpkg/status",
             "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\n"
             "Version: 3.0.11-1~deb12u2\nDescription: Secure\n Version: 9 of nothing\n\n"
             "Package: gcc\nStatus: hold ok unpacked\nArchitecture: amd64\nSource: gcc-defaults (1.203)\n"
             "Version: 4:12.2.0-3\n\n"
             "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\n"
             "Package: unsaid\nVersion: 1\n\n"
             "Package: noversion\nStatus: install ok installed\n\n"
             "Package: bash\nStatus: install ok half-configured\nArchitecture: amd64\nVersion: "
             "5.2.15-2+b2\nSource: bash (5.2.15-2)");
  const auto packages = read_dpkg(root.path());
  ASSERT_TRUE(packages.ok());
  EXPECT_THAT(
      told(*packages, bookworm),
      ElementsAre("pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl",
                  "pkg:deb/debian/gcc@4:12.2.0-3?arch=amd64&distro=debian-12&upstream=gcc-defaults%401.203",
                  "pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12&upstream=bash%405.2.15-2"));
}

TEST(DpkgStatus, images_without_dpkg_keep_a_file_for_each_package) {
  weir::test::ScratchDirectory root;
  root.write("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n");
  root.write("var/lib/dpkg/status.d/base.md5sums", "Package: no\nVersion: 1\n");
  root.write("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\nArchitecture: all\n");
  const auto packages = read_dpkg(root.path());
  ASSERT_TRUE(packages.ok());
  EXPECT_EQ(packages->size(), 2u);
  EXPECT_EQ(packages->front().name, "base-files");
}

TEST(DpkgStatus, nothing_outside_the_root_is_read) {
  weir::test::ScratchDirectory root, outside;
  outside.write("status", "Package: x\nStatus: install ok installed\nVersion: 1\n");
  root.link("var/lib/dpkg/status", outside.path("status"));
  EXPECT_FALSE(read_dpkg(root.path()).ok());
  weir::test::ScratchDirectory empty;
  EXPECT_EQ(read_dpkg(empty.path()).error().code, Errc::not_found);
}

TEST(DpkgStatus, damage_costs_what_is_damaged) {
  weir::test::ScratchDirectory root;
  root.write("var/lib/dpkg/status",
             std::string("Package: a\nStatus: install ok installed\nVersion: 1\n\n\0\xff\xfe\n\n"
                         "::\n: x\nPackage: ",
                         75) +
                 std::string(100'000, 'x') +
                 "\nVersion: 1\nStatus: install ok installed\n\n"
                 "Package: b\nStatus: install ok installed\nVersion: 2\n");
  const auto packages = read_dpkg(root.path());
  ASSERT_TRUE(packages.ok());
  ASSERT_EQ(packages->size(), 3u);
  EXPECT_EQ(packages->back().name, "b");
  const Survey survey = survey_of_packages(*packages, bookworm, {});
  EXPECT_EQ(survey.claim.components, 2) << "a name of 4096 letters is none";
}

TEST(DpkgStatus, the_stamp_moves_with_the_database_alone) {
  weir::test::ScratchDirectory root;
  const std::string before = dpkg_stamp(root.path());
  root.write("var/lib/dpkg/status", "x");
  const std::string written = dpkg_stamp(root.path());
  EXPECT_NE(before, written);
  root.write("var/lib/other", "x");
  EXPECT_EQ(dpkg_stamp(root.path()), written);
}

TEST(RpmLines, tell_epoch_release_and_source) {
  const auto packages = parse_rpm_lines(
      "openssl-libs\x1f"
      "1\x1f"
      "3.0.7-27.el9\x1fx86_64\x1fopenssl-3.0.7-27.el9.src.rpm\x1f.\n"
      "bash\x1f(none)\x1f"
      "5.1.8-9.el9\x1fx86_64\x1f"
      "bash-5.1.8-9.el9.src.rpm\x1f.\n"
      "gpg-pubkey\x1f(none)\x1f"
      "1-2\x1f(none)\x1f(none)\x1f.\n"
      "cut\x1f(none)\x1f"
      "1-1\x1fnoarch\x1f"
      "cut-1-1.s");
  EXPECT_THAT(
      told(packages, {"rhel", "9.4"}),
      ElementsAre(
          "pkg:rpm/redhat/openssl-libs@3.0.7-27.el9?arch=x86_64&distro=rhel-9.4&epoch=1&upstream=openssl",
          "pkg:rpm/redhat/bash@5.1.8-9.el9?arch=x86_64&distro=rhel-9.4"));
}

TEST(Rpm, is_asked_for_a_root_that_has_a_database_and_only_then) {
  weir::test::ScratchDirectory root;
  const std::string program =
      root.write("rpm",
                 "#!/bin/sh\n[ \"$1 $2 $3 $5\" = '--dbpath /var/lib/rpm --root -qa' ] || exit 1\n"
                 "printf 'zlib\\037(none)\\0371.2-3\\037x86_64\\037zlib-1.2-3.src.rpm\\037.\\n'\n");
  chmod(program.c_str(), 0755);
  EXPECT_EQ(read_rpm(root.path(), program).error().code, Errc::not_found);
  root.write("var/lib/rpm/rpmdb.sqlite", "x");
  const auto packages = read_rpm(root.path(), program);
  ASSERT_TRUE(packages.ok()) << packages.error().message;
  ASSERT_EQ(packages->size(), 1u);
  EXPECT_EQ(packages->front().name, "zlib");
  EXPECT_EQ(read_rpm(root.path(), root.path("absent")).error().code, Errc::unavailable);
  const std::string failing = root.write("failing", "#!/bin/sh\nexit 3\n");
  chmod(failing.c_str(), 0755);
  EXPECT_EQ(read_rpm(root.path(), failing).error().code, Errc::unavailable);
}

TEST(OsRelease, is_read_with_quotes_and_without) {
  EXPECT_EQ(parse_os_release("NAME=x\nID=debian\nVERSION_ID=\"12\"\n"), bookworm);
  EXPECT_EQ(parse_os_release("ID='rocky'\r\nVERSION_ID=9\\.4"), (Distribution{"rocky", "9.4"}));
  EXPECT_EQ(parse_os_release("ID=debian\n"), (Distribution{"debian", "sid"}));
  EXPECT_EQ(parse_os_release("\"ID=\n=\n"), Distribution{});
}

std::vector<InstalledPackage> many(int count) {
  std::vector<InstalledPackage> packages;
  for (int i = 0; i < count; ++i)
    packages.push_back(
        {.name = "package" + std::to_string(i), .version = "1." + std::to_string(i), .architecture = "all"});
  return packages;
}

TEST(InventoryDocuments, are_bills_that_anybody_can_read) {
  const Survey survey = survey_of_packages(many(5), bookworm, {});
  ASSERT_EQ(survey.documents.size(), 1u);
  EXPECT_EQ(survey.claim.parts[0], crypto::sha256(survey.documents[0]));
  EXPECT_EQ(survey.claim.components, 5);
  EXPECT_EQ(survey.claim.distribution, "debian-12");
  EXPECT_THAT(survey.documents[0], HasSubstr(R"("bomFormat":"CycloneDX","specVersion":"1.6")"));
}

TEST(InventoryDocuments, of_equal_hosts_are_equal_and_a_change_of_one_package_changes_one) {
  std::vector<InstalledPackage> packages = many(3000);
  const Survey first = survey_of_packages(packages, bookworm, {1});
  std::ranges::reverse(packages);
  EXPECT_EQ(survey_of_packages(packages, bookworm, {2}).claim.parts, first.claim.parts);
  EXPECT_GE(first.claim.parts.size(), 8u);
  packages[7].version = "2";
  const Survey second = survey_of_packages(packages, bookworm, {3});
  std::size_t changed = 0;
  ASSERT_EQ(first.claim.parts.size(), second.claim.parts.size());
  for (std::size_t i = 0; i < first.claim.parts.size(); ++i)
    changed += first.claim.parts[i] != second.claim.parts[i];
  EXPECT_EQ(changed, 1u);
}

TEST(InventoryDocuments, of_archives_say_where_they_lie_whatever_the_name) {
  const std::vector<JarComponent> jars{
      {.group = "org.acme",
       .name = "shop",
       .version = "1",
       .digest = crypto::sha256("x"),
       .place = "/a\xff\"\n/s.jar"},
      {.group = "", .name = "odd", .version = "", .digest = {}, .place = ""},
      {.group = "", .name = "", .version = "3", .digest = {}, .place = "/nameless"}};
  const Survey survey = survey_of_program(jars, {"run-1"}, {});
  ASSERT_EQ(survey.documents.size(), 1u);
  EXPECT_EQ(survey.claim.components, 2);
  EXPECT_THAT(survey.documents[0], HasSubstr(R"("value":"/a\\xff\"\n/s.jar")"));
  EXPECT_THAT(survey.documents[0], HasSubstr("pkg:maven/org.acme/shop@1"));
}

}  // namespace
}  // namespace weir::agent
