#include "cli/child.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

namespace weir::cli {
namespace {

TEST(Child, what_was_printed_on_both_streams_and_the_code_come_back) {
  const Result<Ran> ran = run_program({"sh", "-c", "echo out; echo err >&2; exit 3"}, "/");
  ASSERT_TRUE(ran.ok());
  EXPECT_EQ(ran->code, 3);
  EXPECT_EQ(ran->output, "out\nerr\n");
}

TEST(Child, runs_in_the_directory_without_input) {
  EXPECT_EQ(output_of({"pwd"}, "/usr").value(), "/usr");
  EXPECT_EQ(output_of({"cat"}, "/").value(), "");
}

TEST(Child, words_are_never_read_by_a_shell) {
  EXPECT_EQ(output_of({"echo", "$HOME; `id`"}, "/").value(), "$HOME; `id`");
}

TEST(Child, a_failure_names_the_program_its_code_and_its_last_line) {
  const auto failed = output_of({"sh", "-c", "echo first; echo last; exit 7"}, "/");
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message, "sh ended with 7: last");
}

TEST(Child, a_program_that_a_signal_ends_has_128_and_its_number) {
  EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}, "/")->code, 128 + SIGKILL);
}

TEST(Child, a_program_that_is_not_there_is_an_error) {
  EXPECT_FALSE(run_program({"weir-no-such-program"}, "/").ok());
  EXPECT_FALSE(run_program({"true"}, "/no/such/directory").ok());
  EXPECT_FALSE(is_on_path("weir-no-such-program"));
  EXPECT_TRUE(is_on_path("sh"));
}

TEST(Child, output_beyond_the_bound_is_dropped_and_the_program_still_ends) {
  const Result<Ran> ran = run_program({"head", "-c", "3000000", "/dev/zero"}, "/");
  ASSERT_TRUE(ran.ok());
  EXPECT_EQ(ran->code, 0);
  EXPECT_LT(ran->output.size(), child_output_bytes_max + 4096);
}

TEST(Child, a_started_program_has_a_session_of_its_own_and_runs_on) {
  const Result<pid_t> child = start_program({"sleep", "60"}, "/");
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(::getsid(*child), *child);
  EXPECT_EQ(::kill(*child, SIGKILL), 0);
  EXPECT_EQ(::waitpid(*child, nullptr, 0), *child);
}

}  // namespace
}  // namespace weir::cli
