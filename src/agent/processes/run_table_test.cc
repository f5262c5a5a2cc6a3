#include "agent/processes/run_table.h"

#include <gtest/gtest.h>

namespace weir::agent {
namespace {

runtime::Instance instance_of(std::int64_t pid, const std::string& name) {
  return {.id = "boot-" + std::to_string(pid),
          .name = name,
          .started_at = {pid},
          .uncertainty = {7},
          .marks = {"deleted"},
          .package = runtime::PackageClaim{"p", "1"},
          .origin = {.user = "root",
                     .session = pid + 1,
                     .pid = pid,
                     .directory = "/",
                     .parents = {{.pid = 1, .name = "/sbin/init", .user = "root"}}}};
}

void put(RunTable& runs, const runtime::Instance& instance, Telling telling) {
  runs.put(instance.origin.pid, {.instance = runs.keep(instance), .telling = telling});
}

TEST(RunTable, what_is_kept_comes_back_whole) {
  RunTable runs;
  const auto one = instance_of(10, "/bin/a"), other = instance_of(11, "/bin/b");
  EXPECT_EQ(runs.keep(one).whole(), one);
  EXPECT_EQ(runs.keep(other).whole(), other);
}

TEST(RunTable, what_runs_have_in_common_stands_once) {
  RunTable runs;
  const KeptInstance first = runs.keep(instance_of(10, "/bin/a")),
                     second = runs.keep(instance_of(11, "/bin/a"));
  const KeptInstance other = runs.keep(instance_of(12, "/bin/b"));
  EXPECT_EQ(first.common, second.common);
  EXPECT_EQ(first.parents, other.parents);
  EXPECT_NE(first.common, other.common);
}

TEST(RunTable, a_burst_settles_some_at_a_time_and_each_run_once) {
  RunTable runs;
  for (int pid = 0; pid < 10; ++pid) put(runs, instance_of(pid, "/bin/a"), Telling::later);
  put(runs, instance_of(1000, "/bin/young"), Telling::later);
  runs.take(3);
  std::vector<std::size_t> told;
  for (int i = 0; i < 4; ++i) told.push_back(runs.settle({500}, {100}, 4).size());
  EXPECT_EQ(told, (std::vector<std::size_t>{4, 4, 1, 0}));
  EXPECT_EQ(runs.settle({1100}, {100}, 4).size(), 1u);
}

TEST(RunTable, a_listing_tells_what_was_left_to_it_and_neither_young_nor_hidden_runs) {
  RunTable runs;
  put(runs, instance_of(1, "/bin/listed"), Telling::listed);
  put(runs, instance_of(2, "/bin/told"), Telling::told);
  put(runs, instance_of(3, "/bin/young"), Telling::later);
  put(runs, instance_of(4, "/bin/hidden"), Telling::never);
  const std::vector<std::int64_t> pids{1, 2, 3, 4, 5};
  ASSERT_EQ(runs.list(pids).size(), 2u);
  EXPECT_EQ(runs.find(1)->telling, Telling::told);
}

TEST(Pool, lets_go_of_what_nobody_holds) {
  Pool<runtime::Instance> pool;
  const auto held = pool.keep(instance_of(1, "/bin/held"));
  for (int i = 0; i < 10'000; ++i) pool.keep(instance_of(1, "/bin/" + std::to_string(i)));
  EXPECT_LT(pool.size(), 1000u);
  EXPECT_EQ(pool.keep(instance_of(1, "/bin/held")), held);
}

}  // namespace
}  // namespace weir::agent
