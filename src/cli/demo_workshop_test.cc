#include "cli/demo_workshop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "artifact/fingerprint.h"
#include "cli/child.h"
#include "format/json.h"
#include "support/scratch_directory.h"

namespace weir::cli {
namespace {

using testing::HasSubstr;

Sha256 digest_of(const std::string& path) { return artifact::fingerprint_file(path).value(); }

TEST(DemoWorkshop, builds_new_content_each_time_from_a_real_commit) {
  const test::ScratchDirectory scratch;
  const Workshop one = build_workshop(scratch.path()).value();
  const Workshop two = build_workshop(scratch.path()).value();
  EXPECT_EQ(output_of({"git", "cat-file", "-t", one.commit}, one.directory).value(), "commit");
  EXPECT_EQ(output_of({"git", "status", "--porcelain", "--untracked-files=no"}, one.directory).value(), "");
  EXPECT_NE(digest_of(one.program), digest_of(two.program));
  EXPECT_NE(digest_of(one.program), digest_of(build_unreviewed(one).value()));
}

TEST(DemoWorkshop, its_tests_really_run_and_say_so_in_junit) {
  const test::ScratchDirectory scratch;
  const Workshop shop = build_workshop(scratch.path()).value();
  const std::string junit = run_tests(shop).value();
  EXPECT_THAT(junit, HasSubstr("<testcase name=\"greets by name\"></testcase>"));
  EXPECT_THAT(junit, HasSubstr(shop.word));
  EXPECT_EQ(junit.find("failure"), std::string::npos);
}

TEST(DemoWorkshop, the_bill_names_what_was_linked) {
  const test::ScratchDirectory scratch;
  const Workshop shop = build_workshop(scratch.path()).value();
  const format::Json bill = format::parse_json(bill_of_materials(shop).value()).value();
  EXPECT_EQ(bill.text("bomFormat"), "CycloneDX");
  EXPECT_EQ(bill.items("components").front().text("version"), shop.commit);
}

TEST(DemoWorkshop, the_root_file_system_holds_nothing_but_the_program) {
  const test::ScratchDirectory scratch;
  const Workshop shop = build_workshop(scratch.path()).value();
  EXPECT_EQ(output_of({"tar", "-tf", pack_root(shop).value()}, shop.directory).value(), "greeter");
}

TEST(DemoWorkshop, a_directory_that_is_not_there_is_an_error) { EXPECT_FALSE(build_workshop("/no/such").ok()); }

}  // namespace
}  // namespace weir::cli
