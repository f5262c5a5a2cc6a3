// Real containers of each runtime this machine has, started the ways people start them.
#include "agent/containers/container_collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "agent/containers/podman_for_test.h"
#include "format/json.h"

namespace weir::agent {
namespace {

using testing::Contains;
using testing::Not;

class Watching {
 public:
  explicit Watching(ContainerOptions options = {}) : collector(std::move(options), clock_) {
    thread_ = std::jthread([this](std::stop_token stop) { collector.watch(sink, stop); });
    test::await([this] { return collector.has_looked(); });
  }
  test::MemorySink sink;
  ContainerCollector collector;

 private:
  SystemClock clock_;
  std::jthread thread_;
};

auto by_id(const std::string& id) {
  return [id](const runtime::Instance& instance) { return instance.id == id; };
}

// What a container may take to be told, with room for a busy machine; bench/ has the real figures.
constexpr Duration told_within = seconds(2);

using PodmanContainers = test::Podman;

TEST_F(PodmanContainers, container_of_plain_podman_run_is_known_by_config_manifest_and_layers_without_a_service) {
  Watching watching;
  const std::string id = start("localhost/weir-test:1");
  const auto seen = watching.sink.await_started(by_id(id));
  ASSERT_TRUE(seen) << "container " << id << " was not seen";
  const auto config = parse_sha256(test::run(podman("inspect -f '{{.Image}}' " + id)).output);
  const auto manifest = parse_sha256(test::run(podman("inspect -f '{{.ImageDigest}}' " + id)).output);
  ASSERT_TRUE(config && manifest);
  EXPECT_EQ(seen->name, "localhost/weir-test:1");
  EXPECT_EQ(seen->digests, (std::vector<Sha256>{*config, *manifest}));
  EXPECT_EQ(seen->image->layers.size(), 1u);
  EXPECT_EQ(seen->origin.runtime, "podman");
  EXPECT_EQ(seen->origin.container, id);
  EXPECT_EQ(seen->origin.user, "root");
  EXPECT_THAT(seen->marks, Not(Contains("outside-runtime")));
}

TEST_F(PodmanContainers, container_is_told_soon_after_its_start) {
  Watching watching;
  const std::string id = start("localhost/weir-test:1");
  ASSERT_TRUE(watching.sink.await_started(by_id(id)));
  EXPECT_LT(*watching.sink.told_after(by_id(id)), told_within);
}

TEST_F(PodmanContainers, container_with_automatic_removal_is_known_too) {
  Watching watching;
  const std::string id = start("--rm localhost/weir-test:1");
  const auto seen = watching.sink.await_started(by_id(id));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->seen, runtime::Seen::whole) << seen->seen_note;
  EXPECT_TRUE(seen->image->config);
}

TEST_F(PodmanContainers, container_with_the_hosts_process_namespace_is_known_too) {
  Watching watching;
  const std::string id = start("--pid=host localhost/weir-test:1");
  ASSERT_TRUE(watching.sink.await_started(by_id(id)));
}

TEST_F(PodmanContainers, end_of_a_container_is_told_and_it_no_longer_runs) {
  Watching watching;
  const std::string id = start("localhost/weir-test:1");
  ASSERT_TRUE(watching.sink.await_started(by_id(id)));
  ASSERT_EQ(list_all(watching.collector).size() > 0, true);
  test::run(podman("kill " + id));
  EXPECT_TRUE(watching.sink.await_ended(id));
  const auto running = list_all(watching.collector);
  EXPECT_TRUE(std::none_of(running.begin(), running.end(), by_id(id)));
}

TEST_F(PodmanContainers, command_executed_in_a_container_is_no_container_of_its_own) {
  Watching watching;
  const std::string id = start("localhost/weir-test:1");
  ASSERT_TRUE(watching.sink.await_started(by_id(id)));
  const std::string sleep = "/bin/sleep 1" + std::to_string(getpid());  // other tests' containers run beside
  ASSERT_EQ(test::run(podman("exec -d " + id + " " + sleep)).status, 0);
  const std::string find = "pgrep -xf '" + sleep + "'";
  ASSERT_TRUE(test::await([&] { return test::run(find).status == 0; }));
  const std::string executed = test::run(find).output, after = start("localhost/weir-test:1");
  ASSERT_TRUE(watching.sink.await_started(by_id(after)));
  const auto all = watching.sink.all_started();
  EXPECT_EQ(std::ranges::count_if(all, by_id(id)), 1);
  EXPECT_TRUE(
      std::ranges::none_of(all, [&](const auto& one) { return std::to_string(one.origin.pid) == executed; }));
}

class Docker : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_UNLESS(geteuid() == 0 && test::has_program("dockerd") && test::has_program("docker"),
                "root and docker");
    test::make_root_file_system(scratch_.path());
    const std::string& at = scratch_.path();
    socket_ = at + "/docker.sock";
    daemon_.emplace("dockerd -H unix://" + socket_ + " --data-root " + at + "/data --exec-root " + at +
                        "/exec --pidfile " + at + "/pid --iptables=false --ip6tables=false --bridge=none",
                    at + "/dockerd.log");
    const auto ready = [&] { return test::run(docker("version")).status == 0; };
    ASSERT_TRUE(daemon_->await(ready, seconds(15))) << test::run("tail -5 " + at + "/dockerd.log").output;
    const auto made = test::run(
        docker("import --change 'CMD [\"/bin/sleep\",\"1000\"]' " + at + "/rootfs.tar weir-test:1"));
    ASSERT_EQ(made.status, 0) << made.output;
  }
  void TearDown() override {
    if (daemon_) test::run(docker("ps -q") + " | xargs -r " + docker("kill"));
  }
  std::string docker(const std::string& words) const { return "docker -H unix://" + socket_ + " " + words; }

  test::ScratchDirectory scratch_;
  std::string socket_;
  std::optional<test::Daemon> daemon_;
};

TEST_F(Docker, container_of_a_local_image_without_repository_digest_is_reported_with_its_config_digest) {
  Watching watching({.sockets = {socket_}});
  const auto ran = test::run(docker("run -d --network none weir-test:1"));
  ASSERT_EQ(ran.status, 0) << ran.output;
  const auto seen = watching.sink.await_started(by_id(ran.output));
  ASSERT_TRUE(seen) << "container " << ran.output << " was not seen";
  const auto config = parse_sha256(test::run(docker("inspect -f '{{.Image}}' " + ran.output)).output);
  ASSERT_TRUE(config);
  EXPECT_EQ(seen->digests, std::vector<Sha256>{*config});
  EXPECT_EQ(seen->name, "weir-test:1");
  EXPECT_EQ(seen->image->layers.size(), 1u);
  EXPECT_EQ(seen->origin.runtime, "docker");
  const auto started_at =
      parse_instant(test::run(docker("inspect -f '{{.State.StartedAt}}' " + ran.output)).output);
  EXPECT_EQ(seen->started_at, *started_at);
  EXPECT_LT(*watching.sink.told_after(by_id(ran.output)), told_within);
}

TEST_F(Docker, daemon_nobody_told_us_of_is_found_by_its_process) {
  Watching watching;
  const auto ran = test::run(docker("run -d --network none weir-test:1"));
  const auto seen = watching.sink.await_started(by_id(ran.output));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->origin.runtime, "docker");
  EXPECT_EQ(seen->digests.size(), 1u);
}

TEST_F(Docker, restart_of_a_container_is_an_end_and_a_start) {
  Watching watching({.sockets = {socket_}});
  const auto ran = test::run(docker("run -d --network none weir-test:1"));
  const auto first = watching.sink.await_started(by_id(ran.output));
  ASSERT_TRUE(first);
  test::run(docker("restart -t 0 " + ran.output));
  EXPECT_TRUE(watching.sink.await_ended(ran.output));
  EXPECT_TRUE(watching.sink.await_started([&](const runtime::Instance& instance) {
    return instance.id == ran.output && instance.started_at > first->started_at;
  }));
}

TEST_F(Docker, source_names_the_socket) {
  Watching watching({.sockets = {socket_}});
  const auto sources = watching.collector.sources();
  const auto docker = std::find_if(sources.begin(), sources.end(),
                                   [&](const runtime::Source& source) { return source.detail == socket_; });
  ASSERT_NE(docker, sources.end());
  EXPECT_EQ(docker->means, "docker");
  EXPECT_EQ(docker->blind, "");
}

class RawRunc : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_UNLESS(geteuid() == 0 && test::has_program("runc"), "root and runc");
    test::make_root_file_system(scratch_.path());
    ASSERT_EQ(test::run("cd " + scratch_.path() + " && runc spec").status, 0);
    const std::string file = scratch_.path() + "/config.json";
    auto config = format::parse_json(test::run("cat " + file).output);
    ASSERT_TRUE(config);
    format::Json process = config->at("process");
    process.set("terminal", false);
    process.set("rlimits", format::Json::Array{});
    process.set("args", format::Json::Array{"/bin/sleep", "1000"});
    config->set("process", process);
    FILE* out = fopen(file.c_str(), "w");
    const std::string text = format::dump(*config);
    fwrite(text.data(), 1, text.size(), out);
    fclose(out);
  }
  std::string runc() const { return "runc --root " + scratch_.path() + "/runc "; }
  void TearDown() override { test::run(runc() + "delete -f weir-raw"); }
  test::ScratchDirectory scratch_;
};

TEST_F(RawRunc, container_no_runtime_admits_to_is_reported_as_such) {
  Watching watching;
  const Instant before = SystemClock().now();
  ASSERT_EQ(test::run(runc() + "run -d -b " + scratch_.path() + " weir-raw >/dev/null </dev/null 2>/dev/null")
                .status,
            0);
  const auto seen = watching.sink.await_started([&](const runtime::Instance& i) {
    return i.started_at > before - milliseconds(50) && i.name == "/bin/sleep";
  });
  ASSERT_TRUE(seen);
  EXPECT_LT(*watching.sink.told_after(by_id(seen->id)), told_within);
  EXPECT_THAT(seen->marks, Contains("outside-runtime"));
  EXPECT_EQ(seen->origin.runtime, "none");
  EXPECT_EQ(seen->seen, runtime::Seen::unhashed);
  EXPECT_NE(seen->seen_note, "");
  EXPECT_TRUE(seen->digests.empty());
}

TEST_F(RawRunc, poke_on_an_exec_makes_it_seen_at_once) {
  Watching watching({.census_interval = seconds(60)});
  ASSERT_EQ(test::run(runc() + "run -d -b " + scratch_.path() + " weir-raw >/dev/null </dev/null 2>/dev/null")
                .status,
            0);
  const auto pid = test::run(runc() + "state weir-raw | grep -o '\"pid\": [0-9]*' | grep -o '[0-9]*'").output;
  watching.collector.poke(std::stoll(pid));
  const auto seen = watching.sink.await_started(
      [&](const runtime::Instance& i) { return i.origin.pid == std::stoll(pid); });
  ASSERT_TRUE(seen);
  EXPECT_LT(*watching.sink.told_after(by_id(seen->id)), seconds(5)) << "a census comes each 60 s only";
}

TEST(Unshared, root_file_system_in_namespaces_of_its_own_is_a_container_outside_runtimes) {
  SKIP_UNLESS(geteuid() == 0, "root");
  test::ScratchDirectory scratch;
  test::make_root_file_system(scratch.path());
  Watching watching;
  const test::Daemon shell(
      "unshare --mount --pid --fork --kill-child chroot " + scratch.path() + "/rootfs /bin/sleep 1000",
      scratch.path() + "/log", SIGKILL);
  const auto seen = watching.sink.await_started(
      [](const runtime::Instance& i) { return i.name == "/bin/sleep" && i.origin.runtime == "none"; });
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->id.starts_with("ns-")) << seen->id;
}

class Containerd : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_UNLESS(geteuid() == 0 && test::has_program("containerd") && test::has_program("ctr") &&
                    test::has_program("podman"),
                "root, containerd, ctr and podman");
    const std::string& at = scratch_.path();
    test::make_root_file_system(at);
    socket_ = at + "/containerd.sock";
    FILE* out = fopen((at + "/config.toml").c_str(), "w");
    fprintf(out,
            "version = 2\nroot = \"%s/root\"\nstate = \"%s/state\"\ndisabled_plugins = "
            "[\"io.containerd.grpc.v1.cri\"]\n"
            "[grpc]\n  address = \"%s\"\n[ttrpc]\n  address = \"%s.ttrpc\"\n",
            at.c_str(), at.c_str(), socket_.c_str(), socket_.c_str());
    fclose(out);
    daemon_.emplace("containerd --config " + at + "/config.toml", at + "/containerd.log");
    ASSERT_TRUE(daemon_->await([&] { return test::run(ctr("version")).status == 0; }, seconds(10)));
    const std::string podman =
        "podman --root " + at + "/store --runroot " + at + "/run --tmpdir " + at + "/tmp ";
    const auto made = test::run(podman + "import --change 'CMD [\"/bin/sleep\",\"1000\"]' " + at +
                                "/rootfs.tar localhost/weir-test:1 && " + podman +
                                "save --format oci-archive -o " + at + "/image.tar localhost/weir-test:1");
    ASSERT_EQ(made.status, 0) << made.output;
    import_image("image.tar");
  }
  void TearDown() override {
    if (!daemon_) return;
    test::run(ctr("tasks kill -s KILL " + container_));
    test::await([&] { return test::run(ctr("containers rm " + container_)).status == 0; }, seconds(5));
  }
  // containerd's garbage collector may take an import's content from under it; then it is imported once more.
  void import_image(const std::string& archive) const {
    const std::string import =
        ctr("images import --index-name localhost/weir-test:1 " + scratch_.path() + "/" + archive);
    const bool imported = test::await([&] { return test::run(import).status == 0; }, seconds(20));
    ASSERT_TRUE(imported) << test::run(import).output;
  }
  std::string ctr(const std::string& words) const { return "ctr -a " + socket_ + " -n evil " + words; }

  test::ScratchDirectory scratch_;
  std::string socket_;
  std::optional<test::Daemon> daemon_;
  // runc keeps its state per host, whichever containerd asks: tests at one time need names of their own.
  const std::string container_ = "weir-evil-" + std::to_string(getpid());
};

TEST_F(Containerd, container_started_by_hand_in_a_namespace_of_its_own_is_known_by_its_image) {
  Watching watching;
  const auto ran = test::run(ctr("run -d --snapshotter native localhost/weir-test:1 " + container_));
  ASSERT_EQ(ran.status, 0) << ran.output;
  const auto seen = watching.sink.await_started(by_id(container_));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->origin.runtime, "containerd");
  EXPECT_EQ(seen->name, "localhost/weir-test:1");
  EXPECT_EQ(seen->seen, runtime::Seen::whole) << seen->seen_note;
  const auto target =
      test::run(ctr("images ls name==localhost/weir-test:1") + " | grep -o 'sha256:[0-9a-f]*' | head -1")
          .output;
  EXPECT_THAT(seen->image->manifests, Contains(*parse_sha256(target)));
  ASSERT_TRUE(seen->image->config);
  EXPECT_EQ(seen->digests.front(), *seen->image->config);
}

TEST_F(Containerd, image_name_that_moved_is_not_believed) {
  ASSERT_EQ(test::run(ctr("run -d --snapshotter native localhost/weir-test:1 " + container_)).status, 0);
  const std::string at = scratch_.path();
  const std::string podman =
      "podman --root " + at + "/store --runroot " + at + "/run --tmpdir " + at + "/tmp ";
  const auto moved =
      test::run("cd " + at + " && echo changed > rootfs/etc/changed && tar -C rootfs -cf other.tar . && " +
                podman + "import other.tar localhost/other:1 && " + podman +
                "save --format oci-archive -o other-image.tar localhost/other:1");
  ASSERT_EQ(moved.status, 0) << moved.output;
  import_image("other-image.tar");
  Watching watching;
  const auto seen = watching.sink.await_started(by_id(container_));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->seen, runtime::Seen::unhashed);
  EXPECT_THAT(seen->seen_note, testing::HasSubstr("other content"));
}

}  // namespace
}  // namespace weir::agent
