#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "artifact/identity.h"
#include "http/server.h"
#include "registry/registry_client.h"
#include "registry/resolve.h"
#include "support/child_process.h"
#include "support/image_layout.h"

namespace weir::registry {
namespace {

using test::ChildProcess;
using test::ImageLayout;
using test::ScratchDirectory;

// bcrypt of "secret"; the salt is fixed so that no tool is needed to make it.
constexpr std::string_view password_line =
    "user:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

class RealRegistry {
 public:
  enum class Access { open, password };
  explicit RealRegistry(Access access) : port_(test::free_port()) {
    std::string config = fmt::format(
        "version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {}}}\nhttp: {{addr: "
        "\"127.0.0.1:{}\"}}\n",
        scratch_.path("data"), port_);
    if (access == Access::password)
      config += fmt::format("auth:\n  htpasswd: {{realm: test, path: {}}}\n",
                            scratch_.write("htpasswd", password_line));
    child_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{"docker-registry", "serve", scratch_.write("config.yml", config)},
        scratch_.path("log"));
    ready_ = test::await([&] { return test::accepts_connections(port_); });
  }
  bool ready() const { return ready_; }
  std::string host() const { return fmt::format("127.0.0.1:{}", port_); }
  bool push(const ImageLayout& layout, std::string_view name, std::string_view more = "") const {
    return test::run_quietly(fmt::format(
        "skopeo copy --all --preserve-digests --dest-tls-verify=false {} oci:{}:v1 docker://{}/{}", more,
        layout.path(), host(), name));
  }

 private:
  ScratchDirectory scratch_;
  int port_;
  std::unique_ptr<ChildProcess> child_;
  bool ready_ = false;
};

Places with_config(const ScratchDirectory& scratch, std::string_view config) {
  scratch.write("docker/config.json", config);
  return {.docker_config = scratch.path("docker")};
}

#define NEEDS(program) \
  if (!test::has_program(program)) GTEST_SKIP() << "no " << program

}  // namespace

TEST(Registry, a_multi_platform_image_is_read_with_all_its_documents) {
  NEEDS("docker-registry");
  NEEDS("skopeo");
  const RealRegistry registry(RealRegistry::Access::open);
  ASSERT_TRUE(registry.ready());
  const ImageLayout layout("v1");
  ASSERT_TRUE(registry.push(layout, "team/app:v1"));

  const auto by_tag = resolve(registry.host() + "/team/app:v1", {}, {});
  ASSERT_TRUE(by_tag.ok()) << by_tag.error().message;
  EXPECT_EQ(by_tag->digest, crypto::sha256(layout.index));
  EXPECT_EQ(by_tag->name, registry.host() + "/team/app");
  EXPECT_EQ(by_tag->documents, (std::vector<Bytes>{layout.index, layout.amd64, layout.amd64_config,
                                                   layout.arm64, layout.arm64_config}));
  const auto identity = artifact::recompute_identity(by_tag->digest, by_tag->documents).value();
  ASSERT_EQ(identity.size(), 5u);
  EXPECT_EQ(identity[1].platform, "linux/amd64");

  const std::string manifest = to_string(crypto::sha256(layout.arm64));
  const auto by_digest = resolve("registry:" + registry.host() + "/team/app@" + manifest, {}, {}).value();
  EXPECT_EQ(by_digest.digest, crypto::sha256(layout.arm64));
  EXPECT_EQ(by_digest.documents.size(), 2u);

  EXPECT_EQ(resolve(registry.host() + "/team/app:v2", {}, {}).error().code, Errc::not_found);
  EXPECT_EQ(resolve(registry.host() + "/team/app@sha256:" + std::string(64, '0'), {}, {}).error().code,
            Errc::not_found);
}

TEST(Registry, dockers_credentials_are_used) {
  NEEDS("docker-registry");
  NEEDS("skopeo");
  const RealRegistry registry(RealRegistry::Access::password);
  ASSERT_TRUE(registry.ready());
  const ImageLayout layout("v1");
  ASSERT_TRUE(registry.push(layout, "app:v1", "--dest-creds user:secret"));
  const std::string image = registry.host() + "/app:v1";
  ScratchDirectory scratch;
  const auto config = [&](std::string_view auth) {
    return with_config(scratch, fmt::format(R"({{"auths":{{"{}":{{"auth":"{}"}}}}}})", registry.host(),
                                            encode_base64(auth)));
  };

  const auto anonymous = resolve(image, {}, {});
  ASSERT_FALSE(anonymous.ok());
  EXPECT_EQ(anonymous.error().code, Errc::forbidden);
  EXPECT_TRUE(resolve(image, {}, config("user:secret")).ok());
  const auto wrong = resolve(image, {}, config("user:wrong-secret"));
  EXPECT_EQ(wrong.error().code, Errc::forbidden);
  EXPECT_EQ(wrong.error().message.find("wrong-secret"), std::string::npos);
}

TEST(Registry, a_credential_helper_is_asked) {
  NEEDS("docker-registry");
  NEEDS("skopeo");
  const RealRegistry registry(RealRegistry::Access::password);
  ASSERT_TRUE(registry.ready());
  const ImageLayout layout("v1");
  ASSERT_TRUE(registry.push(layout, "app:v1", "--dest-creds user:secret"));
  ScratchDirectory scratch;
  const std::string helper = scratch.write(
      "bin/docker-credential-weirtest",
      fmt::format("#!/bin/sh\nread host\n[ \"$host\" = \"{}\" ] || exit 1\nprintf "
                  "'{{\"ServerURL\":\"%s\",\"Username\":\"user\",\"Secret\":\"secret\"}}' \"$host\"\n",
                  registry.host()));
  chmod(helper.c_str(), 0755);
  const std::string path = std::getenv("PATH");
  setenv("PATH", (scratch.path("bin") + ":" + path).c_str(), 1);
  const std::string image = registry.host() + "/app:v1";
  EXPECT_TRUE(resolve(image, {}, with_config(scratch, R"({"credsStore":"weirtest"})")).ok());
  EXPECT_TRUE(
      resolve(image, {},
              with_config(scratch, fmt::format(R"({{"credHelpers":{{"{}":"weirtest"}}}})", registry.host())))
          .ok());
  EXPECT_EQ(resolve(image, {}, with_config(scratch, R"({"credsStore":"not-there"})")).error().code,
            Errc::forbidden);
  EXPECT_EQ(resolve(image, {}, with_config(scratch, R"({"credsStore":"../../bin/sh"})")).error().code,
            Errc::invalid);
  EXPECT_EQ(resolve(image, {}, with_config(scratch, "{broken")).error().code, Errc::invalid);
  setenv("PATH", path.c_str(), 1);
}

// The token service is a part no packaged registry brings along, so this one is played by the server of this
// project.
TEST(Registry, a_token_is_fetched_where_the_registry_asks_for_one) {
  const ImageLayout layout("v1");
  const std::string manifest = layout.amd64, config = layout.amd64_config;
  std::string url;
  std::vector<std::string> asked;
  const auto handle = [&](http::Request request, http::Respond respond) {
    const std::string authorization(request.header("authorization").value_or(""));
    asked.push_back(fmt::format("{} {}", request.path, authorization));
    http::Response answer;
    if (request.path == "/token") {
      const bool right = request.query("scope") == "repository:app:pull" &&
                         authorization == "Basic " + encode_base64("user:secret");
      answer = right ? http::Response{.body = R"({"token":"t0ken"})"} : http::Response{.status = 401};
    } else if (request.path == "/v2/" || authorization != "Bearer t0ken") {
      answer.status = 401;
      answer.headers.push_back(
          {"WWW-Authenticate",
           fmt::format(R"(Bearer realm="{}/token",service="test",scope="repository:app:pull")", url)});
    } else if (request.path.starts_with("/v2/app/manifests/")) {
      answer.body = manifest;
    } else if (request.path.ends_with("/blobs/" + to_string(crypto::sha256(config)))) {
      answer.status = 307;
      answer.headers.push_back({"Location", url + "/stored"});
    }
    respond(std::move(answer));
  };
  // The second server stands for another host: what is stored there is fetched without the token.
  std::string stored_authorization = "not asked";
  auto store = http::Server::start({}, [&](http::Request request, http::Respond respond) {
    stored_authorization = request.header("authorization").value_or("");
    respond({.body = config});
  });
  ASSERT_TRUE(store.ok());
  const auto with_redirect = [&](http::Request request, http::Respond respond) {
    if (request.path.find("/blobs/") == std::string::npos)
      return handle(std::move(request), std::move(respond));
    respond({.status = 307, .headers = {{"Location", store->url() + "/stored"}}});
  };
  auto server = http::Server::start({}, with_redirect);
  ASSERT_TRUE(server.ok());
  url = server->url();
  const ImageReference reference =
      parse_reference(fmt::format("127.0.0.1:{}/app:v1", server->port())).value();
  const auto image = read_image(reference, {.user = "user", .secret = "secret"});
  ASSERT_TRUE(image.ok()) << image.error().message << "\n" << fmt::format("{}", fmt::join(asked, "\n"));
  EXPECT_EQ(image->documents, (std::vector<Bytes>{manifest, config}));
  EXPECT_EQ(stored_authorization, "");
  EXPECT_EQ(read_image(reference, {.user = "user", .secret = "wrong"}).error().code, Errc::forbidden);
}

TEST(Registry, an_answer_with_other_bytes_is_refused) {
  const ImageLayout layout("v1");
  auto server = http::Server::start({}, [&](http::Request request, http::Respond respond) {
    const bool blob = request.path.find("/blobs/") != std::string::npos;
    respond({.body = blob ? layout.arm64_config : layout.amd64});
  });
  ASSERT_TRUE(server.ok());
  const std::string host = fmt::format("127.0.0.1:{}", server->port());
  EXPECT_EQ(read_image(parse_reference(host + "/app:v1").value(), {}).error().code, Errc::invalid);
  EXPECT_EQ(
      read_image(parse_reference(host + "/app@sha256:" + std::string(64, '1')).value(), {}).error().code,
      Errc::invalid);
}

TEST(Registry, a_redirect_to_clear_text_elsewhere_is_refused) {
  const ImageLayout layout("v1");
  auto server = http::Server::start({}, [&](http::Request request, http::Respond respond) {
    if (request.path.find("/blobs/") == std::string::npos) return respond({.body = layout.amd64});
    respond({.status = 307, .headers = {{"Location", "http://192.0.2.1/stored"}}});
  });
  ASSERT_TRUE(server.ok());
  const auto image =
      read_image(parse_reference(fmt::format("127.0.0.1:{}/app:v1", server->port())).value(), {});
  EXPECT_EQ(image.error().code, Errc::unavailable);
  EXPECT_NE(image.error().message.find("not protected"), std::string::npos) << image.error().message;
}

TEST(Reference, names_are_taken_apart) {
  struct Case { const char *text, *host, *repository, *wanted; };
  const std::string digest = "sha256:" + std::string(64, 'a');
  for (const Case& c : {Case{"localhost/app", "localhost", "app", "latest"},
                        {"host.example/a/b_c:v1.0", "host.example", "a/b_c", "v1.0"},
                        {"host:5000/a", "host:5000", "a", "latest"},
                        {"[::1]:5000/a:x", "[::1]:5000", "a", "x"},
                        {"docker.io/debian:12", "docker.io", "library/debian", "12"}}) {
    const auto read = parse_reference(c.text);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->host, c.host);
    EXPECT_EQ(read->repository, c.repository);
    EXPECT_EQ(read->wanted(), c.wanted);
  }
  EXPECT_EQ(parse_reference("host.example/a:v1@" + digest).value().wanted(), digest);
  for (const char* bad :
       {"", "app", "app:v1", "host.example/", "host.example/A", "host.example/a//b", "host.example/../x",
        "host.example/a:", "host.example/a:b c", "host.example/a@sha512:00", "host.example/a@sha256:0",
        "ho st.example/a", "host.example/-a"})
    EXPECT_FALSE(parse_reference(bad).ok()) << bad;
}

TEST(Reference, only_this_machine_is_loopback) {
  for (const char* yes : {"localhost", "localhost:5000", "127.0.0.1:1", "127.9.9.9", "[::1]:80"})
    EXPECT_TRUE(is_loopback(yes)) << yes;
  for (const char* no : {"127.0.0.1.example:1", "localhost.example", "10.0.0.1", "127.example", "[::2]"})
    EXPECT_FALSE(is_loopback(no)) << no;
}

TEST(Challenge, what_a_registry_asks_for_is_read) {
  const Challenge bearer =
      parse_challenge(R"(Bearer realm="https://a/t",service="s, x",scope="repository:a:pull")").value();
  EXPECT_EQ(bearer.scheme, "bearer");
  EXPECT_EQ(bearer.realm, "https://a/t");
  EXPECT_EQ(bearer.service, "s, x");
  EXPECT_EQ(bearer.scope, "repository:a:pull");
  EXPECT_EQ(parse_challenge(R"(BASIC realm="r")").value().scheme, "basic");
  for (const char* bad : {"", "Digest realm=\"x\"", "Bearer", "Bearer realm=\"x", "Bearer service=\"x\""})
    EXPECT_FALSE(parse_challenge(bad).ok()) << bad;
}

TEST(Resolve, digests_paths_and_unknown_names_are_told_apart) {
  ScratchDirectory scratch;
  const Places nowhere{.docker_sockets = {scratch.path("none")}, .podman_sockets = {scratch.path("none")}};
  EXPECT_EQ(resolve("sha256:" + std::string(64, 'a'), {}, nowhere).value().kind,
            artifact::ArtifactKind::fingerprint);
  EXPECT_EQ(resolve(scratch.write("f", "x"), {}, nowhere).value().digest, crypto::sha256("x"));
  EXPECT_EQ(resolve("./not-here", {}, nowhere).error().code, Errc::not_found);
  const auto unknown = resolve("app", {}, nowhere);
  EXPECT_EQ(unknown.error().code, Errc::not_found);
  EXPECT_NE(unknown.error().message.find("docker has no socket"), std::string::npos);
}

TEST(Resolve, one_of_several_images_in_a_path_is_named_behind_it) {
  ScratchDirectory scratch;
  const Places nowhere{.docker_sockets = {scratch.path("none")}, .podman_sockets = {scratch.path("none")}};
  std::string listed;
  std::vector<std::string> digests;
  for (const char* tag : {"v1", "v2"}) {
    const std::string manifest = fmt::format(R"({{"schemaVersion":2,"layers":[],"config":{{"mediaType":"{}",)"
                                             R"("digest":"sha256:{}","size":1}}}})",
                                             tag, std::string(64, '0'));
    digests.push_back(to_hex(crypto::sha256(manifest)));
    scratch.write("many/blobs/sha256/" + digests.back(), manifest);
    listed += fmt::format(R"({}{{"digest":"sha256:{}","size":{},"annotations":)"
                          R"({{"org.opencontainers.image.ref.name":"example.org/app:{}"}}}})",
                          listed.empty() ? "" : ",", digests.back(), manifest.size(), tag);
  }
  scratch.write("many/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  scratch.write("many/index.json", fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", listed));
  const std::string path = scratch.path("many");
  const auto found = [&](const std::string& image, artifact::FingerprintOptions options = {}) {
    const auto one = resolve(path + image, options, nowhere);
    return one.ok() ? to_hex(one->digest) : one.error().message;
  };
  EXPECT_EQ(found(":v1"), digests[0]);
  EXPECT_EQ(found(":example.org/app:v2"), digests[1]);
  EXPECT_EQ(found("@sha256:" + digests[1]), digests[1]);
  EXPECT_NE(found("").find("say which, as in ./PATH:TAG"), std::string::npos) << found("");
  EXPECT_NE(found(":v3").find("no image 'v3' lies there"), std::string::npos) << found(":v3");
  for (const artifact::FingerprintOptions& whole :
       {artifact::FingerprintOptions{.tree_rule = artifact::TreeRule::kosli},
        artifact::FingerprintOptions{.kind = artifact::ArtifactKind::directory}})
    EXPECT_NE(found(":v1", whole).find("names an image"), std::string::npos) << found(":v1", whole);
  scratch.write("many:v9", "a file of that name");
  EXPECT_EQ(found(":v9"), to_hex(crypto::sha256("a file of that name")));
}

}  // namespace weir::registry
