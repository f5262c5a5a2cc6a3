#include "agent/containers/census.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace weir::agent {
namespace {

constexpr procfs::FileId image_a{40, 1}, image_b{41, 1};

ContainerRoot process(std::int64_t pid, std::int64_t parent, std::uint64_t ticks, std::uint64_t mounts,
                      procfs::FileId root) {
  return {.pid = pid, .parent = parent, .start_ticks = ticks, .mounts = mounts, .root = root};
}

TEST(Census, oldest_process_of_a_mount_namespace_is_its_root) {
  const auto roots =
      group(std::vector{process(30, 10, 300, 7, image_a), process(20, 10, 200, 7, image_a)}).roots;
  ASSERT_EQ(roots.size(), 1u);
  EXPECT_EQ(roots[0].pid, 20);
  EXPECT_FALSE(roots[0].nested);
}

TEST(Census, two_containers_on_one_root_directory_are_two) {
  const auto groups = group(std::vector{process(20, 1, 200, 7, image_a), process(30, 1, 300, 8, image_a)});
  EXPECT_EQ(groups.roots.size(), 2u);
  EXPECT_TRUE(groups.parts.empty());
}

TEST(Census, service_with_private_mounts_inside_a_container_belongs_to_it) {
  const auto groups = group(std::vector{process(20, 1, 200, 7, image_a), process(30, 20, 300, 8, image_a)});
  ASSERT_EQ(groups.roots.size(), 1u);
  EXPECT_EQ(groups.roots[0].pid, 20);
  EXPECT_EQ(groups.parts, (std::map<std::uint64_t, std::uint64_t>{{8, 7}}));
}

TEST(Census, container_inside_a_container_is_one_of_its_own_and_nested) {
  const auto roots = group(std::vector{process(20, 1, 200, 7, image_a), process(25, 20, 210, 7, image_a),
                                       process(30, 25, 300, 8, image_b)})
                         .roots;
  ASSERT_EQ(roots.size(), 2u);
  EXPECT_TRUE(roots[1].nested);
  EXPECT_EQ(roots[1].pid, 30);
}

TEST(Census, parents_in_a_circle_end_nowhere) {
  EXPECT_EQ(group(std::vector{process(20, 30, 200, 7, image_a), process(30, 20, 300, 7, image_a)}).roots.size(),
            1u);
}

TEST(Census, this_process_is_not_foreign) {
  EXPECT_FALSE(Census().is_foreign(getpid()));
  EXPECT_GT(Census().take().processes, 1u);
}

TEST(Procfs, command_with_spaces_and_parentheses_does_not_shift_the_fields) {
  const auto stat = procfs::parse_stat("42 (a ) b) S 7 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 12345 0 0");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->command, "a ) b");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->start_ticks, 12345u);
}

TEST(Procfs, kernel_thread_is_known_by_its_flag) {
  EXPECT_TRUE(procfs::stat_of(2)->kernel_thread);
  EXPECT_FALSE(procfs::stat_of(getpid())->kernel_thread);
}

TEST(Procfs, cut_off_stat_is_no_stat) {
  for (const char* text : {"", "42", "42 (a", "42 (a) S 7", ")42("})
    EXPECT_FALSE(procfs::parse_stat(text)) << text;
}

TEST(Procfs, longest_cgroup_path_wins) {
  EXPECT_EQ(procfs::longest_cgroup("12:pids:/docker/abc\n1:name=systemd:/\n0::/\n"), "/docker/abc");
  EXPECT_EQ(procfs::longest_cgroup("0::/system.slice/docker-abc.scope\n"), "/system.slice/docker-abc.scope");
  EXPECT_EQ(procfs::longest_cgroup("garbage"), "");
}

TEST(Procfs, start_of_this_process_is_in_the_last_hour_and_not_ahead) {
  const Instant now = SystemClock().now();
  const Instant started = procfs::start_time(procfs::stat_of(getpid())->start_ticks, now);
  EXPECT_LE(started, now);
  EXPECT_GT(started, now - hours(1));
}

}  // namespace
}  // namespace weir::agent
