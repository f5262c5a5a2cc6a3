#include "agent/processes/digest_reader.h"

#include <fcntl.h>

#include "agent/processes/processes_fixture.h"

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
