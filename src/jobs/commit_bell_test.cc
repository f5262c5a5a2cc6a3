#include "jobs/commit_bell.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace weir::jobs {
namespace {

constexpr Duration long_enough = seconds(60);  // a test that waits this long has failed

TEST(CommitBell, HearsARingThatCameBeforeTheWait) {
  CommitBell bell;
  bell.ring();
  EXPECT_TRUE(bell.wait({}, long_enough));
  EXPECT_FALSE(bell.wait({}, milliseconds(0)));
}

TEST(CommitBell, HearsRingsOfAGatheringTogether) {
  CommitBell bell(milliseconds(50));
  bell.ring();
  ASSERT_TRUE(bell.wait({}, long_enough));
  const auto heard = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) bell.ring();
  EXPECT_TRUE(bell.wait({}, long_enough));
  EXPECT_GE(std::chrono::steady_clock::now() - heard, std::chrono::milliseconds(50));
  EXPECT_FALSE(bell.wait({}, milliseconds(0)));
}

TEST(CommitBell, PatienceEndsAGathering) {
  CommitBell bell(hours(1));
  bell.ring();
  ASSERT_TRUE(bell.wait({}, long_enough));
  bell.ring();
  EXPECT_TRUE(bell.wait({}, milliseconds(1)));
}

TEST(CommitBell, HasteAndStopEndAGathering) {
  CommitBell bell(hours(1));
  bell.ring();
  ASSERT_TRUE(bell.wait({}, long_enough));
  bell.hasten();
  EXPECT_FALSE(bell.wait({}, std::nullopt));
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  EXPECT_FALSE(bell.wait(source.get_token(), std::nullopt));
}

// What was committed before a ring is seen by a look after the wait that heard it: none is left unseen.
TEST(CommitBell, LosesNoCommit) {
  CommitBell bell(microseconds(200));
  std::atomic<int> committed = 0;
  constexpr int each = 20'000, threads = 3;
  std::vector<std::jthread> ringers;
  for (int i = 0; i < threads; ++i)
    ringers.emplace_back([&] {
      for (int n = 0; n < each; ++n) ++committed, bell.ring();
    });
  int seen = 0, wakes = 0;
  while (seen < each * threads) {
    ASSERT_TRUE(bell.wait({}, long_enough));
    seen = committed;
    ++wakes;
  }
  EXPECT_LE(wakes, each * threads);
}

}  // namespace
}  // namespace weir::jobs
