#include "agent/processes/image_content.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

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

class ContainerContent : public ::testing::Test {
 protected:
  // Whether a program run inside is reported; a dropped one that runs after it shows that its turn has passed.
  std::optional<runtime::Instance> seen(const std::string& program,
                                        const std::function<void()>& before = {}) {
    const pid_t pid = overlay.run(program, before);
    testing::await_exec(pid, program);
    write_text(overlay.folder / "upper/bin/sentinel",
               program_text(Life::until_killed, "sentinel" + std::to_string(pid)));
    // The upper layer may not be changed under a mount; the sentinel has an overlay of its own.
    const pid_t last = overlay.run("/bin/sentinel");
    EXPECT_TRUE(watching.sink.await_pid(last)) << "the sentinel is not seen";
    std::optional<runtime::Instance> found;
    if (watching.sink.starts_of(pid) > 0) found = watching.sink.await_pid(pid);
    finish(last);
    finish(pid);
    return found;
  }
  Overlay overlay;
  Watching watching{ProcessOptions{}};
};

TEST_F(ContainerContent, a_file_of_the_image_is_part_of_its_container) {
  NEED_MOUNTS();
  EXPECT_FALSE(seen("/bin/app"));
}

TEST_F(ContainerContent, a_chmod_that_copies_a_file_up_does_not_make_it_foreign) {
  NEED_MOUNTS();
  EXPECT_FALSE(seen("/bin/app", [] { chmod("/bin/app", 0711); }));
  EXPECT_TRUE(std::filesystem::exists(overlay.folder / "upper/bin/app")) << "nothing was copied up";
}

TEST_F(ContainerContent, a_file_dropped_into_the_upper_layer_is_foreign) {
  NEED_MOUNTS();
  write_text(overlay.folder / "upper/bin/dropped", program_text(Life::until_killed, "dropped"));
  const auto instance = seen("/bin/dropped");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "foreign"));
  EXPECT_EQ(instance->name, "/bin/dropped");
  EXPECT_EQ(instance->digests, std::vector{crypto::sha256(program_text(Life::until_killed, "dropped"))});
}

TEST_F(ContainerContent, a_file_that_replaces_one_of_the_image_is_foreign) {
  NEED_MOUNTS();
  write_text(overlay.folder / "upper/bin/app", program_text(Life::until_killed, "APP"));
  const auto instance = seen("/bin/app");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "foreign"));
}

TEST_F(ContainerContent, content_of_the_image_under_another_name_is_renamed) {
  NEED_MOUNTS();
  write_text(overlay.folder / "upper/bin/copy", program_text(Life::until_killed, "other"));
  const auto instance = seen("/bin/copy");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "renamed"));
  EXPECT_FALSE(has_mark(*instance, "foreign"));
}

TEST_F(ContainerContent, a_file_on_a_tmpfs_is_foreign) {
  NEED_MOUNTS();
  const auto instance = seen("/tmp/app", [] { std::filesystem::copy_file("/bin/app", "/tmp/app"); });
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "foreign"));
}

TEST_F(ContainerContent, a_file_that_ran_briefly_is_read_through_another_process_inside) {
  NEED_MOUNTS();
  write_text(overlay.folder / "upper/bin/brief", program_text(Life::short_lived, "brief"));
  int go[2];
  ASSERT_EQ(pipe(go), 0);
  const pid_t inside = overlay.run("/bin/app", [&] {
    if (fork() != 0) return;  // the child shares the mounts of what stays
    char byte;
    (void)!read(go[0], &byte, 1);
    execl("/bin/brief", "brief", nullptr);
  });
  testing::await_exec(inside, "/bin/app");
  write_text(overlay.folder / "upper/bin/sentinel", program_text(Life::until_killed, "sentinel"));
  const pid_t last = overlay.run("/bin/sentinel");
  ASSERT_TRUE(watching.sink.await_pid(last)) << "the turn of what stays has not come";
  (void)!write(go[1], "x", 1);
  const auto instance = watching.sink.await_name("/bin/brief");
  finish(last);
  finish(inside);
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->seen, runtime::Seen::whole) << instance->seen_note;
  EXPECT_EQ(instance->digests, std::vector{crypto::sha256(program_text(Life::short_lived, "brief"))});
  EXPECT_TRUE(has_mark(*instance, "foreign"));
}

TEST_F(ContainerContent, a_script_that_the_image_does_not_hold_is_foreign) {
  NEED_MOUNTS();
  const std::string busybox = "/bin/busybox";
  if (!std::filesystem::exists(busybox)) GTEST_SKIP() << "no static shell here";
  std::filesystem::copy_file(busybox, overlay.folder / "lower/bin/busybox");
  write_text(overlay.folder / "upper/bin/x.sh", "#!/bin/busybox sh\nread line < /tmp/never\n");
  const pid_t pid = overlay.run("/bin/x.sh", [] { mkfifo("/tmp/never", 0600); });
  const auto instance = watching.sink.await_pid(pid);
  finish(pid);
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "foreign"));
  EXPECT_EQ(instance->name, "/bin/x.sh");
  EXPECT_EQ(instance->digests, std::vector{crypto::sha256("#!/bin/busybox sh\nread line < /tmp/never\n")});
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
  EXPECT_EQ(content.judge(mounts, {.path = "memfd:x", .detached = true}).held, Held::foreign);
}

}  // namespace
}  // namespace weir::agent
