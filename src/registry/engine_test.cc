// What a build machine's runtime says about an image and what the registry says must be members of one
// identity. Played with a real registry, a real docker daemon and a real podman service, each with its own
// data.
#include "registry/engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "artifact/identity.h"
#include "registry/resolve.h"
#include "support/child_process.h"
#include "support/image_layout.h"

namespace weir::registry {
namespace {

using test::ChildProcess;
using test::ImageLayout;
using test::run_quietly;
using test::ScratchDirectory;

class Engines : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to run container engines";
    for (const char* program : {"docker-registry", "skopeo"})
      if (!test::has_program(program)) GTEST_SKIP() << "no " << program;
    port_ = test::free_port();
    const std::string config = fmt::format(
        "version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {}}}\nhttp: {{addr: "
        "\"127.0.0.1:{}\"}}\n",
        scratch_.path("data"), port_);
    registry_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{"docker-registry", "serve", scratch_.write("config.yml", config)},
        scratch_.path("registry.log"));
    ASSERT_TRUE(test::await([&] { return test::accepts_connections(port_); }));
    ASSERT_TRUE(run_quietly(
        fmt::format("skopeo copy --all --preserve-digests --dest-tls-verify=false oci:{}:v1 docker://{}",
                    layout_.path(), image())));
  }
  std::string image() const { return fmt::format("127.0.0.1:{}/app:v1", port_); }

  // The registry's identity of the image has the runtime's digest as a member, and its document.
  void expect_same_image(const artifact::Fingerprint& local) {
    const auto pushed = resolve(image(), {}, {}).value();
    const auto members = artifact::recompute_identity(pushed.digest, pushed.documents).value();
    const bool member = std::any_of(members.begin(), members.end(), [&](const artifact::IdentityMember& m) {
      return m.digest == local.digest && m.relation == artifact::Relation::config;
    });
    EXPECT_TRUE(member) << to_hex(local.digest);
    ASSERT_EQ(local.documents.size(), 1u);
    EXPECT_EQ(crypto::sha256(local.documents[0]), local.digest);
    const bool claimed = std::any_of(local.aliases.begin(), local.aliases.end(), [&](const Sha256& alias) {
      return std::any_of(members.begin(), members.end(), [&](auto& m) { return m.digest == alias; });
    });
    EXPECT_TRUE(claimed) << local.aliases.size();
  }

  ScratchDirectory scratch_;
  ImageLayout layout_{"v1"};
  int port_ = 0;
  std::unique_ptr<ChildProcess> registry_;
};

}  // namespace

TEST_F(Engines, docker_names_the_config_that_the_registry_holds) {
  if (!test::has_program("dockerd")) GTEST_SKIP() << "no dockerd";
  const std::string socket = scratch_.path("docker.sock");
  const ChildProcess daemon({"dockerd", "--iptables=false", "--bridge=none", "--storage-driver=vfs",
                             "--data-root", scratch_.path("docker"), "--exec-root", scratch_.path("exec"),
                             "--pidfile", scratch_.path("docker.pid"), "-H", "unix://" + socket},
                            scratch_.path("docker.log"));
  const std::string docker = "docker -H unix://" + socket + " ";
  if (!test::await([&] { return run_quietly(docker + "info"); }))
    GTEST_SKIP() << "dockerd does not start here:\n" << scratch_.read("docker.log");
  ASSERT_TRUE(run_quietly(docker + "pull " + image()));
  const Places places{.docker_sockets = {socket}};
  const auto local = resolve("docker:" + image(), {}, places);
  ASSERT_TRUE(local.ok()) << local.error().message;
  expect_same_image(*local);
  EXPECT_EQ(local->name, fmt::format("127.0.0.1:{}/app", port_));

  ASSERT_TRUE(run_quietly(docker + "tag " + image() + " short"));
  EXPECT_EQ(resolve("short", {}, places).value().digest, local->digest);
  EXPECT_EQ(resolve("docker:not-there", {}, places).error().code, Errc::not_found);
}

TEST_F(Engines, podman_names_the_config_that_the_registry_holds) {
  if (!test::has_program("podman")) GTEST_SKIP() << "no podman";
  const std::string socket = scratch_.path("podman.sock");
  const std::string own =
      fmt::format("--root {0}/root --runroot {0}/run --storage-driver vfs", scratch_.path("podman"));
  const std::string podman = "podman " + own + " ";
  const ChildProcess service({"sh", "-c", "exec " + podman + "system service --time 0 unix://" + socket},
                             scratch_.path("podman.log"));
  ASSERT_TRUE(run_quietly(podman + "pull --tls-verify=false " + image()));
  if (!test::await([&] { return access(socket.c_str(), F_OK) == 0; }))
    GTEST_SKIP() << "podman's service does not start here";
  const Places places{.docker_sockets = {scratch_.path("none")}, .podman_sockets = {socket}};
  const auto local = resolve("podman:" + image(), {}, places);
  ASSERT_TRUE(local.ok()) << local.error().message;
  expect_same_image(*local);
  EXPECT_EQ(resolve("podman:not-there", {}, places).error().code, Errc::not_found);
  ASSERT_TRUE(run_quietly(podman + "tag " + image() + " localhost/made-here:1"));
  EXPECT_EQ(resolve("localhost/made-here:1", {}, places).value().digest, local->digest);
  EXPECT_EQ(resolve("localhost/not-there:1", {}, places).error().code, Errc::not_found);
}

TEST(Engine, nobody_at_the_socket_is_unavailable) {
  const ScratchDirectory scratch;
  EXPECT_EQ(runtime_image(scratch.write("not-a-socket", ""), "app").error().code, Errc::unavailable);
}

}  // namespace weir::registry
