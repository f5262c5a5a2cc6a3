#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cli/session_test_support.h"
#include "format/json.h"
#include "support/scratch_directory.h"

namespace weir::cli {
namespace {

constexpr const char* policy = R"(package app

deny contains msg if {
	not input.signed
	msg := "not signed"
}

deny contains "frozen" if data.frozen

helper(x) := y if {
	y := x + 1
}
)";

constexpr const char* tests = R"(package app_test

import data.app

test_denies_unsigned if "not signed" in app.deny with input as {"signed": false}

test_allows_signed if count(app.deny) == 0 with input as {"signed": true}

test_wrong if {
	print("looked at", count(app.deny))
	count(app.deny) == 7
}

todo_test_later if false
)";

}  // namespace

TEST(PolicyEval, prints_the_value_as_json) {
  const test::ScratchDirectory folder;
  const std::string file = folder.write("p.rego", policy);
  const std::string input = folder.write("i.json", R"({"signed": false})");
  const std::string data = folder.write("d.yaml", "frozen: true\n");
  Finished done = CommandLine().run({"policy", "eval", file, "--input", input, "--query", "data.app.deny"});
  EXPECT_EQ(done.out, "[\"not signed\"]\n") << done.err;
  EXPECT_EQ(done.exit, 0);
  done = CommandLine().run(
      {"policy", "eval", file, "--input", input, "--data", data, "--query", "data.app.deny", "-o", "json"});
  EXPECT_EQ(done.out, "[\"frozen\",\"not signed\"]\n") << done.err;
  done = CommandLine().run({"policy", "eval", file, "--query", "data.app.helper(2)"});
  EXPECT_EQ(done.out, "3\n") << done.err;
}

TEST(PolicyEval, undefined_is_no_and_says_so) {
  const test::ScratchDirectory folder;
  const Finished done =
      CommandLine().run({"policy", "eval", folder.write("p.rego", policy), "--query", "data.app.nothing"});
  EXPECT_EQ(done.exit, 1);
  EXPECT_EQ(done.out, "");
  EXPECT_NE(done.err.find("data.app.nothing is undefined"), std::string::npos) << done.err;
}

TEST(PolicyEval, what_is_refused_names_file_line_and_column) {
  const test::ScratchDirectory folder;
  const std::string file = folder.write("p.rego", "package p\n\nx := http.send({})\n");
  const Finished done = CommandLine().run({"policy", "eval", file, "--query", "data.p.x"});
  EXPECT_EQ(done.exit, 2);
  EXPECT_NE(done.err.find(file + ":3:"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("builtin http.send is refused: it asks the network"), std::string::npos) << done.err;
  EXPECT_EQ(CommandLine().run({"policy", "eval", "/nowhere.rego", "--query", "data"}).exit, 2);
}

TEST(PolicyTest, directories_are_walked_and_each_test_gets_a_line) {
  const test::ScratchDirectory folder;
  folder.write("p/app.rego", policy);
  folder.write("p/deep/app_test.rego", tests);
  const std::string root = folder.path("p");
  const Finished done = CommandLine().run({"policy", "test", root, "--coverage"});
  EXPECT_EQ(done.exit, 1) << done.err;
  EXPECT_NE(done.out.find("PASS data.app_test.test_denies_unsigned"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("PASS data.app_test.test_allows_signed"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("FAIL data.app_test.test_wrong"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find(": looked at 1"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("SKIP data.app_test.todo_test_later"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("app.rego, not lines 10-11"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("\n2 passed, 1 failed, 1 skipped\n"), std::string::npos) << done.out;
}

TEST(PolicyTest, machines_get_every_result) {
  const test::ScratchDirectory folder;
  const std::string file = folder.write("a.rego", "package a\n\ntest_x if true\n");
  const Finished done = CommandLine().run({"policy", "test", file, "-o", "json"});
  EXPECT_EQ(done.exit, 0) << done.err;
  const auto expected =
      fmt::format(R"({{"passed":1,"failed":0,"skipped":0,"tests":[{{"name":"data.a.test_x","file":"{}","line":3,)"
                  R"("result":"passed","message":"","prints":[]}}],"coverage":[],"rules":[]}})",
                  file);
  EXPECT_EQ(format::dump(format::parse_json(done.out).value()), expected);
  EXPECT_EQ(CommandLine().run({"policy", "test", folder.write("b.rego", "package b\n\nx := 1\n")}).exit, 2);
}

}  // namespace weir::cli
