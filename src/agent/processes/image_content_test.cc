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
  testing::await_exec(pid, "/bin/app");
  const int before = asked;
  // The second time the runtimes are asked again, it has been looked at.
  for (int times = asked; times < before + 3; times = asked) asked.wait(times);
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
  const auto found = [&](const std::string& path) {
    return path_of_file(find_in_layers(layers, path).number());
  };
  EXPECT_EQ(found("/x"), folder / "a/x");
  EXPECT_EQ(found("/y"), folder / "b/y");
  EXPECT_EQ(found("/z"), "");
  if (mknod((folder / "a/y").c_str(), S_IFCHR, 0) != 0) GTEST_SKIP() << "removals can't be made here";
  EXPECT_EQ(found("/y"), "");
}

// An image with files in one layer, and a container that has a file in its upper layer.
class ImageLayers : public ::testing::Test {
 protected:
  ImageLayers() {
    std::filesystem::create_directories(folder / "lower");
    std::filesystem::create_directories(folder / "upper");
    mounts = parse_mountinfo("1 0 0:9 / / rw - overlay overlay rw,lowerdir=" + (folder / "lower") +
                             ",upperdir=" + (folder / "upper") + "\n");
  }
  Held judge(ImageContent& content, const std::string& path) {
    const auto file = open_regular(folder / ("upper" + path));
    CHECK(file.ok());
    const auto read = [&](int opened) { return digests.digest_of(opened); };
    return content.judge(mounts, {.path = path, .file = file->number()}, read).held;
  }
  Folder folder;
  std::vector<MountLine> mounts;
  DigestCache digests;
};

TEST_F(ImageLayers, links_in_an_image_lead_nowhere_on_the_host) {
  write_text(folder / "host/app/evil", "evil");
  write_text(folder / "upper/var/run/app/evil", "evil");
  std::filesystem::create_directories(folder / "lower/var");
  std::filesystem::create_directory_symlink(folder / "host", folder / "lower/var/run");
  ImageContent content;
  EXPECT_EQ(judge(content, "/var/run/app/evil"), Held::foreign);
}

TEST_F(ImageLayers, content_under_another_name_is_looked_for_as_long_as_that_takes_a_part_of_the_time) {
  write_text(folder / "lower/bin/app", "app");
  write_text(folder / "upper/bin/other", "app");
  ImageContent content, hurried(Duration{0});
  EXPECT_EQ(judge(hurried, "/bin/other"), Held::foreign);
  EXPECT_EQ(judge(content, "/bin/other"), Held::renamed);
  write_text(folder / "upper/bin/own", "own");
  EXPECT_EQ(judge(content, "/bin/own"), Held::foreign);
}

TEST(ImageContent, storage_that_is_no_overlay_is_blind) {
  ImageContent content;
  const ReadDigest read = [](int) -> Result<Sha256> { return Error{Errc::unavailable, "not asked for"}; };
  const auto mounts =
      parse_mountinfo("1 0 8:1 / / rw - btrfs /dev/x rw\n2 1 8:2 /vol /data rw - ext4 /dev/y rw\n");
  EXPECT_EQ(content.judge(mounts, {.path = "/bin/x"}, read).held, Held::blind);
  const auto on_volume = content.judge(mounts, {.path = "/data/x"}, read);
  EXPECT_EQ(on_volume.held, Held::foreign);
  EXPECT_EQ(on_volume.host_path, "/vol/x");
  EXPECT_EQ(content.judge({}, {.path = "/bin/x"}, read).held, Held::blind);
  const auto covered = parse_mountinfo("1 0 8:1 / / rw - btrfs /dev/x rw\n2 1 0:9 / / rw - tmpfs tmpfs rw\n");
  EXPECT_EQ(content.judge(covered, {.path = "/bin/x"}, read).held, Held::foreign) << "below \"/..\"";
  EXPECT_EQ(content.judge(mounts, {.path = "memfd:x", .detached = true}, read).held, Held::foreign);
}

}  // namespace
}  // namespace weir::agent
