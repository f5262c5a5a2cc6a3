#include "artifact/tree.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "artifact/disk_tree.h"
#include "artifact/fingerprint.h"
#include "artifact/kosli_tree.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "format/members.h"
#include "support/scratch_directory.h"

namespace weir::artifact {
namespace {

using test::ScratchDirectory;

std::string digest_of(const std::string& directory) {
  const auto digest = fingerprint_directory(directory);
  return digest.ok() ? to_hex(*digest) : digest.error().message;
}

struct VectorEntry {
  std::string path, kind, data;
  std::int64_t mode = 0;
  static void members(auto& visit, auto& self) {
    visit("path", self.path);
    visit("kind", self.kind);
    visit("mode", self.mode);
    visit("data", self.data);
  }
};
struct Vector {
  std::string name, digest;
  std::vector<VectorEntry> entries;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("digest", self.digest);
    visit("entries", self.entries);
  }
};

void build(const ScratchDirectory& scratch, const VectorEntry& entry) {
  const Bytes path = decode_hex(entry.path).value(), data = decode_hex(entry.data).value();
  if (entry.kind == "link") return scratch.link(path, data);
  if (entry.kind == "directory") scratch.make_directory(path);
  else scratch.write(path, data);
  ASSERT_EQ(chmod(scratch.path(path).c_str(), static_cast<mode_t>(entry.mode)), 0);
}

}  // namespace

TEST(Tree, golden_vectors_made_by_other_code_are_reproduced) {
  const auto vectors =
      format::decode_text<std::vector<Vector>>(test::read_file("test/golden/tree/vectors.json"));
  ASSERT_TRUE(vectors.ok()) << vectors.error().message;
  ASSERT_GE(vectors->size(), 12u);
  for (const Vector& vector : *vectors) {
    ScratchDirectory scratch;
    for (const VectorEntry& entry : vector.entries) build(scratch, entry);
    EXPECT_EQ(digest_of(scratch.path()), vector.digest) << vector.name;
  }
}

TEST(Tree, no_two_golden_vectors_share_a_digest) {
  const auto vectors =
      format::decode_text<std::vector<Vector>>(test::read_file("test/golden/tree/vectors.json"));
  std::map<std::string, std::string> names;
  for (const Vector& vector : vectors.value()) EXPECT_TRUE(names.emplace(vector.digest, vector.name).second);
}

TEST(Tree, every_property_is_bound) {
  const auto variant = [](const std::function<void(const ScratchDirectory&)>& change) {
    ScratchDirectory scratch;
    scratch.write("d/file", "content");
    chmod(scratch.path("d/file").c_str(), 0644);
    chmod(scratch.path("d").c_str(), 0755);
    change(scratch);
    return digest_of(scratch.path());
  };
  const std::string plain = variant([](auto&) {});
  EXPECT_EQ(plain, variant([](auto&) {}));
  EXPECT_NE(plain, variant([](auto& s) { s.write("d/file", "Content"); }));
  EXPECT_NE(plain, variant([](auto& s) { chmod(s.path("d/file").c_str(), 0755); }));
  EXPECT_NE(plain, variant([](auto& s) { chmod(s.path("d/file").c_str(), 04644); }));
  EXPECT_NE(plain, variant([](auto& s) { chmod(s.path("d").c_str(), 01755); }));
  EXPECT_NE(plain, variant([](auto& s) { s.make_directory("e"); }));
  EXPECT_NE(plain, variant([](auto& s) { std::filesystem::rename(s.path("d/file"), s.path("file")); }));
  EXPECT_NE(plain, variant([](auto& s) { std::filesystem::rename(s.path("d"), s.path("D")); }));
  EXPECT_NE(plain, variant([](auto& s) {
    std::filesystem::rename(s.path("d/file"), s.path("elsewhere"));
    s.link("d/file", "../elsewhere");
  }));
  EXPECT_EQ(plain, variant([](auto& s) { chmod(s.path().c_str(), 0711); }));
}

TEST(Tree, links_are_not_followed_even_to_what_can_not_be_read) {
  ScratchDirectory a, b;
  a.link("l", "/proc/self/mem");
  b.link("l", "/proc/self/mem");
  EXPECT_EQ(digest_of(a.path()), digest_of(b.path()));
  EXPECT_EQ(digest_of(a.path()).size(), 64u);
}

TEST(Tree, sockets_pipes_and_devices_are_refused_by_name) {
  ScratchDirectory pipe;
  ASSERT_EQ(mkfifo(pipe.path("queue").c_str(), 0600), 0);
  EXPECT_NE(digest_of(pipe.path()).find("queue' is a pipe"), std::string::npos) << digest_of(pipe.path());

  ScratchDirectory socket;
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(address.sun_path, socket.path("s").c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  close(listener);
  EXPECT_NE(digest_of(socket.path()).find("s' is a socket"), std::string::npos);
  EXPECT_NE(digest_of("/dev").find("is a"), std::string::npos);
}

TEST(Tree, a_name_that_is_no_text_is_escaped_in_messages) {
  ScratchDirectory scratch;
  ASSERT_EQ(mkfifo(scratch.path("\xff\n").c_str(), 0600), 0);
  EXPECT_NE(digest_of(scratch.path()).find("\\xff\\x0a"), std::string::npos) << digest_of(scratch.path());
}

TEST(Tree, depth_is_bounded) {
  ScratchDirectory scratch;
  std::string deep = "d";
  for (std::size_t i = 0; i < limits::tree_depth_max + 1; ++i) deep += "/d";
  scratch.make_directory(deep);
  EXPECT_EQ(fingerprint_directory(scratch.path()).error().code, Errc::too_large);
  EXPECT_EQ(fingerprint_directory(scratch.path(), {.tree_rule = TreeRule::kosli}).error().code,
            Errc::too_large);
}

TEST(Tree, what_changes_while_it_is_read_is_a_conflict) {
  ScratchDirectory scratch;
  scratch.write("a", "1");
  scratch.write("d/b", "2");
  const std::vector<std::function<void()>> changes{
      [&] { scratch.write("a", "other"); }, [&] { scratch.write("d/c", "new"); },
      [&] { std::filesystem::remove(scratch.path("d/b")); }, [&] { chmod(scratch.path("a").c_str(), 0111); }};
  for (const auto& change : changes) {
    DiskTree tree = DiskTree::open(scratch.path()).value();
    ASSERT_TRUE(tree_digest(tree).ok());
    ASSERT_TRUE(tree.check_unchanged().ok());
    change();
    ASSERT_FALSE(tree.check_unchanged().ok());
    EXPECT_EQ(tree.check_unchanged().error().code, Errc::conflict);
  }
}

TEST(Tree, a_file_that_grows_while_it_is_read_is_a_conflict) {
  ScratchDirectory scratch;
  const std::string path = scratch.write("growing", "start");
  const auto read = weir::artifact::read_file(path, [&](BytesView) {
    std::ofstream(path, std::ios::app) << "more";
    return scratch.read("growing").size() < 200 ? Status() : Status(internal("grew for too long"));
  });
  EXPECT_FALSE(read.ok());
}

TEST(File, its_digest_is_that_of_its_content) {
  ScratchDirectory scratch;
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(fingerprint_file(scratch.write("f", "abc")).value(), crypto::sha256("abc"));
  EXPECT_EQ(fingerprint_file(scratch.write("g", large)).value(), crypto::sha256(large));
  EXPECT_EQ(fingerprint_file(scratch.path("none")).error().code, Errc::not_found);
  EXPECT_EQ(fingerprint_file(scratch.path()).error().code, Errc::invalid);
  const auto whole = fingerprint_path(scratch.path("f")).value();
  EXPECT_EQ(whole.kind, ArtifactKind::file);
  EXPECT_EQ(whole.name, "f");
  EXPECT_EQ(fingerprint_path(scratch.path() + "/").value().kind, ArtifactKind::directory);
}

TEST(File, saying_the_kind_is_held_against_what_is_there) {
  ScratchDirectory scratch;
  scratch.write("f", "abc");
  EXPECT_EQ(fingerprint_path(scratch.path("f"), {.kind = ArtifactKind::directory}).error().code,
            Errc::invalid);
  EXPECT_EQ(fingerprint_path(scratch.path(), {.kind = ArtifactKind::file}).error().code, Errc::invalid);
  EXPECT_EQ(fingerprint_path(scratch.path("f"), {.kind = ArtifactKind::image}).error().code, Errc::not_found);
  EXPECT_FALSE(fingerprint_directory(scratch.path(), {.excludes = {"f"}}).ok());
}

}  // namespace weir::artifact
