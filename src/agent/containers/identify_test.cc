// What runtimes and their files say, read from texts: good ones, foreign ones, broken ones.
#include "agent/containers/identify.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "agent/containers/containerd.h"
#include "agent/containers/grpc.h"
#include "agent/containers/protobuf.h"
#include "agent/containers/storage.h"
#include "agent/containers/support_for_test.h"
#include "crypto/digest.h"
#include "format/json.h"

namespace weir::agent {
namespace {

const std::string hex64 = "0a35cada3b9572ec787a827a0c3af498673f46612f16762eeb525f21833420bc";

TEST(CgroupPath, container_id_is_found_in_every_runtimes_spelling) {
  for (const std::string& path :
       {"/docker/" + hex64, "/system.slice/docker-" + hex64 + ".scope", "/libpod_parent/libpod-" + hex64,
        "/kubepods/besteffort/podx/" + hex64, "/kubepods.slice/cri-containerd-" + hex64 + ".scope",
        "/machine.slice/libpod-" + hex64 + ".scope/container",
        "/kubepods-pod1.slice:cri-containerd:" + hex64})
    EXPECT_EQ(container_id_of_cgroup(path), hex64) << path;
}

TEST(CgroupPath, path_without_such_an_id_has_none) {
  for (const std::string& path :
       {std::string("/"), std::string("/weir-raw"), "/x" + hex64, "/" + hex64.substr(1), std::string()})
    EXPECT_EQ(container_id_of_cgroup(path), "") << path;
}

TEST(ConmonWords, container_bundle_and_pid_file_are_taken_from_its_own_words_only) {
  const std::vector<std::string> words{"/usr/bin/conmon",
                                       "--api-version",
                                       "1",
                                       "-c",
                                       "abc",
                                       "-b",
                                       "/store/overlay-containers/abc/userdata",
                                       "-p",
                                       "/run/pidfile",
                                       "--exit-command",
                                       "/usr/bin/podman",
                                       "--exit-command-arg",
                                       "-c",
                                       "evil"};
  const auto conmon = parse_conmon_words(words);
  ASSERT_TRUE(conmon.ok());
  EXPECT_EQ(conmon->id, "abc");
  EXPECT_EQ(conmon->pid_file, "/run/pidfile");
}

TEST(ConmonWords, missing_or_relative_ones_are_refused) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"conmon"},
                                             {"conmon", "-c"},
                                             {"conmon", "-c", "a", "-b", "relative", "-p", "/p"},
                                             {"conmon", "-c", "a", "-b", "/b"}})
    EXPECT_FALSE(parse_conmon_words(words).ok());
}

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    test::run("mkdir -p " + path("store/overlay-containers/abc/userdata") + " " +
              path("store/overlay-images"));
    conmon = {
        .id = "abc", .bundle = path("store/overlay-containers/abc/userdata"), .pid_file = path("pidfile")};
    write("pidfile", "4711");
  }
  std::string path(const std::string& name) const { return scratch.path() + "/" + name; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  test::ScratchDirectory scratch;
  ConmonWords conmon;
};

TEST_F(StoreTest, process_the_pid_file_does_not_name_is_refused) {
  EXPECT_EQ(identify_stored(conmon, 4712, getuid()).error().code, Errc::forbidden);
}

TEST_F(StoreTest, pid_file_not_written_yet_means_ask_again) {
  write("pidfile", "");
  EXPECT_EQ(identify_stored(conmon, 4711, getuid()).error().code, Errc::unavailable);
  unlink(path("pidfile").c_str());
  EXPECT_EQ(identify_stored(conmon, 4711, getuid()).error().code, Errc::unavailable);
}

// The path stands on a command line that any user may write. Opening a watchdog arms it, so no device is opened.
TEST_F(StoreTest, a_pid_file_that_is_a_device_is_not_opened) {
  conmon.pid_file = "/dev/null";
  const auto found = identify_stored(conmon, 4711, getuid());
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().message.find("no file that can be read"), std::string::npos)
      << found.error().message;
  EXPECT_FALSE(procfs::read_regular("/dev/null", 64));
  EXPECT_TRUE(procfs::read_regular(path("pidfile"), 64));
}

TEST_F(StoreTest, store_being_written_means_ask_again) {
  for (const char* text : {"", "[", R"([{"id":"other"}])", R"({"id":"abc"})"}) {
    write("store/overlay-containers/containers.json", text);
    EXPECT_EQ(identify_stored(conmon, 4711, getuid()).error().code, Errc::unavailable) << text;
  }
}

TEST_F(StoreTest, store_of_another_user_is_not_believed) {
  if (getuid() != 0) GTEST_SKIP() << "SKIPPED, NOT TESTED: needs root to give files away";
  test::run("chown 12345 " + path("pidfile"));
  EXPECT_EQ(identify_stored(conmon, 4711, 54321).error().code, Errc::forbidden);
}

TEST_F(StoreTest, image_configuration_that_does_not_have_its_digest_gives_no_layers) {
  const std::string config = R"({"rootfs":{"diff_ids":["sha256:)" + hex64 + R"("]}})";
  const std::string id = to_hex(crypto::sha256(config));
  test::run("mkdir -p " + path("store/overlay-images/" + id));
  const std::string file = "store/overlay-images/" + id + "/=" + encode_base64("sha256:" + id);
  write("store/overlay-containers/containers.json",
        R"([{"id":"abc","image":")" + id + R"(","metadata":"{\"image-name\":\"localhost/x:1\"}"}])");
  write(file, config);
  auto found = identify_stored(conmon, 4711, getuid());
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->image.layers.size(), 1u);
  EXPECT_EQ(found->image.reference, "localhost/x:1");
  write(file, config + " ");
  found = identify_stored(conmon, 4711, getuid());
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->image.layers.empty());
}

TEST(EngineAnswer, created_container_has_no_process_yet) {
  const auto found = parse_container(*format::parse_json(
      R"({"Id":"abc","State":{"Pid":0,"StartedAt":"0001-01-01T00:00:00Z"},"Image":"sha256:)" + hex64 +
      R"(","Config":{"Image":"x:1"}})"));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->pid, 0);
  EXPECT_FALSE(found->identity.started_at);
}

TEST(EngineAnswer, members_of_other_types_or_absent_are_no_crash) {
  for (const char* text : {"{}", "[]", "null", R"({"Id":7})"})
    EXPECT_FALSE(parse_container(*format::parse_json(text)).ok()) << text;
  const auto found = parse_container(*format::parse_json(R"({"Id":"a","State":[],"Image":5,"Config":null})"));
  ASSERT_TRUE(found.ok());
  EXPECT_NE(found->identity.note, "");
}

TEST(EngineAnswer, repository_digests_and_layers_are_read_and_nonsense_left_out) {
  runtime::ImageClaim claim;
  parse_image(
      *format::parse_json(R"({"RepoDigests":["r/x@sha256:)" + hex64 + R"(","r/y@sha256:)" + hex64 +
                          R"(","broken",5],"RootFS":{"Layers":["sha256:)" + hex64 + R"(","no",null]}})"),
      claim);
  EXPECT_EQ(claim.manifests.size(), 1u);
  EXPECT_EQ(claim.layers.size(), 1u);
}

TEST(ShimWords, namespace_id_and_address_are_all_needed) {
  const std::vector<std::string> good{
      "containerd-shim-runc-v2", "-namespace", "evil", "-id", "x", "-address", "/run/c.sock"};
  ASSERT_TRUE(parse_shim_words(good).ok());
  EXPECT_EQ(parse_shim_words(good)->name_space, "evil");
  EXPECT_FALSE(parse_shim_words(std::span(good).first(5)).ok());
}

TEST(Protobuf, fields_are_read_and_every_cut_is_refused_or_a_prefix) {
  Bytes message;
  protobuf::append_text(message, 1, "hello");
  protobuf::append_text(message, 2, std::string(300, 'x'));
  const auto fields = protobuf::read_message(message);
  ASSERT_TRUE(fields.ok());
  ASSERT_EQ(fields->size(), 2u);
  EXPECT_EQ((*fields)[1].bytes.size(), 300u);
  for (std::size_t size = 1; size < message.size(); ++size) {
    const auto cut = protobuf::read_message(BytesView(message).substr(0, size));
    EXPECT_EQ(cut.ok(), size == 7u) << size;
  }
}

TEST(Protobuf, endless_varint_and_group_are_refused) {
  EXPECT_FALSE(protobuf::read_message(Bytes(20, '\xFF')).ok());
  EXPECT_FALSE(protobuf::read_message("\x0B").ok());
}

TEST(Grpc, messages_are_split_and_cut_or_compressed_ones_refused) {
  const Bytes two("\0\0\0\0\1a\0\0\0\0\2bc", 13);
  ASSERT_TRUE(split_grpc_messages(two).ok());
  EXPECT_EQ(*split_grpc_messages(two), (std::vector<Bytes>{"a", "bc"}));
  EXPECT_FALSE(split_grpc_messages(BytesView(two).substr(0, 12)).ok());
  EXPECT_FALSE(split_grpc_messages(BytesView("\1\0\0\0\0", 5)).ok());
  EXPECT_TRUE(split_grpc_messages("").ok());
}

TEST(Grpc, socket_that_is_not_there_is_unavailable_and_named) {
  const auto answer = call_grpc({.socket = "/nowhere.sock", .method = "/a/b"});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_NE(answer.error().message.find("/nowhere.sock"), std::string::npos);
}

}  // namespace
}  // namespace weir::agent
