// For tests in containers of podman: a store of their own with one image, "localhost/weir-test:1", that sleeps.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "agent/containers/support_for_test.h"

#define SKIP_UNLESS(condition, what) \
  if (!(condition)) GTEST_SKIP() << "SKIPPED, NOT TESTED: needs " << what

namespace weir::agent::test {

inline constexpr const char* podman_run =
    "podman run -d --runtime runc --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --network=none ";

class Podman : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_UNLESS(geteuid() == 0 && has_program("podman") && has_program("runc"),
                "root, podman and runc");
    make_root_file_system(scratch_.path());
    add_files(scratch_.path() + "/rootfs");
    run("cd " + scratch_.path() + " && tar -C rootfs -cf rootfs.tar .");
    store_ = "podman --root " + scratch_.path() + "/store --runroot " + scratch_.path() + "/run --tmpdir " +
             scratch_.path() + "/tmp --cgroup-manager cgroupfs ";
    const auto made = run(podman("import --change 'CMD [\"/bin/sleep\",\"1000\"]' " + scratch_.path() +
                                       "/rootfs.tar localhost/weir-test:1"));
    ASSERT_EQ(made.status, 0) << made.output;
  }
  void TearDown() override {
    if (!store_.empty()) run(podman("rm -fa -t 0"));
  }
  // What the image holds besides busybox.
  virtual void add_files(const std::string&) {}
  std::string podman(const std::string& words) const { return store_ + words; }
  std::string start(const std::string& words) const {
    std::string command = podman_run + words;
    command.replace(0, std::string("podman ").size(), store_);
    const auto ran = run(command);
    EXPECT_EQ(ran.status, 0) << ran.output;
    return ran.output.substr(ran.output.rfind('\n') + 1);
  }

  ScratchDirectory scratch_;
  std::string store_;
};

}  // namespace weir::agent::test
