// What runs in a real container, watched as the agent does it: the process collector asks the container collector who
// answers for it. What the image holds is part of the container; everything else is reported.
#include <unistd.h>

#include "agent/containers/container_collector.h"
#include "agent/containers/podman_for_test.h"
#include "agent/processes/processes_fixture.h"

namespace weir::agent {
namespace {

using testing::Life;
using testing::program_text;
using testing::write_text;

bool has_mark(const runtime::Instance& instance, std::string_view name) {
  return std::ranges::count(instance.marks, name) == 1;
}

// Both collectors, as shell/collectors.cc joins them.
class Watched {
 public:
  Watched() : containers({}, clock_), processes(options()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { containers.watch(sink, stop); });
  }

 private:
  ProcessOptions options() {
    ProcessOptions options;
    options.executed = [this](std::int64_t pid) { containers.poke(pid); };
    options.admission = [this](std::uint64_t mounts) { return containers.admission_of(mounts); };
    return options;
  }
  SystemClock clock_;

 public:
  test::MemorySink sink;  // of containers
  ContainerCollector containers;
  testing::Watching processes;

 private:
  std::jthread thread_;
};

const std::string app = program_text(Life::until_killed, "app");

class ContainerContent : public test::Podman {
 protected:
  void add_files(const std::string& root) override {
    write_text(root + "/bin/app", app);
    write_text(root + "/bin/other", program_text(Life::until_killed, "other"));
    for (const char* name : {"cp", "chmod", "chroot", "mkdir", "true"})
      std::filesystem::create_symlink("busybox", root + "/bin/" + name);
  }
  void SetUp() override {
    Podman::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    watched_.emplace();
    NEED_MEANS(watched_->processes, ExecMeans::ebpf);
    begin("localhost/weir-test:1");
  }
  void TearDown() override {
    watched_.reset();
    Podman::TearDown();
  }
  void begin(const std::string& words) {
    id_ = start(words);
    ASSERT_TRUE(watched_->sink.await_started([&](const auto& one) { return one.id == id_; }));
  }
  void in_container(const std::string& words) {
    const auto ran = test::run(podman("exec " + id_ + " " + words));
    EXPECT_EQ(ran.status, 0) << ran.output;
  }
  void drop(const std::string& path, const std::string& text) {
    write_text(scratch_.path() + "/dropped", text);
    const auto ran = test::run(podman("cp " + scratch_.path() + "/dropped " + id_ + ":" + path));
    EXPECT_EQ(ran.status, 0) << ran.output;
  }
  // Whether a program run inside is reported, and as what. One that is foreign for sure runs after it, and shows that
  // its turn has passed.
  std::optional<runtime::Instance> seen(const std::string& command, const std::string& name) {
    EXPECT_EQ(test::run(podman("exec -d " + id_ + " " + command)).status, 0);
    drop("/bin/sentinel", program_text(Life::short_lived, "sentinel" + command));
    in_container("/bin/sentinel");
    testing::RecordingSink& told = watched_->processes.sink;
    // Other tests run containers of theirs at the same time.
    const auto is_here = [&](const std::string& which) {
      return [this, which](const auto& one) { return one.name == which && one.origin.container == id_; };
    };
    EXPECT_TRUE(told.await_start(is_here("/bin/sentinel"))) << "the sentinel is not seen";
    const auto found = std::ranges::find_if(told.starts, is_here(name));
    return found == told.starts.end() ? std::nullopt : std::optional(*found);
  }
  std::optional<runtime::Instance> seen(const std::string& path) { return seen(path, path); }

  std::optional<Watched> watched_;
  std::string id_;
};

TEST_F(ContainerContent, a_file_of_the_image_is_part_of_its_container) { EXPECT_FALSE(seen("/bin/app")); }

TEST_F(ContainerContent, a_chmod_that_copies_a_file_up_does_not_make_it_foreign) {
  in_container("/bin/chmod 0711 /bin/app");
  EXPECT_FALSE(seen("/bin/app"));
}

TEST_F(ContainerContent, a_file_dropped_into_the_upper_layer_is_foreign) {
  const std::string text = program_text(Life::until_killed, "dropped");
  drop("/bin/dropped", text);
  const auto instance = seen("/bin/dropped");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "foreign"));
  EXPECT_FALSE(has_mark(*instance, "outside-runtime"));
  EXPECT_EQ(instance->origin.container, id_);
  EXPECT_EQ(instance->digests, std::vector{crypto::sha256(text)});
}

TEST_F(ContainerContent, programs_that_are_gone_before_they_are_looked_at_are_told_with_their_container) {
  std::string commands = "true";
  for (int i = 0; i < 20; ++i) {
    const std::string path = "/bin/brief" + std::to_string(i);
    drop(path, program_text(Life::short_lived, path + id_));
    commands += " && " + path;
  }
  in_container("/bin/sh -c '" + commands + "'");
  for (int i = 0; i < 20; ++i) {
    const auto digest =
        crypto::sha256(program_text(Life::short_lived, "/bin/brief" + std::to_string(i) + id_));
    const auto instance = watched_->processes.sink.await_start(
        [&](const auto& one) { return one.digests == std::vector{digest}; });
    ASSERT_TRUE(instance);
    EXPECT_EQ(instance->origin.container, id_);
    EXPECT_EQ(instance->origin.runtime, "podman");
    EXPECT_TRUE(has_mark(*instance, "foreign"));
  }
}

TEST_F(ContainerContent, a_file_that_replaces_one_of_the_image_is_foreign) {
  drop("/bin/app", program_text(Life::until_killed, "APP"));
  const auto instance = seen("/bin/app");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "foreign"));
}

TEST_F(ContainerContent, content_of_the_image_under_another_name_is_renamed) {
  in_container("/bin/cp /bin/other /bin/copy");
  const auto instance = seen("/bin/copy");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "renamed"));
  EXPECT_FALSE(has_mark(*instance, "foreign"));
}

TEST_F(ContainerContent, a_file_on_a_tmpfs_is_foreign) {
  test::run(podman("rm -fa -t 0"));
  begin("--tmpfs /scratch:exec localhost/weir-test:1");
  in_container("/bin/cp /bin/app /scratch/app");
  const auto instance = seen("/scratch/app");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "foreign"));
}

TEST_F(ContainerContent, a_script_that_the_image_does_not_hold_is_foreign) {
  const std::string text = "#!/bin/busybox sh\nexec /bin/sleep 1000\n";
  drop("/bin/x.sh", text);
  const auto instance = seen("/bin/x.sh");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "foreign"));
  EXPECT_EQ(instance->digests, std::vector{crypto::sha256(text)});
}

// A volume as the root directory looks like storage that can't be judged; it is none of the image's all the same.
TEST_F(ContainerContent, a_root_of_ones_own_inside_does_not_hide_what_lies_on_a_volume) {
  test::run(podman("rm -fa -t 0"));
  const std::string volume = scratch_.path() + "/volume", text = program_text(Life::until_killed, "hidden");
  write_text(volume + "/bin/app", text);
  begin("-v " + volume + ":/data localhost/weir-test:1");
  const auto instance = seen("/bin/chroot /data /bin/app", volume + "/bin/app");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "foreign"));
  EXPECT_EQ(instance->digests, std::vector{crypto::sha256(text)});
}

TEST_F(ContainerContent, of_a_container_that_no_runtime_answers_for_is_reported_with_its_digest) {
  const std::string root = scratch_.path() + "/rootfs";
  const std::string alone = program_text(Life::until_killed, root);
  write_text(root + "/bin/alone", alone);
  const test::Daemon shell("unshare --mount --fork --kill-child chroot " + root + " /bin/alone", "/dev/null",
                           SIGKILL);
  const auto instance = watched_->processes.sink.await_start(
      [&](const auto& one) { return one.digests == std::vector{crypto::sha256(alone)}; });
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "outside-runtime"));
  EXPECT_FALSE(has_mark(*instance, "foreign"));
  EXPECT_NE(instance->seen_note, "");
}

}  // namespace
}  // namespace weir::agent
