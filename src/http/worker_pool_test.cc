#include "http/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace weir::http {
namespace {

TEST(WorkerPool, runs_everything_it_took_before_drain_returns) {
  std::atomic<int> done = 0;
  WorkerPool pool(3, 1000);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pool.submit([&](std::stop_token) { ++done; }));
  pool.drain();
  EXPECT_EQ(done, 1000);
  EXPECT_FALSE(pool.submit([](std::stop_token) {}));
}

TEST(WorkerPool, refuses_when_its_queue_is_full) {
  std::latch started(1), release(1);
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.submit([&](std::stop_token) {
    started.count_down();
    release.wait();
  }));
  started.wait();
  EXPECT_TRUE(pool.submit([](std::stop_token) {}));
  EXPECT_TRUE(pool.submit([](std::stop_token) {}));
  EXPECT_FALSE(pool.submit([](std::stop_token) {}));
  EXPECT_EQ(pool.waiting(), 2u);
  release.count_down();
}

TEST(WorkerPool, asks_running_work_to_stop_and_drops_what_waits_when_destroyed) {
  std::atomic<bool> second = false, saw_stop = false;
  std::latch started(1);
  {
    WorkerPool pool(1, 8);
    ASSERT_TRUE(pool.submit([&](std::stop_token stop) {
      started.count_down();
      std::mutex mutex;
      std::condition_variable_any asked;
      std::unique_lock lock(mutex);
      asked.wait(lock, stop, [] { return false; });
      saw_stop = stop.stop_requested();
    }));
    ASSERT_TRUE(pool.submit([&](std::stop_token) { second = true; }));
    started.wait();
  }
  EXPECT_TRUE(saw_stop);
  EXPECT_FALSE(second);
}

}  // namespace
}  // namespace weir::http
