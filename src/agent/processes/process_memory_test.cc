// A process whose arguments lie in a file that its file system never gives out.
#include "agent/processes/process_memory.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include <cstring>
#include <sstream>
#include <thread>

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

// Has one file, "f", of one page, and does not answer who reads it. Source: linux/fuse.h.
class SilentFiles {
 public:
  SilentFiles() {
    device_ = Fd(open("/dev/fuse", O_RDWR | O_CLOEXEC));
    std::filesystem::create_directory(place);
    const std::string options =
        "fd=" + std::to_string(device_.number()) + ",rootmode=40000,user_id=0,group_id=0";
    mounted_ = device_ && mount("silent", place.c_str(), "fuse", 0, options.c_str()) == 0;
    if (mounted_) thread_ = std::jthread([this] { serve(); });
  }
  ~SilentFiles() {
    if (mounted_) umount2(place.c_str(), MNT_FORCE | MNT_DETACH);  // who waits is let go
  }
  bool is_mounted() const { return mounted_; }
  const Folder folder;
  const std::string place = folder / "silent";

 private:
  void serve() {
    std::vector<char> request(1 << 17);
    for (;;) {
      const ssize_t bytes = ::read(device_.number(), request.data(), request.size());
      if (bytes < 0 && (errno == EINTR || errno == ENOENT)) continue;
      if (bytes < static_cast<ssize_t>(sizeof(fuse_in_header))) return;
      fuse_in_header head;
      std::memcpy(&head, request.data(), sizeof head);
      answer(head);
    }
  }
  void answer(const fuse_in_header& head) {
    if (head.opcode == FUSE_READ || head.opcode == FUSE_FORGET || head.opcode == FUSE_BATCH_FORGET ||
        head.opcode == FUSE_INTERRUPT)
      return;
    if (head.opcode == FUSE_INIT) {
      fuse_init_out init{};
      init.major = FUSE_KERNEL_VERSION;
      init.minor = 31;
      init.max_write = 4096;
      return reply(head, init);
    }
    if (head.opcode == FUSE_LOOKUP) {
      fuse_entry_out entry{};
      entry.nodeid = 2;
      entry.attr = attributes(2);
      return reply(head, entry);
    }
    if (head.opcode == FUSE_GETATTR) {
      fuse_attr_out out{};
      out.attr = attributes(head.nodeid);
      return reply(head, out);
    }
    if (head.opcode == FUSE_OPEN) return reply(head, fuse_open_out{});
    const fuse_out_header out{.len = sizeof out, .error = -ENOSYS, .unique = head.unique};
    (void)!write(device_.number(), &out, sizeof out);
  }
  static fuse_attr attributes(std::uint64_t node) {
    fuse_attr attr{};
    attr.ino = node;
    attr.size = 4096;
    attr.mode = node == 1 ? S_IFDIR | 0755 : S_IFREG | 0644;
    attr.nlink = 1;
    return attr;
  }
  template <class T>
  void reply(const fuse_in_header& head, const T& body) {
    const fuse_out_header out{.len = sizeof out + sizeof body, .error = 0, .unique = head.unique};
    std::array<char, sizeof out + sizeof body> bytes;
    std::memcpy(bytes.data(), &out, sizeof out);
    std::memcpy(bytes.data() + sizeof out, &body, sizeof body);
    (void)!write(device_.number(), bytes.data(), bytes.size());
  }
  Fd device_;
  bool mounted_ = false;
  std::jthread thread_;
};

// Where the arguments of this process begin: field 48 of proc(5).
std::uintptr_t begin_of_arguments() {
  std::ifstream file("/proc/self/stat");
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int number = 3; number <= 48; ++number) fields >> field;
  return std::stoull(field);
}

// A child that has that file over its arguments, and waits; -1 when that can't be had here.
pid_t start_silent(const SilentFiles& files) {
  int ready[2];
  CHECK(pipe(ready) == 0);
  const pid_t pid = fork();
  if (pid == 0) {
    const int file = open((files.place + "/f").c_str(), O_RDONLY);
    void* const page = reinterpret_cast<void*>(begin_of_arguments() & ~std::uintptr_t{4095});
    // On another stack: the first one may end in that page.
    std::thread([&] {
      const bool done = file >= 0 && mmap(page, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0) == page;
      (void)!write(ready[1], done ? "y" : "n", 1);
      for (;;) pause();
    }).join();
  }
  char answer = 'n';
  (void)!read(ready[0], &answer, 1);
  close(ready[0]);
  close(ready[1]);
  if (answer == 'y') return pid;
  finish(pid);
  return -1;
}

class SilentProcess : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!files.is_mounted()) GTEST_SKIP() << "FUSE can't be mounted here";
    pid = start_silent(files);
    if (pid < 0) GTEST_SKIP() << "the arguments of a process can't be covered here";
  }
  void TearDown() override {
    if (pid > 0) finish(pid);
  }
  SilentFiles files;
  pid_t pid = -1;
};

TEST_F(SilentProcess, is_not_waited_for) {
  ProcessMemory memory;
  const auto silent = ProcessFolder::open("/proc", pid), own = ProcessFolder::open("/proc", getpid());
  for (int i = 0; i < 2 * ProcessMemory::held_max; ++i) {
    const auto text = memory.read(silent->number(), "cmdline", 4096);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Errc::unavailable);
    if (i > 0) continue;
    const auto words = memory.read(own->number(), "cmdline", 4096);
    ASSERT_TRUE(words) << "one that is silent keeps others from being read";
    EXPECT_EQ(*words, *own->read("cmdline", 4096));
  }
}

TEST_F(SilentProcess, does_not_blind_the_search) {
  const Folder folder;
  ProcessOptions options = testing::options_with(ExecMeans::scan);
  options.scan_interval = milliseconds(20);
  Watching watching{options};
  EXPECT_TRUE(watching.sink.await_pid(pid));
  write_text(folder / "other", program_text(Life::until_killed, "other"));
  const pid_t other = spawn({folder / "other"});
  EXPECT_TRUE(watching.sink.await_name(folder / "other"));
  finish(other);
}

}  // namespace
}  // namespace weir::agent
