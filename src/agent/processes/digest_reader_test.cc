#include "agent/processes/digest_reader.h"

#include <fcntl.h>
#include <fmt/ranges.h>

#include <set>

#include "agent/processes/processes_fixture.h"
#include "agent/processes/run_ids.h"

namespace weir::agent {
namespace {

using testing::digest_of_file;
using testing::finish;
using testing::Folder;
using testing::Life;
using testing::program_text;
using testing::spawn;
using testing::Watching;
using testing::write_text;

constexpr std::int64_t mebibyte = 1 << 20, gibibyte = 1 << 30;

// A program with a hole behind it, which takes no room.
void write_large(const std::string& path, Life life, std::int64_t bytes) {
  write_text(path, program_text(life, path));
  CHECK(truncate(path.c_str(), bytes) == 0);
}

class LargeProgram : public ::testing::Test {
 protected:
  void SetUp() override { NEED_MEANS(watching, ExecMeans::ebpf); }
  Folder folder;
  Watching watching{ProcessOptions{}};
  testing::RecordingSink& sink = watching.sink;
};

TEST_F(LargeProgram, beyond_the_bound_is_told_as_unread_and_why) {
  write_large(folder / "huge", Life::until_killed, 200 * gibibyte);
  const pid_t pid = spawn({folder / "huge"});
  const auto instance = sink.await_name(folder / "huge");
  finish(pid);
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->seen, runtime::Seen::unhashed);
  EXPECT_TRUE(instance->digests.empty());
  EXPECT_EQ(instance->seen_note, "it is larger than 4 GiB and is not read");
}

TEST_F(LargeProgram, keeps_no_other_program_waiting) {
  write_large(folder / "large", Life::until_killed, 4 * gibibyte);
  write_text(folder / "other", program_text(Life::until_killed, "other"));
  const pid_t large = spawn({folder / "large"});
  testing::await_exec(large, folder / "large");
  const pid_t other = spawn({folder / "other"});
  const auto instance = sink.await_name(folder / "other");
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->digests, std::vector{digest_of_file(folder / "other")});
  EXPECT_EQ(sink.starts_of(large), 0U) << "it was read whole before the other was told";
  finish(large);
  finish(other);
}

TEST_F(LargeProgram, is_told_with_its_digest_when_it_was_read) {
  write_large(folder / "stays", Life::until_killed, 9 * mebibyte);
  write_large(folder / "ends", Life::short_lived, 10 * mebibyte);
  const pid_t pid = spawn({folder / "stays"});
  testing::wait_for(spawn({folder / "ends"}));
  const auto stays = sink.await_name(folder / "stays"), ends = sink.await_name(folder / "ends");
  finish(pid);
  ASSERT_TRUE(stays && ends);
  EXPECT_EQ(stays->digests, std::vector{digest_of_file(folder / "stays")});
  EXPECT_EQ(stays->seen, runtime::Seen::whole);
  EXPECT_EQ(ends->digests, std::vector{digest_of_file(folder / "ends")});
  EXPECT_TRUE(ends->ended_at || sink.await_end(ends->id));
  EXPECT_EQ(stays->origin.parents.front().pid, getpid());
  EXPECT_TRUE(sink.await_end(stays->id));
}

// Programs that execute what their arguments say, each from its own place, and so themselves again.
void copy_env(const std::string& path) { std::filesystem::copy_file("/usr/bin/env", path); }

std::vector<std::string> ids_of(testing::RecordingSink& sink, pid_t pid, const std::string& name,
                                std::size_t runs) {
  std::vector<std::string> ids;
  sink.wait([&] {
    ids.clear();
    for (const runtime::Instance& instance : sink.starts)
      if (instance.origin.pid == pid && instance.name == name) ids.push_back(instance.id);
    return ids.size() >= runs;
  });
  std::ranges::sort(ids);
  return ids;
}

bool has_twins(const std::vector<std::string>& ids) { return std::ranges::adjacent_find(ids) != ids.end(); }

TEST_F(LargeProgram, that_executes_itself_while_it_is_read_has_an_id_for_each_run) {
  const std::string again = folder / "again";
  copy_env(again);
  CHECK(truncate(again.c_str(), 64 * mebibyte) == 0);
  const pid_t pid = spawn({again, again, again, again, "/usr/bin/sleep", "60"});
  const auto ids = ids_of(sink, pid, again, 4);
  finish(pid);
  EXPECT_EQ(ids.size(), 4U);
  EXPECT_FALSE(has_twins(ids)) << fmt::format("{}", fmt::join(ids, " "));
}

TEST_F(LargeProgram, ids_are_not_shared_by_runs_between_which_others_ran) {
  const std::string one = folder / "one", other = folder / "other";
  copy_env(one);
  copy_env(other);
  std::ofstream(other, std::ios::app) << "other";
  const pid_t pid = spawn({one, one, one, other, one, other, "/usr/bin/sleep", "60"});
  const auto ids = ids_of(sink, pid, one, 4);
  finish(pid);
  EXPECT_EQ(ids.size(), 4U);
  EXPECT_FALSE(has_twins(ids)) << fmt::format("{}", fmt::join(ids, " "));
}

// The second script is run by the same program a moment later.
TEST_F(LargeProgram, scripts_that_one_interpreter_runs_in_its_own_place_are_each_told) {
  const std::string first = folder / "first.sh", second = folder / "second.sh", third = folder / "third.sh";
  write_text(first, "#!/bin/sh\nexec " + second + "\n");
  write_text(second, "#!/bin/sh\nexec " + third + "\n");
  write_text(third, "#!/bin/sh\nexec sleep 60\n");
  const pid_t pid = spawn({first});
  const auto last = sink.await_name(third);
  finish(pid);
  ASSERT_TRUE(last);
  for (const std::string& script : {first, second})
    EXPECT_EQ(sink.await_name(script)->digests, std::vector{digest_of_file(script)}) << script;
}

TEST(RunIds, are_the_bare_ones_first_and_never_shared) {
  RunIds ids;
  const std::int64_t first = ids.next_run(), second = ids.next_run(), third = ids.next_run();
  EXPECT_EQ(ids.give(second, "a"), "a") << "told first";
  EXPECT_EQ(ids.give(first, "a"), "a-1");
  EXPECT_EQ(ids.give(first, "a"), "a-1") << "the same run again";
  EXPECT_EQ(ids.give(second, "a"), "a");
  EXPECT_EQ(ids.give(third, "b"), "b");
  std::set<std::string> given;
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(given.insert(ids.give(ids.next_run(), std::to_string(i % 40))).second);
}

TEST(DigestReader, reads_what_is_given_up_no_further) {
  const Folder folder;
  write_large(folder / "large", Life::short_lived, 4 * gibibyte);
  write_large(folder / "small", Life::short_lived, 8 * mebibyte);
  DigestCache cache;
  std::atomic<int> read = 0;
  DigestReader reader(cache, [&] {
    ++read;
    read.notify_all();
  });
  const auto large = open_regular(folder / "large"), small = open_regular(folder / "small");
  Readings given_up, wanted;
  EXPECT_EQ(reader.digest_of(large->number(), given_up).error().code, Errc::too_many);
  EXPECT_TRUE(given_up.is_pending() && given_up.lacks_any());
  given_up.give_up();
  EXPECT_FALSE(given_up.is_pending());
  EXPECT_EQ(reader.digest_of(large->number(), given_up).error().code, Errc::unavailable);
  EXPECT_EQ(reader.digest_of(small->number(), wanted).error().code, Errc::too_many);
  while (wanted.is_pending()) read.wait(read.load());
  EXPECT_EQ(*reader.digest_of(small->number(), wanted), digest_of_file(folder / "small"));
}

TEST(Allowance, earns_with_time_up_to_what_may_be_done_at_once) {
  Allowance allowance(100, 10);
  EXPECT_EQ(allowance.left(0), 100);
  allowance.take(100);
  EXPECT_EQ(allowance.left(0), 0);
  EXPECT_EQ(allowance.left(2'000'000'000), 20);
  EXPECT_EQ(allowance.left(2'050'000'000), 20);
  EXPECT_EQ(allowance.left(2'100'000'000), 21);
  EXPECT_EQ(allowance.left(900'000'000'000), 100);
  allowance.take(1000);
  EXPECT_EQ(allowance.left(900'000'000'000), -100);
}

}  // namespace
}  // namespace weir::agent
