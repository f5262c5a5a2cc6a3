#include <gtest/gtest.h>

#include "cli/session_test_support.h"
#include "format/json.h"
#include "support/scratch_directory.h"

namespace weir::cli {
namespace {

TEST(OpenapiDiff, says_what_breaks_and_fails_only_when_it_is_asked_to_check) {
  const test::ScratchDirectory scratch;
  const std::string old =
      scratch.write("old.json", R"({"openapi":"3.1.0","paths":{"/a":{"get":{}},"/b":{"get":{}}}})");
  const std::string fresh =
      scratch.write("new.yaml", "openapi: 3.0.3\npaths:\n  /a:\n    get: {}\n  /c:\n    post: {}\n");
  CommandLine line;
  const Finished shown = line.run({"openapi", "diff", old, fresh});
  EXPECT_EQ(shown.exit, 0) << shown.err;
  EXPECT_NE(shown.out.find("1 operations added, 1 removed, 0 changed; 1 break callers"), std::string::npos)
      << shown.out;
  EXPECT_NE(shown.out.find("is new; nobody is asked who he is"), std::string::npos) << shown.out;
  EXPECT_EQ(line.run({"openapi", "diff", old, fresh, "--check"}).exit, 1);
  EXPECT_EQ(line.run({"openapi", "diff", old, old, "--check"}).exit, 0);
  const auto json = format::parse_json(line.run({"openapi", "diff", old, fresh, "--output", "json"}).out);
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->items("removed").at(0), format::Json("GET /b"));
  EXPECT_EQ(line.run({"openapi", "diff", old, scratch.write("x", "{}")}).exit, 2);
}

}  // namespace
}  // namespace weir::cli
