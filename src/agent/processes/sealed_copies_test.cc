// Container runtimes run a sealed copy of themselves (runc: from a memfd, or from a mount that hangs in no tree). Such
// a copy is explained by its content alone: that of a package's program which ran here from its own place.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include "agent/processes/processes_fixture.h"

namespace weir::agent {
namespace {

using runtime::Seen;
using testing::finish;
using testing::Folder;
using testing::Life;
using testing::program_text;
using testing::spawn;
using testing::wait_for;
using testing::Watching;
using testing::write_text;

const std::string sleep_path = std::filesystem::canonical("/bin/sleep").string();

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

pid_t spawn_in_memory(const std::string& text, const char* name, const char* argument = nullptr) {
  return spawn({"x"}, [&] {
    const int file = memfd_create(name, MFD_CLOEXEC);
    (void)!write(file, text.data(), text.size());
    char* const words[] = {const_cast<char*>(name), const_cast<char*>(argument), nullptr};
    char* const none[] = {nullptr};
    fexecve(file, words, none);
  });
}

bool is_copy(const runtime::Instance& instance) {
  return std::ranges::count(instance.marks, "copy") == 1;
}

ProcessOptions quickly_settled() {
  ProcessOptions options;
  options.settled_age = milliseconds(100);
  return options;
}

class SealedCopy : public ::testing::Test {
 protected:
  void SetUp() override { NEED_MEANS(watching, ExecMeans::ebpf); }
  void run_from_its_place(const std::string& path, const char* argument) {
    const pid_t pid = spawn({path, argument});
    ASSERT_TRUE(watching.sink.await_pid(pid)) << "settles and is told";
    finish(pid);
  }
  Folder folder;
  Watching watching{quickly_settled()};
  testing::RecordingSink& sink = watching.sink;
};

TEST_F(SealedCopy, in_memory_is_explained_by_the_package_whose_program_it_is) {
  run_from_its_place(sleep_path, "1000");
  const pid_t pid = spawn_in_memory(text_of(sleep_path), "sealed", "1000");
  const auto instance = sink.await_pid(pid);
  finish(pid);
  ASSERT_TRUE(instance);
  ASSERT_TRUE(instance->package) << instance->seen_note;
  EXPECT_EQ(instance->package->name, "coreutils");
  EXPECT_EQ(instance->seen_note, "a copy of " + sleep_path);
  EXPECT_EQ(instance->digests, std::vector{testing::digest_of_file(sleep_path)});
  EXPECT_TRUE(is_copy(*instance));
}

TEST_F(SealedCopy, with_one_more_byte_is_unknown) {
  run_from_its_place(sleep_path, "1000");
  const pid_t pid = spawn_in_memory(text_of(sleep_path) + "!", "forged", "1000");
  const auto instance = sink.await_name("memfd:forged");
  finish(pid);
  ASSERT_TRUE(instance);
  EXPECT_FALSE(instance->package);
  EXPECT_FALSE(is_copy(*instance));
}

TEST_F(SealedCopy, of_a_package_program_that_never_ran_from_its_place_is_unknown) {
  const std::string never_run = "/usr/bin/tsort";
  if (!std::filesystem::exists(never_run)) GTEST_SKIP() << "needs " << never_run;
  ASSERT_EQ(mkfifo((folder / "silent").c_str(), 0600), 0);
  const int both_ends = open((folder / "silent").c_str(), O_RDWR | O_CLOEXEC);  // so that it waits
  const std::string silent = folder / "silent";
  const pid_t pid = spawn_in_memory(text_of(never_run), "unseen", silent.c_str());
  const auto instance = sink.await_name("memfd:unseen");
  finish(pid);
  close(both_ends);
  ASSERT_TRUE(instance);
  EXPECT_FALSE(instance->package);
  EXPECT_FALSE(is_copy(*instance));
}

TEST_F(SealedCopy, on_disk_under_another_name_is_unknown) {
  run_from_its_place(sleep_path, "1000");
  std::filesystem::copy_file(sleep_path, folder / "sleep");
  const pid_t pid = spawn({folder / "sleep", "1000"});
  const auto instance = sink.await_name(folder / "sleep");
  finish(pid);
  ASSERT_TRUE(instance);
  EXPECT_FALSE(instance->package);
  EXPECT_FALSE(is_copy(*instance));
}

// As runc does it where it may mount: binds itself, opens the mount, and takes the mount out of the tree again.
TEST_F(SealedCopy, on_a_mount_in_no_tree_bears_the_name_of_its_program) {
  run_from_its_place(sleep_path, "1000");
  write_text(folder / "place", "");
  const std::string place = folder / "place";
  const pid_t pid = spawn({"x"}, [&] {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(9);
    if (mount(sleep_path.c_str(), place.c_str(), nullptr, MS_BIND, nullptr) != 0) _exit(9);
    const int file = open(place.c_str(), O_PATH | O_CLOEXEC);
    umount2(place.c_str(), MNT_DETACH);
    char name[] = "sealed-by-mount", seconds[] = "1000";
    char* const words[] = {name, seconds, nullptr};
    char* const none[] = {nullptr};
    fexecve(file, words, none);
  });
  int status = 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  if (waitpid(pid, &status, WNOHANG) == pid) GTEST_SKIP() << "mounting is not allowed here";
  const auto instance = sink.await_pid(pid);
  finish(pid);
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->name, sleep_path);
  ASSERT_TRUE(instance->package) << instance->seen_note;
  EXPECT_TRUE(is_copy(*instance));
}

TEST(SealedCopyOfAChangedProgram, is_unknown) {
  const Folder folder;
  ProcessOptions options = quickly_settled();
  options.package_root = folder.path.string();
  options.dpkg = folder / "var/lib/dpkg";
  const std::string tool = folder / "usr/bin/tool";
  write_text(tool, program_text(Life::until_killed, "one"));
  write_text(folder / "var/lib/dpkg/info/tool.list", "/usr/bin/tool\n");
  write_text(folder / "var/lib/dpkg/status", "Package: tool\nArchitecture: all\nVersion: 1.0\n");
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  const pid_t first = spawn({tool});
  const auto known = watching.sink.await_pid(first);
  finish(first);
  ASSERT_TRUE(known && known->package && !known->package->changed);
  const std::string changed = program_text(Life::until_killed, "two");
  write_text(tool, changed);
  const pid_t second = spawn({tool});
  const auto replaced = watching.sink.await_pid(second);
  ASSERT_TRUE(replaced && replaced->package && replaced->package->changed);
  const pid_t copy = spawn_in_memory(changed, "sealed");
  const auto instance = watching.sink.await_pid(copy);
  finish(second);
  finish(copy);
  ASSERT_TRUE(instance);
  EXPECT_FALSE(instance->package);
  EXPECT_FALSE(is_copy(*instance));
}

}  // namespace
}  // namespace weir::agent
