// What runtimes say of a container's settings: in their own words, in part, and in other shapes.
#include "agent/containers/settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agent/containers/support_for_test.h"
#include "format/members.h"

namespace weir::agent {
namespace {

using format::parse_json;

std::string of_engine(const std::string& text) {
  const auto settings = settings_of_engine(*parse_json(text));
  return settings ? format::encode(*settings) : "none";
}
std::string of_spec(const std::string& text, const OwnFolders& own = {}) {
  const auto settings = settings_of_spec(*parse_json(text), own);
  return settings ? format::encode(*settings) : "none";
}

TEST(EngineSettings, are_read_out_of_an_inspection) {
  EXPECT_EQ(
      of_engine(
          R"({"Config":{"User":""},"HostConfig":{"Privileged":true,"NetworkMode":"host","PidMode":"host",
    "IpcMode":"private"},"Mounts":[{"Type":"bind","Source":"/var/run/docker.sock"},{"Type":"bind","Source":"/etc"},
    {"Type":"volume","Source":"/var/lib/docker/volumes/v/_data"}]})"),
      R"({"privileged":true,"run_as_root":true,"host_network":true,"host_pid":true,"host_ipc":false,)"
      R"("host_mounts":["/etc","/var/run/docker.sock"]})");
  EXPECT_EQ(
      of_engine(
          R"({"Config":{"User":"app:app"},"HostConfig":{"Privileged":false,"NetworkMode":"bridge","PidMode":"",
    "IpcMode":"shareable"},"Mounts":[]})"),
      R"({"privileged":false,"run_as_root":false,"host_network":false,"host_pid":false,"host_ipc":false,)"
      R"("host_mounts":[]})");
}

TEST(EngineSettings, user_is_root_in_every_spelling) {
  for (const char* user : {"", "0", "00", "root", "0:0", "root:wheel", ":5"})
    EXPECT_NE(of_engine(std::string(R"({"Config":{"User":")") + user + R"("},"HostConfig":{}})")
                  .find("\"run_as_root\":true"),
              std::string::npos)
        << user;
  for (const char* user : {"1000", "app", "roots", "10:0"})
    EXPECT_NE(of_engine(std::string(R"({"Config":{"User":")") + user + R"("},"HostConfig":{}})")
                  .find("\"run_as_root\":false"),
              std::string::npos)
        << user;
}

TEST(EngineSettings, what_is_not_said_or_joined_from_elsewhere_is_not_known) {
  EXPECT_EQ(of_engine("{}"), "none");
  EXPECT_EQ(of_engine(R"({"HostConfig":7,"Config":[],"Mounts":"x"})"), "none");
  EXPECT_EQ(
      of_engine(
          R"({"HostConfig":{"Privileged":"yes","NetworkMode":"container:abc","PidMode":"ns:/proc/1/ns/pid"},
    "Mounts":5})"),
      "{}");
}

std::string published_of(const std::string& text) {
  const auto published = published_by_engine(*parse_json(text));
  return published ? format::encode(*published) : "none";
}

TEST(EnginePorts, are_the_addresses_of_the_host_that_lead_to_it) {
  EXPECT_EQ(published_of(R"({"HostConfig":{"NetworkMode":"bridge"},"NetworkSettings":{"Ports":{"80/tcp":
    [{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}],"53/udp":[{"HostIp":"127.0.0.1",
    "HostPort":"5353"}],"9/sctp":[{"HostIp":"","HostPort":"9"}],"443/tcp":null}}})"),
            R"(["tcp 0.0.0.0:8080->80","tcp [::]:8080->80","udp 127.0.0.1:5353->53","sctp 0.0.0.0:9->9"])");
  EXPECT_EQ(published_of(R"({"HostConfig":{"NetworkMode":"none"},"NetworkSettings":{"Ports":{}}})"), "[]");
}

TEST(EnginePorts, of_a_joined_network_or_the_hosts_are_not_its_own) {
  for (const std::string mode : {"host", "container:abc", "ns:/run/netns/x", ""})
    EXPECT_EQ(published_of(R"({"HostConfig":{"NetworkMode":")" + mode + R"("},"NetworkSettings":{"Ports":{}}})"),
              "none")
        << mode;
  EXPECT_EQ(published_of("{}"), "none");
  EXPECT_EQ(published_of(R"({"HostConfig":{"NetworkMode":"bridge"},"NetworkSettings":{"Ports":[]}})"), "none");
}

constexpr const char* plain =
    R"({"process":{"user":{"uid":0,"gid":0},"capabilities":{"bounding":["CAP_CHOWN"]}},
  "mounts":[{"destination":"/proc","type":"proc","source":"proc"},
    {"destination":"/etc/hosts","type":"bind","source":"/run/containers/storage/overlay-containers/abc/userdata/hosts"},
    {"destination":"/data","type":"bind","source":"/store/volumes/v1/_data","options":["rbind"]},
    {"destination":"/x","type":"none","source":"/srv/x","options":["rbind","ro"]}],
  "linux":{"maskedPaths":["/proc/kcore"],"seccomp":{"defaultAction":"x"},
    "namespaces":[{"type":"pid"},{"type":"network","path":"/run/netns/n"},{"type":"mount"}]}})";

TEST(SpecSettings, own_files_and_volumes_of_the_runtime_are_no_folders_of_the_host) {
  EXPECT_EQ(
      of_spec(plain, {.container = "abc", .volumes = "/store/volumes"}),
      R"({"privileged":false,"run_as_root":true,"host_pid":false,"host_ipc":true,"host_mounts":["/srv/x"]})");
}

TEST(SpecSettings, a_path_that_climbs_out_of_a_volume_is_the_hosts) {
  const std::string climbs =
      R"({"process":{},"linux":{},"mounts":[{"type":"bind","source":"/store/volumes/../../etc"}]})";
  EXPECT_NE(of_spec(climbs, {.volumes = "/store/volumes"}).find("/etc"), std::string::npos);
}

TEST(SpecSettings, all_capabilities_without_filter_and_mask_are_privileged_and_nothing_less) {
  const std::string all =
      R"("capabilities":{"bounding":["CAP_SYS_ADMIN","CAP_SYS_MODULE","CAP_SYS_RAWIO","CAP_SYS_PTRACE"]})";
  const auto is = [&](const std::string& process, const std::string& system) {
    return settings_of_spec(*parse_json("{\"process\":{" + process + "},\"linux\":{" + system + "}}"), {})
        ->privileged;
  };
  EXPECT_EQ(is(all, ""), true);
  EXPECT_EQ(is(all, R"("seccomp":{})"), false);
  EXPECT_EQ(is(all, R"("maskedPaths":["/proc/kcore"])"), false);
  EXPECT_EQ(is(R"("capabilities":{"bounding":["CAP_SYS_ADMIN"]})", ""), false);
  EXPECT_EQ(of_spec("{}"), "none");
  EXPECT_EQ(of_spec(R"({"process":[],"linux":null,"mounts":7})"), "none");
}

TEST(SpecSettings, more_folders_than_are_kept_are_cut_off) {
  std::string mounts;
  for (int i = 0; i < 100; ++i)
    mounts += std::string(i > 0 ? "," : "") + R"({"type":"bind","source":"/srv/)" + std::to_string(i) + "\"}";
  const auto settings =
      settings_of_spec(*parse_json(R"({"process":{},"linux":{},"mounts":[)" + mounts + "]}"), {});
  ASSERT_EQ(settings->host_mounts->size(), runtime::host_mounts_max);
  EXPECT_EQ(settings->host_mounts->front(), "(37 more)") << "a rule that allows /srv must not allow the rest";
}

TEST(SpecSettings, a_container_named_after_a_folder_hides_no_folder_of_the_host) {
  for (const char* source : {"/etc/ssh", "/tmp/x/containerd/io.containerd.y/z", "/tmp/io.containerd.y/z"}) {
    const std::string spec =
        R"({"process":{},"linux":{},"mounts":[{"type":"bind","source":")" + std::string(source) + "\"}]}";
    EXPECT_NE(of_spec(spec, {.container = "etc"}).find(source), std::string::npos);
  }
  const std::string sandbox =
      R"({"process":{},"linux":{},"mounts":[{"type":"bind","source":)"
      R"("/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/a/hostname"},)"
      R"({"type":"bind","source":"/run/k3s/containerd/io.containerd.grpc.v1.cri/sandboxes/a/shm"},)"
      R"({"type":"bind","source":"/var/lib/kubelet/pods/b/etc-hosts"}]})";
  EXPECT_NE(of_spec(sandbox, {.container = "a"}).find(R"("host_mounts":[])"), std::string::npos);
}

TEST(BundleSettings, of_a_stranger_or_a_broken_file_are_not_believed) {
  test::ScratchDirectory scratch;
  const std::string bundle = scratch.path() + "/store/overlay-containers/abc/userdata";
  test::run("mkdir -p " + bundle);
  EXPECT_FALSE(settings_of_bundle(bundle, "abc", getuid()));
  std::ofstream(bundle + "/config.json") << plain;
  EXPECT_TRUE(settings_of_bundle(bundle, "abc", getuid()));
  std::ofstream(bundle + "/config.json") << "{";
  EXPECT_FALSE(settings_of_bundle(bundle, "abc", getuid()));
  std::filesystem::remove(bundle + "/config.json");
  std::filesystem::create_symlink("/dev/null", bundle + "/config.json");
  EXPECT_FALSE(settings_of_bundle(bundle, "abc", getuid()));
}

TEST(KernelFacts, of_this_process_it_shares_what_process_one_has_and_overrule_the_runtime) {
  if (getuid() != 0) GTEST_SKIP() << "SKIPPED, NOT TESTED: needs root to see the namespaces of process 1";
  const auto settings =
      with_kernel_facts(runtime::Settings{.run_as_root = false, .host_pid = false}, getpid());
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->run_as_root, true);
  EXPECT_TRUE(settings->host_pid);
  EXPECT_FALSE(with_kernel_facts(std::nullopt, 0x7fffffff));
}

TEST(ReportedSettings, a_report_of_an_older_agent_has_none_and_false_survives_the_wire) {
  const auto old = format::decode_text<runtime::Instance>(
      R"({"id":"a","kind":"container","name":"x","started_at":"2026-01-01T00:00:00.000000Z"})");
  ASSERT_TRUE(old.ok()) << old.error().message;
  EXPECT_FALSE(old->settings);
  runtime::Instance made = *old;
  made.settings = runtime::Settings{.privileged = false, .host_mounts = std::vector<std::string>{}};
  const auto again = format::decode_text<runtime::Instance>(format::encode(made));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, made);
}

}  // namespace
}  // namespace weir::agent
