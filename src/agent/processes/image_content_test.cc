#include "agent/processes/image_content.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include <atomic>

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

// The inside of a container without a runtime: a mount namespace of its own whose root is an overlay.
class Overlay {
 public:
  Overlay() {
    for (const char* name : {"lower/bin", "lower/tmp", "lower/old", "upper", "work", "merged"})
      std::filesystem::create_directories(folder / name);
    write_text(folder / "lower/bin/app", program_text(Life::until_killed, "app"));
    write_text(folder / "lower/bin/other", program_text(Life::until_killed, "other"));
  }
  // Runs in the child before it executes: everything of the host becomes invisible.
  void enter() const {
    const std::string options = "lowerdir=" + (folder / "lower") + ",upperdir=" + (folder / "upper") +
                                ",workdir=" + (folder / "work");
    const std::string root = folder / "merged";
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      _exit(41);
    if (mount("overlay", root.c_str(), "overlay", 0, options.c_str()) != 0) _exit(42);
    if (mount("tmpfs", (root + "/tmp").c_str(), "tmpfs", 0, "mode=1777") != 0) _exit(43);
    if (syscall(SYS_pivot_root, root.c_str(), (root + "/old").c_str()) != 0 || chdir("/") != 0) _exit(44);
  }
  static void leave_host() {
    if (umount2("/old", MNT_DETACH) != 0) _exit(45);
  }
  pid_t run(const std::string& program, const std::function<void()>& before = {}) const {
    return spawn({program}, [&] {
      enter();
      if (before) before();
      leave_host();
    });
  }
  Folder folder;
};

bool may_mount() {
  const pid_t pid = fork();
  if (pid == 0)
    _exit(unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 ? 0
                                                                                                       : 1);
  return testing::wait_for(pid) == 0;
}

#define NEED_MOUNTS() \
  if (!may_mount()) GTEST_SKIP() << "mounting needs root"

bool has_mark(const runtime::Instance& instance, std::string_view name) {
  return std::ranges::count(instance.marks, name) == 1;
}

// Anybody can make himself such an inside: no runtime answers for it, so it has no image that could hold anything.
class RootOfOnesOwn : public ::testing::Test {
 protected:
  static ProcessOptions options_with(FindAdmission admission) {
    ProcessOptions options;
    options.admission = std::move(admission);
    return options;
  }
  static void expect_outside(const std::optional<runtime::Instance>& instance, const std::string& text) {
    ASSERT_TRUE(instance);
    EXPECT_TRUE(has_mark(*instance, "outside-runtime"));
    EXPECT_FALSE(instance->package);
    EXPECT_EQ(instance->digests, std::vector{crypto::sha256(text)});
    EXPECT_NE(instance->seen_note, "");
  }
  Overlay overlay;
  const std::string app = program_text(Life::until_killed, "app");
};

TEST_F(RootOfOnesOwn, holds_nothing_that_runs_below_it) {
  NEED_MOUNTS();
  Watching watching{ProcessOptions{}};
  const pid_t pid = overlay.run("/bin/app");
  expect_outside(watching.sink.await_pid(pid), app);
  finish(pid);
}

TEST_F(RootOfOnesOwn, is_searched_without_news_of_execs_too) {
  NEED_MOUNTS();
  const pid_t pid = overlay.run("/bin/app");
  testing::await_exec(pid, "/bin/app");
  Watching watching{testing::options_with(ExecMeans::scan)};
  expect_outside(watching.sink.await_pid(pid), app);
  finish(pid);
}

TEST_F(RootOfOnesOwn, is_told_when_the_runtimes_have_been_asked_in_vain) {
  NEED_MOUNTS();
  std::atomic<Admission::By> answer = Admission::By::asked;
  Watching watching{options_with([&](std::uint64_t) { return Admission{.by = answer}; })};
  const pid_t pid = overlay.run("/bin/app");
  testing::await_exec(pid, "/bin/app");
  write_text(overlay.folder / "after", program_text(Life::short_lived, "after"));
  testing::wait_for(spawn({overlay.folder / "after"}));
  ASSERT_TRUE(watching.sink.await_name(overlay.folder / "after"));
  EXPECT_EQ(watching.sink.starts_of(pid), 0u) << "told before anybody answered";
  answer = Admission::By::nobody;
  const auto instance = watching.sink.await_pid(pid);
  expect_outside(instance, app);
  finish(pid);
  EXPECT_TRUE(watching.sink.await_end(instance->id));
}

TEST_F(RootOfOnesOwn, that_was_gone_before_anybody_was_asked_is_told_as_ended) {
  NEED_MOUNTS();
  std::atomic<int> asked = 0;
  Watching watching{options_with([&](std::uint64_t) {
    ++asked;
    asked.notify_all();
    return Admission{.by = Admission::By::unseen};
  })};
  const pid_t pid = overlay.run("/bin/app");
  for (int times = asked; times < 2; times = asked) asked.wait(times);  // the second time it has been looked at
  finish(pid);
  const auto instance = watching.sink.await_pid(pid);
  expect_outside(instance, app);
  EXPECT_TRUE(instance->ended_at);
}

TEST(ImageContent, layers_are_searched_from_the_top_and_removals_count) {
  const Folder folder;
  write_text(folder / "a/x", "a");
  write_text(folder / "b/x", "b");
  write_text(folder / "b/y", "b");
  const std::vector<std::string> layers{folder / "a", folder / "b"};
  EXPECT_EQ(find_in_layers(layers, "/x"), folder / "a/x");
  EXPECT_EQ(find_in_layers(layers, "/y"), folder / "b/y");
  EXPECT_EQ(find_in_layers(layers, "/z"), std::nullopt);
  if (mknod((folder / "a/y").c_str(), S_IFCHR, 0) != 0) GTEST_SKIP() << "removals can't be made here";
  EXPECT_EQ(find_in_layers(layers, "/y"), std::nullopt);
}

TEST(ImageContent, storage_that_is_no_overlay_is_blind) {
  DigestCache digests;
  ImageContent content(digests);
  const auto mounts =
      parse_mountinfo("1 0 8:1 / / rw - btrfs /dev/x rw\n2 1 8:2 /vol /data rw - ext4 /dev/y rw\n");
  EXPECT_EQ(content.judge(mounts, {.path = "/bin/x"}).held, Held::blind);
  const auto on_volume = content.judge(mounts, {.path = "/data/x"});
  EXPECT_EQ(on_volume.held, Held::foreign);
  EXPECT_EQ(on_volume.host_path, "/vol/x");
  EXPECT_EQ(content.judge({}, {.path = "/bin/x"}).held, Held::blind);
  const auto covered = parse_mountinfo("1 0 8:1 / / rw - btrfs /dev/x rw\n2 1 0:9 / / rw - tmpfs tmpfs rw\n");
  EXPECT_EQ(content.judge(covered, {.path = "/bin/x"}).held, Held::foreign) << "below \"/..\"";
  EXPECT_EQ(content.judge(mounts, {.path = "memfd:x", .detached = true}).held, Held::foreign);
}

}  // namespace
}  // namespace weir::agent
