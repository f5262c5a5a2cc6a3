// A script is what its process sees at that name: whoever may make a mount namespace (any user, in most places) puts
// what he likes over a name that is approved.
#include <sched.h>
#include <sys/mount.h>

#include "agent/processes/processes_fixture.h"

namespace weir::agent {
namespace {

using testing::digest_of_file;
using testing::finish;
using testing::Folder;
using testing::spawn;
using testing::Watching;
using testing::write_text;

class ScriptBoundOver : public ::testing::Test {
 protected:
  void SetUp() override {
    mkfifo((folder / "never").c_str(), 0600);
    write_text(known, "#!/bin/sh\nexit 0\n");
    write_text(hidden, "#!/bin/sh\nread line < " + (folder / "never") + "\n");
    const pid_t pid = spawn({"true"}, [&] { bind_over(); });
    if (testing::wait_for(pid) != 0) GTEST_SKIP() << "mounting needs root";
  }
  void bind_over() const {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      _exit(41);
    if (mount(hidden.c_str(), known.c_str(), nullptr, MS_BIND, nullptr) != 0) _exit(42);
  }
  void expect_hidden(const std::optional<runtime::Instance>& instance) const {
    ASSERT_TRUE(instance);
    EXPECT_EQ(instance->seen, runtime::Seen::whole) << instance->seen_note;
    EXPECT_EQ(instance->digests, std::vector{digest_of_file(hidden)});
  }
  Folder folder;
  const std::string known = folder / "known.sh", hidden = folder / "hidden.sh";
};

TEST_F(ScriptBoundOver, is_told_by_what_runs) {
  Watching watching{ProcessOptions{}};
  NEED_MEANS(watching, ExecMeans::ebpf);
  const pid_t pid = spawn({known}, [&] { bind_over(); });
  expect_hidden(
      watching.sink.await_start([&](const auto& one) { return one.origin.pid == pid && one.interpreter; }));
  finish(pid);
}

TEST_F(ScriptBoundOver, is_found_by_a_search_as_what_runs) {
  const pid_t pid = spawn({"sh", known}, [&] { bind_over(); });
  testing::await_exec(pid, std::filesystem::canonical("/bin/sh").string());
  Watching watching{testing::options_with(ExecMeans::scan)};
  expect_hidden(watching.sink.await_pid(pid));
  finish(pid);
}

TEST_F(ScriptBoundOver, is_never_the_host_s_file_of_that_name_when_it_has_ended) {
  write_text(hidden, "#!/bin/sh\nexit 1\n");
  Watching watching{ProcessOptions{}};
  NEED_MEANS(watching, ExecMeans::ebpf);
  for (int i = 0; i < 10; ++i) {
    const pid_t pid = spawn({known}, [&] { bind_over(); });
    testing::wait_for(pid);
    const auto instance =
        watching.sink.await_start([&](const auto& one) { return one.origin.pid == pid && one.interpreter; });
    ASSERT_TRUE(instance);
    if (instance->seen == runtime::Seen::whole) {
      EXPECT_EQ(instance->digests, std::vector{digest_of_file(hidden)});
    } else {
      EXPECT_NE(instance->seen_note, "");
    }
  }
}

}  // namespace
}  // namespace weir::agent
