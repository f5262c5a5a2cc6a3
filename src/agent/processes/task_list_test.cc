#include "agent/processes/task_list.h"

#include <fcntl.h>

#include <algorithm>
#include <map>

#include "agent/containers/census.h"
#include "agent/processes/process_facts.h"
#include "agent/processes/processes_fixture.h"

namespace weir::agent {
namespace {

using testing::finish;
using testing::Folder;
using testing::Life;
using testing::program_text;
using testing::spawn;
using testing::Watching;
using testing::write_text;

std::map<std::int64_t, Task> all_of(const TaskList& list) {
  std::map<std::int64_t, Task> tasks;
  EXPECT_TRUE(list.each([&](const Task& task) { tasks.emplace(task.pid, task); }));
  return tasks;
}

class KernelsTaskList : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = open_task_list();
    if (!opened) GTEST_SKIP() << "not possible here: " << opened.error().message;
    list = *opened;
  }
  std::shared_ptr<const TaskList> list;
};

TEST_F(KernelsTaskList, says_of_this_process_what_proc_says) {
  const auto folder = ProcessFolder::open("/proc", getpid());
  const auto facts = read_process(*folder, getpid());
  const auto tasks = all_of(*list);
  ASSERT_TRUE(tasks.contains(getpid()));
  const Task& self = tasks.at(getpid());
  EXPECT_EQ(self.parent, getppid());
  EXPECT_EQ(self.session, getsid(0));
  EXPECT_EQ(self.user, geteuid());
  EXPECT_EQ(self.login_user, facts->login_user);
  EXPECT_EQ(self.start_ticks, facts->stat.start_ticks);
  EXPECT_EQ(self.mount_namespace, folder->status("ns/mnt")->st_ino);
  EXPECT_EQ(self.inode, folder->status("exe")->st_ino);
  EXPECT_FALSE(self.ended);
}

TEST_F(KernelsTaskList, gives_what_shares_root_and_control_groups_the_same_numbers) {
  const pid_t pid = fork();
  if (pid == 0) {
    pause();
    _exit(0);
  }
  Task self, child;
  std::string command;
  EXPECT_TRUE(list->each([&](const Task& task) {
    if (task.pid == pid) child = task;
    if (task.pid != getpid()) return;
    self = task;
    command = task.command;
  }));
  finish(pid);
  EXPECT_NE(self.root, 0u);
  EXPECT_NE(self.cgroups, 0u);
  EXPECT_EQ(self.root, child.root);
  EXPECT_EQ(self.cgroups, child.cgroups);
  EXPECT_EQ(command + "\n", ProcessFolder::open("/proc", getpid())->read("comm"));
}

TEST_F(KernelsTaskList, names_each_process_once_and_no_thread_of_the_kernel) {
  std::jthread other([](const std::stop_token& stop) {
    while (!stop.stop_requested()) sched_yield();
  });
  std::vector<std::int64_t> pids;
  ASSERT_TRUE(list->each([&](const Task& task) { pids.push_back(task.pid); }));
  EXPECT_EQ(std::ranges::adjacent_find(pids), pids.end());
  EXPECT_TRUE(std::ranges::is_sorted(pids));
  EXPECT_EQ(std::ranges::count(pids, 2), 0) << "kthreadd";
}

TEST_F(KernelsTaskList, tells_what_is_only_waited_for) {
  const pid_t pid = fork();
  if (pid == 0) _exit(0);
  siginfo_t ended{};
  waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT);
  EXPECT_TRUE(all_of(*list).at(pid).ended);
  testing::wait_for(pid);
  EXPECT_FALSE(all_of(*list).contains(pid));
}

TEST_F(KernelsTaskList, lets_the_collector_find_a_child_that_came_by_fork_alone) {
  Folder folder;
  ProcessOptions options;
  options.tasks = list;
  options.sweep_interval = hours(1);  // only the end of the parent leads to a search
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  mkfifo((folder / "never").c_str(), 0600);
  write_text(folder / "daemon.sh", "#!/bin/sh\n(read line < " + (folder / "never") + ") &\nexit 0\n");
  const pid_t parent = spawn({folder / "daemon.sh"});
  testing::wait_for(parent);
  const auto child = watching.sink.await_start(
      [&](const auto& one) { return one.name == folder / "daemon.sh" && one.origin.pid != parent; });
  ASSERT_TRUE(child);
  EXPECT_EQ(child->digests, std::vector{testing::digest_of_file(folder / "daemon.sh")});
  kill(static_cast<pid_t>(child->origin.pid), SIGKILL);
  EXPECT_TRUE(watching.sink.await_end(child->id));
}

// Says what the kernel says, changed.
class ChangedList final : public TaskList {
 public:
  ChangedList(std::shared_ptr<const TaskList> kernels, std::function<void(Task&)> change)
      : kernels_(std::move(kernels)), change_(std::move(change)) {}
  Status each(const std::function<void(const Task&)>& tell) const override {
    return kernels_->each([&](Task task) {
      change_(task);
      tell(task);
    });
  }

 private:
  std::shared_ptr<const TaskList> kernels_;
  std::function<void(Task&)> change_;
};

TEST_F(KernelsTaskList, that_counts_inodes_otherwise_tells_nothing_twice) {
  Folder folder;
  std::atomic<int> lists = 0;
  ProcessOptions options;
  options.sweep_interval = milliseconds(20);
  options.tasks = std::make_shared<ChangedList>(list, [&](Task& task) {
    task.inode += 1'000'000'000'000;
    if (task.pid == getpid()) ++lists;
  });
  Watching watching{options};
  write_text(folder / "a", program_text(Life::until_killed, "a"));
  const pid_t pid = spawn({folder / "a"});
  ASSERT_TRUE(watching.sink.await_name(folder / "a"));
  const int until = lists + 3;
  while (lists < until) sched_yield();
  EXPECT_EQ(watching.sink.starts_of(pid), 1u);
  finish(pid);
}

class FixedList final : public TaskList {
 public:
  explicit FixedList(std::vector<Task> tasks, Status status = {}) : tasks_(std::move(tasks)), status_(status) {}
  Status each(const std::function<void(const Task&)>& tell) const override {
    for (const Task& task : tasks_) tell(task);
    return status_;
  }

 private:
  std::vector<Task> tasks_;
  Status status_;
};

TEST(CensusByList, counts_what_the_list_holds_and_searches_proc_when_it_fails) {
  const std::uint64_t home = Census().host_mounts();
  const std::vector<Task> tasks{{.pid = getpid(), .mount_namespace = home},
                                {.pid = 1, .mount_namespace = home},
                                {.pid = 999'999'999, .ended = true}};
  EXPECT_EQ(Census(std::make_shared<FixedList>(tasks)).take().processes, 2u);
  const Status broken = Error{Errc::unavailable, "the kernel changed its mind"};
  EXPECT_GT(Census(std::make_shared<FixedList>(tasks, broken)).take().processes, 2u);
}

}  // namespace
}  // namespace weir::agent
