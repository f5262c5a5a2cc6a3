// A real systemd in a container whose root is this host's under a throw-away layer; and a host without systemd.
#include "agent/units/unit_collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "agent/containers/support_for_test.h"
#include "agent/units/systemd_bus.h"
#include "artifact/fingerprint.h"

namespace weir::agent {
namespace {

class Watching {
 public:
  explicit Watching(UnitOptions options) : collector(std::move(options), clock_) {
    thread_ = std::jthread([this](std::stop_token stop) { collector.watch(sink, stop); });
    test::await([this] { return collector.has_looked(); });
  }
  test::MemorySink sink;
  UnitCollector collector;

 private:
  SystemClock clock_;
  std::jthread thread_;
};

TEST(UnitCollectorTest, host_without_systemd_is_told_as_such) {
  test::ScratchDirectory scratch;
  Watching watching({.root = scratch.path()});
  ASSERT_EQ(watching.collector.sources().size(), 1u);
  EXPECT_THAT(watching.collector.sources()[0].blind, testing::HasSubstr("systemd does not run here"));
  EXPECT_TRUE(list_all(watching.collector).empty());
}

TEST(UnitCollectorTest, bus_nobody_answers_on_is_told_with_what_failed) {
  test::ScratchDirectory scratch;
  test::run("mkdir -p " + scratch.path() + "/run/systemd/system");
  Watching watching({.root = scratch.path()});
  EXPECT_THAT(watching.collector.sources()[0].blind, testing::HasSubstr("system_bus_socket"));
}

class Systemd : public testing::Test {
 protected:
  void SetUp() override {
    const bool here = access("/lib/systemd/systemd", X_OK) == 0 && access("/usr/bin/dbus-daemon", X_OK) == 0;
    if (geteuid() != 0 || !here || !test::has_program("podman"))
      GTEST_SKIP() << "SKIPPED, NOT TESTED: needs root, podman, systemd and dbus-daemon";
    const std::string& at = scratch_.path();
    // A file system of the host's programs without its services.
    test::run("cd " + at +
              " && mkdir -p rootfs/{etc,var,run,tmp,proc,sys,dev,root} && for d in bin sbin lib lib64; do ln "
              "-s usr/$d rootfs/$d; done && "
              "mkdir rootfs/usr && cp /etc/passwd /etc/group rootfs/etc/");
    podman_ = "podman --root " + at + "/store --runroot " + at + "/runroot --tmpdir " + at +
              "/tmp --cgroup-manager cgroupfs ";
    const auto ran =
        test::run(podman_ +
                  "run -d --systemd=always --privileged --runtime runc --ulimit nofile=1024:1024 "
                  "--ulimit nproc=1024:1024 --network=none -v /usr:/usr:ro --rootfs " +
                  at +
                  "/rootfs "
                  "/lib/systemd/systemd --unit=dbus.service");
    ASSERT_EQ(ran.status, 0) << ran.output;
    id_ = ran.output.substr(ran.output.rfind('\n') + 1);
    root_ = "/proc/" + test::run(podman_ + "inspect -f '{{.State.Pid}}' " + id_).output + "/root";
    const bool up =
        test::await([&] { return systemd_runs(root_) && SystemdBus::open(root_).ok(); }, seconds(20));
    ASSERT_TRUE(up) << test::run(podman_ + "logs " + id_).output;
  }
  void TearDown() override {
    if (!id_.empty()) test::run(podman_ + "rm -f -t 0 " + id_);
  }
  test::Ran inside(const std::string& command) const {
    return test::run(podman_ + "exec " + id_ + " " + command);
  }

  test::ScratchDirectory scratch_;
  std::string podman_, id_, root_;
};

TEST_F(Systemd, a_packaged_service_carries_its_packages_claim_and_a_script_is_told_instead_of_its_interpreter) {
  Packages packages("/var/lib/dpkg", "");
  Baseline baseline("", packages, SystemClock().now());
  PackageClaims claims(packages, baseline);
  // What the container sees below /usr is this host's, so dpkg's lists here speak of it.
  const Explain explain = [&](const ReadFile& file) { return claims.claim_of(file); };
  Watching watching({.root = root_, .explain = explain});
  const auto is = [](std::string name) {
    return [name](const runtime::Instance& i) { return i.name == name; };
  };
  const auto started = [&](const std::string& name, const std::string& rest) {
    const auto ran = inside("systemd-run --unit=" + name + " " + rest);
    EXPECT_EQ(ran.status, 0) << ran.output;
    return watching.sink.await_started(is(name + ".service"));
  };
  const auto plain = started("weir-plain", "/usr/bin/sleep 1000");
  ASSERT_TRUE(plain);
  ASSERT_TRUE(plain->package) << plain->seen_note;
  EXPECT_EQ(plain->package->name, "coreutils");

  std::ofstream(scratch_.path() + "/rootfs/root/x.pl") << "sleep 1000;\n";
  const auto script = started("weir-script", "/usr/bin/perl /root/x.pl");
  ASSERT_TRUE(script);
  EXPECT_EQ(script->digests, std::vector<Sha256>{*artifact::fingerprint_file(scratch_.path() + "/rootfs/root/x.pl")});
  EXPECT_FALSE(script->package);
  ASSERT_TRUE(script->interpreter);
  EXPECT_EQ(script->interpreter->digest, *artifact::fingerprint_file("/usr/bin/perl"));

  const auto text = started("weir-text", "/bin/sh -c 'sleep 1000; true'");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->seen, runtime::Seen::unseen);
  EXPECT_TRUE(text->digests.empty());
}

TEST_F(Systemd, a_bare_name_is_found_as_systemd_finds_it_and_each_program_of_a_service_is_told) {
  std::ofstream(scratch_.path() + "/rootfs/etc/several.service")
      << "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=-:true\nExecStart=@/usr/bin/echo shout x\n"
         "ExecStart=-/usr/bin/true again\n";
  Watching watching({.root = root_});
  ASSERT_EQ(inside("sh -c 'mkdir -p /run/systemd/system && cp /etc/several.service /run/systemd/system/ && "
                   "systemctl daemon-reload && systemctl start several'").status, 0);
  const auto told = [&](const char* program) {
    const std::vector<Sha256> digests{*artifact::fingerprint_file(program)};
    return watching.sink.await_started([&](const runtime::Instance& i) {
      return i.name == "several.service" && i.digests == digests;
    });
  };
  const auto first = told("/usr/bin/true"), second = told("/usr/bin/echo");
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->id, first->id + "#2");
  EXPECT_EQ(list_all(watching.collector).size(), watching.sink.all_started().size()) << "the third is the first again";
  ASSERT_EQ(inside("systemctl stop several").status, 0);
  EXPECT_TRUE(watching.sink.await_ended(second->id));
}

TEST_F(Systemd, transient_service_is_known_by_what_it_starts_and_marked) {
  Watching watching({.root = root_});
  const auto ran = inside("systemd-run --unit=weir-adhoc /usr/bin/sleep 1000");
  ASSERT_EQ(ran.status, 0) << ran.output;
  const auto seen =
      watching.sink.await_started([](const runtime::Instance& i) { return i.name == "weir-adhoc.service"; });
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->kind, runtime::WorkloadKind::unit);
  EXPECT_EQ(seen->digests, std::vector<Sha256>{*artifact::fingerprint_file("/usr/bin/sleep")});
  EXPECT_THAT(seen->marks, testing::Contains("transient"));
  EXPECT_GT(seen->origin.pid, 0);
  EXPECT_LT((SystemClock().now() - seen->started_at).micros, 5'000'000);
  EXPECT_EQ(watching.collector.sources()[0].blind, "");
  const std::string first = seen->id;
  ASSERT_EQ(inside("systemctl restart weir-adhoc").status, 0);
  EXPECT_TRUE(watching.sink.await_ended(first));
  ASSERT_EQ(inside("systemctl stop weir-adhoc").status, 0);
  const bool gone = test::await([&] {
    const auto all = list_all(watching.collector);
    return std::none_of(all.begin(), all.end(), [](const auto& i) { return i.name == "weir-adhoc.service"; });
  });
  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace weir::agent
