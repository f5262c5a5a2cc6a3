#include "artifact/kosli_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "artifact/fingerprint.h"
#include "artifact/glob.h"
#include "support/scratch_directory.h"

namespace weir::artifact {
namespace {

using test::ScratchDirectory;
using Files =
    std::vector<std::pair<std::string, std::string>>;  // path and content; "dir/" and "link>target" too

std::string kosli(const Files& files, std::vector<std::string> excludes = {}) {
  ScratchDirectory scratch;
  for (const auto& [path, content] : files) {
    if (path.ends_with('/')) scratch.make_directory(path);
    else if (const auto arrow = path.find('>'); arrow != path.npos)
      scratch.link(path.substr(0, arrow), path.substr(arrow + 1));
    else scratch.write(path, content);
  }
  const auto digest =
      fingerprint_directory(scratch.path(), {.tree_rule = TreeRule::kosli, .excludes = excludes});
  return digest.ok() ? to_hex(*digest) : digest.error().message;
}

const Files nested{{"sample.yaml", "some content. And some more."},
                   {"nested-dir/file1", "content1"},
                   {"nested-dir/file2", "content2"}};
Files nested_and(const Files& more) {
  Files all = nested;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
constexpr auto nested_digest = "5d3c17dae9e208bbb92ee04ff8342abf77cb0959764def4af3ccfe9a2109d4a7";

}  // namespace

// The digests of these tests are the ones the Kosli command line's own tests expect, but for the collision.
TEST(KosliTree, published_vectors_are_reproduced) {
  EXPECT_EQ(kosli({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(kosli({{"file.extra", "this is known extra content"}}),
            "c71f5baef8cce289c9b7c971cf219e21b787a025af68ad6539b82634fe62819e");
  EXPECT_EQ(kosli({{"sample.txt", "some content."}}),
            "388ab80164bbd9d96f132b046b8d09354f68b79a3668da7b507625cd1230dddf");
  EXPECT_EQ(kosli({{"sample.yaml", "some content. And some more."}}),
            "c38fbc1a99dad628142d0b7e2e05901362623d2b81e316d2cf650b08e93e0cef");
  EXPECT_EQ(kosli(nested), nested_digest);
  EXPECT_EQ(kosli({{"sample.yaml", "some content. And some more."},
                   {"nested-dir2/file1", "content1"},
                   {"nested-dir2/file2", "content2"}}),
            "db40d79b3a15b17ee9fcc2f49aa73736e0073de6b5a35c459268bb9a31e55139");
}

TEST(KosliTree, links_to_directories_count_by_their_target_and_links_to_files_by_content) {
  const Files common{{"a/b/bob.txt", "bob\n"},
                     {"a/b/c/d/dorris.txt", "dorris\n"},
                     {"a/b/point-to-dorris>c/d/dorris.txt", ""}};
  Files first = common, second = common;
  first.push_back({"a/b/c/point-to-dir>../../../a", ""});
  second.push_back({"a/b/c/point-to-dir>../../b", ""});
  EXPECT_EQ(kosli(first), "1c0740265b38509fb9ce7babf00d7eb57e7e08b59dad8be66897c1ebb5b36409");
  EXPECT_EQ(kosli(second), "2a5fe76bc616a97b2ff6f30f46380f1230b98a58df8aec6e96c1fb0e03b41fd9");
}

TEST(KosliTree, two_different_trees_collide_there_and_not_in_ours) {
  const Files below{{"a/b", "X"}}, beside{{"a/", ""}, {"b", "X"}};
  EXPECT_EQ(kosli(below), "a35d6bcb61cf55977d81a4fd7a3ca0c4fcc4c26b4cbe3aa9196d0e9cbbc16825");
  EXPECT_EQ(kosli(below), kosli(beside));
}

TEST(KosliTree, excludes_leave_out_what_they_name) {
  EXPECT_EQ(kosli(nested_and({{"logs/file1", "content1"}}), {"logs"}), nested_digest);
  EXPECT_EQ(kosli(nested_and({{"logs/file1", "content1"}}), {"logs", "nested-dir/file1"}),
            "2acbc9efc1f86f89086a9539244946839599b3639da7f4959744c20234cb4f40");
  EXPECT_EQ(kosli(nested_and({{"logs/file1", "content1"}, {"nested-dir/logs/log.txt", "this is a log"}}),
                  {"logs", "*/logs"}),
            nested_digest);
  EXPECT_EQ(kosli(nested_and({{"x.log", "1"}, {"nested-dir/deep/y.log", "2"}}), {"*.log", "nested-dir/deep"}),
            nested_digest);
  EXPECT_EQ(kosli(nested_and({{"x.log", "1"}, {"nested-dir/y.log", "2"}}), {"**/*.log"}), nested_digest);
}

TEST(KosliTree, an_ignore_file_counts_itself) {
  const Files ignored = nested_and({{".kosli_ignore", "logs\n*/logs"}});
  constexpr auto digest = "4048004ce6f91e8ce27c35e5e857948a46750567cf7c873ee32b120f4318363c";
  EXPECT_EQ(kosli(ignored), digest);
  Files with_logs = ignored;
  with_logs.push_back({"nested-dir/logs/log.txt", "this is a log"});
  with_logs.push_back({"logs/file1", "content1"});
  EXPECT_EQ(kosli(with_logs), digest);
  EXPECT_EQ(kosli({{".kosli_ignore", "folder2\n"},
                   {"folder2/hello2.txt", "hello2"},
                   {"folder2/hello3.txt", "hello3"},
                   {"hello.txt", "Hello, world! Again!"}}),
            "038897ea5334462098d65125380d58a493671fb3b8bdbbee1e75ec8bd4a65c23");
}

TEST(KosliTree, ignore_files_have_comments_and_blanks) {
  EXPECT_EQ(parse_kosli_ignore("logs\n# a line comment\r\n   \n\t\n*/logs # an end of line comment"),
            (std::vector<std::string>{"logs", "*/logs"}));
  EXPECT_TRUE(parse_kosli_ignore("").empty());
}

TEST(KosliTree, dangling_links_and_pipes_are_refused_unless_excluded) {
  EXPECT_NE(kosli({{"l>nowhere", ""}}).find("No such file"), std::string::npos);
  EXPECT_EQ(kosli({{"l>nowhere", ""}}, {"l"}), kosli({}));
  ScratchDirectory scratch;
  ASSERT_EQ(mkfifo(scratch.path("p").c_str(), 0600), 0);
  EXPECT_FALSE(fingerprint_directory(scratch.path(), {.tree_rule = TreeRule::kosli}).ok());
  EXPECT_TRUE(fingerprint_directory(scratch.path(), {.tree_rule = TreeRule::kosli, .excludes = {"p"}}).ok());
}

TEST(Glob, names_match_as_in_go) {
  struct Case { const char *pattern, *name; bool matches; };
  // Cases of Go's path/filepath match test, without separators in names.
  for (const Case& c : {Case{"abc", "abc", true},
                        {"*", "abc", true},
                        {"*c", "abc", true},
                        {"a*", "a", true},
                        {"a*", "abc", true},
                        {"a*b*c*d*e*", "axbxcxdxe", true},
                        {"a*b*c*d*e*f", "axbxcxdxexxxf", true},
                        {"a*b?c*x", "abxbbxdbxebxczzx", true},
                        {"a*b?c*x", "abxbbxdbxebxczzy", false},
                        {"ab[c]", "abc", true},
                        {"ab[b-d]", "abc", true},
                        {"ab[e-g]", "abc", false},
                        {"ab[^c]", "abc", false},
                        {"ab[^b-d]", "abc", false},
                        {"ab[^e-g]", "abc", true},
                        {"a\\*b", "a*b", true},
                        {"a\\*b", "ab", false},
                        {"a?b",
                         "a\xe2\x98\xba"
                         "b",
                         true},
                        {"a[^a]b",
                         "a\xe2\x98\xba"
                         "b",
                         true},
                        {"a???b",
                         "a\xe2\x98\xba"
                         "b",
                         false},
                        {"a[^a][^a][^a]b",
                         "a\xe2\x98\xba"
                         "b",
                         false},
                        {"[a-\xce\xb6]*", "\xce\xb1", true},
                        {"*[a-\xce\xb6]", "A", false},
                        {"[\\]a]", "]", true},
                        {"[\\-]", "-", true},
                        {"[x\\-]", "x", true},
                        {"[x\\-]", "z", false},
                        {"*x", "xxx", true}})
    EXPECT_EQ(glob_matches(c.pattern, c.name), c.matches) << c.pattern << " " << c.name;
  for (const char* bad :
       {"[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[", "[^", "[^bc", "a[", "\\", "[a-b-d]", "x/[a"})
    EXPECT_FALSE(check_glob(bad).ok()) << bad;
}

TEST(Glob, many_stars_do_not_take_forever) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(4000, 'a')));
}

TEST(Glob, what_leaves_the_root_names_nothing_and_bad_patterns_are_errors) {
  EXPECT_EQ(kosli(nested, {"../*", "../../etc"}), nested_digest);
  EXPECT_EQ(kosli(nested, {"./none/../sample.yaml"}), kosli({nested[1], nested[2]}));
  EXPECT_NE(kosli(nested, {"[a"}).find("no well-formed pattern"), std::string::npos);
}

}  // namespace weir::artifact
