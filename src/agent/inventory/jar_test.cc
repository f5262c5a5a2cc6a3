#include "agent/inventory/jar.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "agent/inventory/bounds.h"
#include "agent/inventory/zip_for_test.h"
#include "agent/processes/fd.h"
#include "crypto/digest.h"
#include "support/scratch_directory.h"

namespace weir::agent {
namespace {

using test::pom;
using test::pom_path;
using test::ZipMaker;
using testing::ElementsAre;
using testing::HasSubstr;

class Jar : public testing::Test {
 protected:
  Result<JarContents> read(const std::string& bytes, const std::string& name) {
    const std::string path = scratch_.write(name, bytes);
    const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return read_jar(file.number(), bytes.size(), name, scratch_.path());
  }
  // "group:name:version place", one a component.
  std::vector<std::string> told(const std::string& bytes, const std::string& name) {
    const auto contents = read(bytes, name);
    std::vector<std::string> lines;
    if (!contents.ok()) return {contents.error().message};
    for (const JarComponent& each : contents->components)
      lines.push_back(each.group + ":" + each.name + ":" + each.version + " " + each.place);
    return lines;
  }
  std::size_t files_left() const {
    const auto files = std::filesystem::directory_iterator(scratch_.path());
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }
  weir::test::ScratchDirectory scratch_;
};

std::string log4j() {
  return ZipMaker()
      .add(pom_path("org.apache.logging.log4j", "log4j-core"),
           pom("org.apache.logging.log4j", "log4j-core", "2.14.1"))
      .make();
}

TEST_F(Jar, is_named_by_the_properties_maven_left) {
  EXPECT_THAT(told(log4j(), "log4j-core-2.14.1.jar"),
              ElementsAre("org.apache.logging.log4j:log4j-core:2.14.1 "));
  EXPECT_THAT(told(log4j(), "renamed.jar"), ElementsAre("org.apache.logging.log4j:log4j-core:2.14.1 "));
  EXPECT_EQ(read(log4j(), "a.jar")->components[0].digest, crypto::sha256(log4j()));
}

TEST_F(Jar, what_was_folded_into_it_is_told_beside_it) {
  const std::string shaded =
      ZipMaker()
          .add(pom_path("com.acme", "shop"), pom("com.acme", "shop", "1.0"))
          .add(pom_path("com.google.guava", "guava"), pom("com.google.guava", "guava", "30.0-jre"), true)
          .make();
  EXPECT_THAT(told(shaded, "shop-1.0.jar"),
              ElementsAre("com.acme:shop:1.0 ", "com.google.guava:guava:30.0-jre "));
  const auto contents = read(shaded, "shop-1.0.jar");
  EXPECT_TRUE(contents->components[0].digest);
  EXPECT_FALSE(contents->components[1].digest) << "it has no bytes of its own";
}

TEST_F(Jar, without_maven_the_manifest_names_it_and_then_its_file) {
  const std::string manifest =
      "Manifest-Version: 1.0\r\nImplementation-Vendor-Id: org.postgr\r\n esql\r\nImplementation-Version: "
      "42.2.5\r\n\r\n"
      "Name: other\r\nImplementation-Version: 9\r\n";
  EXPECT_THAT(told(ZipMaker().add("META-INF/MANIFEST.MF", manifest).make(), "postgresql.jar"),
              ElementsAre("org.postgresql:postgresql:42.2.5 "));
  const std::string bundle = "Bundle-SymbolicName: org.acme.tools;singleton:=true\nBundle-Version: 3.1\n";
  EXPECT_THAT(told(ZipMaker().add("META-INF/MANIFEST.MF", bundle).make(), "tools.jar"),
              ElementsAre("org.acme:tools:3.1 "));
  EXPECT_THAT(told(ZipMaker().add("A.class", "x").make(), "commons-io-2.11.0.jar"),
              ElementsAre(":commons-io:2.11.0 "));
}

TEST_F(Jar, archives_within_it_are_told_at_any_depth_stored_or_compressed) {
  const std::string inner = ZipMaker().add("lib/log4j-core-2.14.1.jar", log4j(), true).make();
  const std::string outer = ZipMaker().add("WEB-INF/lib/inner.war", inner).add("readme.txt", "no").make();
  EXPECT_THAT(told(outer, "app.ear"), ElementsAre(":app: ", ":inner: !/WEB-INF/lib/inner.war",
                                                  "org.apache.logging.log4j:log4j-core:2.14.1 "
                                                  "!/WEB-INF/lib/inner.war!/lib/log4j-core-2.14.1.jar"));
  EXPECT_EQ(read(outer, "app.ear")->components[2].digest, crypto::sha256(log4j()));
  EXPECT_EQ(files_left(), 1u) << "what was unpacked has no name";
}

TEST_F(Jar, a_shell_script_before_the_archive_shifts_it) {
  EXPECT_THAT(told("#!/bin/sh\nexec java -jar \"$0\"\n" + log4j(), "app.jar"),
              ElementsAre("org.apache.logging.log4j:log4j-core:2.14.1 "));
}

TEST_F(Jar, a_template_that_was_never_filled_in_names_nothing) {
  const std::string bytes =
      ZipMaker().add(pom_path("a", "b"), pom("${project.groupId}", "b", "${project.version}")).make();
  EXPECT_THAT(told(bytes, "b-1.2.jar"), ElementsAre(":b:1.2 "));
}

TEST_F(Jar, what_is_cut_off_anywhere_is_an_error_or_less_and_never_more) {
  const std::string whole = ZipMaker().add("lib/log4j-core-2.14.1.jar", log4j(), true).add("x", "y").make();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto contents = read(whole.substr(0, size), "a.jar");
    EXPECT_FALSE(contents.ok()) << size << " of " << whole.size();
  }
}

TEST_F(Jar, any_byte_of_it_may_be_wrong) {
  const std::string whole =
      ZipMaker().add("lib/log4j-core-2.14.1.jar", log4j(), true).add("b.jar", log4j()).make();
  std::size_t read_anyway = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
    const auto contents = read(damaged, "a.jar");
    if (!contents.ok()) continue;
    ++read_anyway;
    EXPECT_LE(contents->components.size(), 3u) << at;
  }
  EXPECT_GT(read_anyway, whole.size() / 2);
}

TEST_F(Jar, a_damaged_archive_within_it_costs_only_itself) {
  const std::string outer = ZipMaker().add("a.jar", "no archive at all").add("b.jar", log4j()).make();
  EXPECT_THAT(told(outer, "app.jar"),
              ElementsAre(":app: ", "org.apache.logging.log4j:log4j-core:2.14.1 !/b.jar"));
  EXPECT_THAT(read(outer, "app.jar")->damage, HasSubstr("!/a.jar"));
}

TEST_F(Jar, nesting_ends_at_its_bound) {
  std::string bytes = log4j();
  for (int i = 0; i < 40; ++i) bytes = ZipMaker().add("inner.jar", bytes).make();
  const auto contents = read(bytes, "outer.jar");
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(contents->components.size(), static_cast<std::size_t>(inventory::nesting_max) + 1);
  EXPECT_TRUE(contents->cut);
}

TEST_F(Jar, a_bomb_within_it_is_left_at_its_bound) {
  const std::string zeros(inventory::text_entry_bytes_max + 1, '0');
  const std::string bomb = ZipMaker().add(pom_path("a", "b"), pom("a", "b", "1") + zeros, true).make();
  const auto contents = read(bomb, "b-2.jar");
  ASSERT_TRUE(contents.ok());
  EXPECT_TRUE(contents->cut);
  EXPECT_EQ(contents->components[0].version, "2") << "by its name, since the properties were too large";
  // The entry says that it is small: what counts is what comes out.
  const std::string liar = ZipMaker().add(pom_path("a", "b"), pom("a", "b", "1") + zeros, true).make(8);
  EXPECT_TRUE(read(liar, "b-2.jar")->cut);
  const std::string nested_bomb =
      ZipMaker().add("zeros.jar", std::string(inventory::inflated_archive_bytes_max + 1, '\0'), true).make();
  const auto left = read(nested_bomb, "n.jar");
  ASSERT_TRUE(left.ok());
  EXPECT_TRUE(left->cut);
  EXPECT_EQ(left->components.size(), 1u);
}

TEST_F(Jar, entries_that_share_their_bytes_are_not_read_without_end) {
  // 400 names for the same 8 MiB: hashing all of them would be 3 GiB.
  const std::string big = ZipMaker().add("zeros", std::string(8 << 20, '\0')).make();
  std::string once = ZipMaker().add("a.jar", big).make();
  std::string directory, entry;
  const std::size_t directory_at = once.size() - 22 - 46 - 5;
  entry = once.substr(directory_at, 46 + 5);
  for (int i = 0; i < 400; ++i) directory += entry;
  const std::string bomb = once.substr(0, directory_at) + directory + ZipMaker::number(0x06054b50, 4) +
                           ZipMaker::number(0, 4) + ZipMaker::number(400, 2) + ZipMaker::number(400, 2) +
                           ZipMaker::number(directory.size(), 4) + ZipMaker::number(directory_at, 4) +
                           ZipMaker::number(0, 2);
  const auto contents = read(bomb, "bomb.jar");
  ASSERT_TRUE(contents.ok());
  EXPECT_TRUE(contents->cut);
}

TEST_F(Jar, absurd_counts_and_places_are_refused) {
  const std::string end = ZipMaker::number(0x06054b50, 4) + ZipMaker::number(0, 4);
  const auto tail = [&](std::uint64_t entries, std::uint64_t size, std::uint64_t at) {
    return end + ZipMaker::number(entries, 2) + ZipMaker::number(entries, 2) + ZipMaker::number(size, 4) +
           ZipMaker::number(at, 4) + ZipMaker::number(0, 2);
  };
  EXPECT_FALSE(read(tail(1, 0xfffffff0, 0), "a.jar").ok());
  EXPECT_FALSE(read(tail(1, 0, 0xfffffff0), "a.jar").ok());
  EXPECT_THAT(read(tail(3, 0, 0), "a.jar")->damage, HasSubstr("directory is damaged"));
  EXPECT_FALSE(read("", "a.jar").ok());
}

TEST(JarName, parts) {
  EXPECT_EQ(split_jar_name("log4j-core-2.14.1.jar").name, "log4j-core");
  EXPECT_EQ(split_jar_name("log4j-core-2.14.1.jar").version, "2.14.1");
  EXPECT_EQ(split_jar_name("h2.jar").version, "");
  EXPECT_EQ(split_jar_name("-1.jar").name, "-1");
  EXPECT_TRUE(is_jar_name("/a/B.WAR"));
  EXPECT_FALSE(is_jar_name(".jar"));
  EXPECT_FALSE(is_jar_name("a.jar.bak"));
}

}  // namespace
}  // namespace weir::agent
