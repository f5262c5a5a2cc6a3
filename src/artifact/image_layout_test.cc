#include "artifact/image_layout.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "artifact/fingerprint.h"
#include "artifact/identity.h"
#include "crypto/digest.h"
#include "support/scratch_directory.h"

namespace weir::artifact {
namespace {

using test::ScratchDirectory;

bool run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }
bool has(const std::string& program) { return run("command -v " + program); }

constexpr std::string_view config =
    R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"history":[]})";

// A layout with one image of no layers, tagged `tag`, written by hand.
struct Layout {
  ScratchDirectory scratch;
  std::string manifest, index;
  explicit Layout(std::string_view tag) {
    const std::string config_digest = to_hex(crypto::sha256(config));
    manifest =
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
        R"("config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:)" +
        config_digest + R"(","size":)" + std::to_string(config.size()) + R"(},"layers":[]})";
    const std::string manifest_digest = to_hex(crypto::sha256(manifest));
    index =
        R"({"schemaVersion":2,)"
        R"("manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:)" +
        manifest_digest + R"(","size":)" + std::to_string(manifest.size()) +
        R"(,"annotations":{"org.opencontainers.image.ref.name":")" + std::string(tag) + R"("}}]})";
    scratch.write("l/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    scratch.write("l/index.json", index);
    scratch.write("l/blobs/sha256/" + config_digest, config);
    scratch.write("l/blobs/sha256/" + manifest_digest, manifest);
  }
};

}  // namespace

TEST(ImageLayout, a_directory_gives_its_manifest_and_documents) {
  const Layout layout("v1");
  const Fingerprint found = fingerprint_path(layout.scratch.path("l")).value();
  EXPECT_EQ(found.kind, ArtifactKind::image);
  EXPECT_EQ(found.digest, crypto::sha256(layout.manifest));
  EXPECT_EQ(found.name, "v1");
  EXPECT_EQ(found.documents, (std::vector<Bytes>{layout.manifest, Bytes(config)}));
  EXPECT_EQ(recompute_identity(found.digest, found.documents).value().size(), 2u);
}

TEST(ImageLayout, saying_directory_gives_the_tree_instead) {
  const Layout layout("v1");
  const auto tree = fingerprint_path(layout.scratch.path("l"), {.kind = ArtifactKind::directory}).value();
  EXPECT_EQ(tree.kind, ArtifactKind::directory);
  EXPECT_EQ(tree.digest, fingerprint_directory(layout.scratch.path("l")).value());
}

TEST(ImageLayout, archives_give_the_same_whatever_packs_them) {
  const Layout layout("v1");
  const std::string directory = layout.scratch.path("l");
  for (const char* pack : {"-cf", "-czf", "-cjf", "-cJf", "--zstd -cf"})
    for (const char* what : {".", "oci-layout index.json blobs"}) {
      const std::string archive = layout.scratch.path("image.tar");
      if (!run("tar -C " + directory + " " + pack + " " + archive + " " + what))
        continue;  // that compressor is not here
      const auto found = fingerprint_path(archive);
      ASSERT_TRUE(found.ok()) << pack << " " << found.error().message;
      EXPECT_EQ(found->digest, crypto::sha256(layout.manifest)) << pack;
      EXPECT_EQ(found->documents.size(), 2u);
    }
}

TEST(ImageLayout, a_tar_of_anything_else_is_a_file) {
  ScratchDirectory scratch;
  scratch.write("d/index.json", "{}");
  scratch.write("d/other", "x");
  ASSERT_TRUE(run("tar -C " + scratch.path("d") + " -cf " + scratch.path("x.tar") + " index.json other"));
  const Fingerprint found = fingerprint_path(scratch.path("x.tar")).value();
  EXPECT_EQ(found.kind, ArtifactKind::file);
  EXPECT_EQ(found.digest, crypto::sha256(scratch.read("x.tar")));
  EXPECT_EQ(fingerprint_path(scratch.write("empty", "")).value().kind, ArtifactKind::file);
}

TEST(ImageLayout, a_blob_with_other_content_is_refused) {
  const Layout layout("v1");
  const std::string manifest_path = "l/blobs/sha256/" + to_hex(crypto::sha256(layout.manifest));
  layout.scratch.write(manifest_path, layout.manifest + " ");
  EXPECT_EQ(fingerprint_path(layout.scratch.path("l")).error().code, Errc::invalid);
}

TEST(ImageLayout, one_of_several_images_must_be_chosen) {
  const Layout layout("app:v1");
  std::string two = layout.index;
  const std::string other = R"({"digest":"sha256:)" + std::string(64, '0') +
                            R"(","size":1,"annotations":{"org.opencontainers.image.ref.name":"app:v2"}},)";
  two.insert(two.find('[') + 1, other);
  layout.scratch.write("l/index.json", two);
  const auto vague = fingerprint_path(layout.scratch.path("l"));
  EXPECT_NE(vague.error().message.find("'app:v2'"), std::string::npos) << vague.error().message;
  EXPECT_TRUE(fingerprint_path(layout.scratch.path("l"), {.image = "v1"}).ok());
  EXPECT_TRUE(fingerprint_path(layout.scratch.path("l"), {.image = "app:v1"}).ok());
  EXPECT_EQ(fingerprint_path(layout.scratch.path("l"), {.image = "v3"}).error().code, Errc::not_found);
}

TEST(ImageLayout, every_truncation_of_an_archive_is_refused_or_a_file) {
  const Layout layout("v1");
  const std::string archive = layout.scratch.path("image.tar");
  ASSERT_TRUE(run("tar -C " + layout.scratch.path("l") + " -cf " + archive + " oci-layout index.json blobs"));
  const std::string whole = layout.scratch.read("image.tar");
  for (std::size_t length = 0; length < whole.size() - 1024; length += 97) {
    const auto found = fingerprint_path(layout.scratch.write("cut.tar", whole.substr(0, length)));
    EXPECT_FALSE(found.ok() && found->kind == ArtifactKind::image && found->documents.size() != 2) << length;
  }
}

TEST(ImageLayout, what_skopeo_and_buildah_write_is_read) {
  if (!has("skopeo")) GTEST_SKIP() << "no skopeo";
  const Layout layout("v1");
  const std::string from = "oci:" + layout.scratch.path("l") + ":v1";
  ASSERT_TRUE(run("skopeo copy " + from + " oci-archive:" + layout.scratch.path("a.tar") + ":v1"));
  ASSERT_TRUE(run("skopeo copy " + from + " docker-archive:" + layout.scratch.path("d.tar") + ":app:v1"));
  const Fingerprint oci = fingerprint_path(layout.scratch.path("a.tar")).value();
  EXPECT_EQ(oci.digest, crypto::sha256(layout.manifest));
  const Fingerprint docker = fingerprint_path(layout.scratch.path("d.tar")).value();
  ASSERT_EQ(docker.documents.size(), 1u);
  EXPECT_EQ(docker.digest, crypto::sha256(docker.documents[0]));
  EXPECT_NE(docker.name.find("app:v1"), std::string::npos);
}

}  // namespace weir::artifact
