#include "artifact/identity.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "format/members.h"

namespace weir::artifact {
namespace {

std::string digest_text(BytesView raw) { return to_string(crypto::sha256(raw)); }

Bytes config_of(std::string_view architecture, std::string_view layer) {
  return fmt::format(
      R"({{"architecture":"{}","os":"linux","config":{{"Cmd":["/run"]}},"rootfs":{{"type":"layers",)"
      R"("diff_ids":["{}"]}}}})",
      architecture, digest_text(layer));
}
Bytes manifest_of(BytesView config) {
  return fmt::format(
      R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
      R"("config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}",)"
      R"("size":{}}},"layers":[]}})",
      digest_text(config), config.size());
}
std::string listed(BytesView manifest, std::string_view architecture, std::string_view extra = "") {
  return fmt::format(
      R"({{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":{},)"
      R"("platform":{{"os":"linux","architecture":"{}"}}{}}})",
      digest_text(manifest), manifest.size(), architecture, extra);
}
Bytes index_of(const std::vector<std::string>& manifests) {
  return fmt::format(
      R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{}]}})",
      fmt::join(manifests, ","));
}

const Bytes amd_config = config_of("amd64", "layer a"), arm_config = config_of("arm64", "layer b");
const Bytes amd = manifest_of(amd_config), arm = manifest_of(arm_config);
const Bytes index_document = index_of({listed(amd, "amd64"), listed(arm, "arm64")});

std::vector<std::string> lines(const Sha256& artifact, const std::vector<Bytes>& documents) {
  const auto members = recompute_identity(artifact, documents);
  if (!members.ok()) return {members.error().message};
  std::vector<std::string> out;
  for (const IdentityMember& member : *members)
    out.push_back(fmt::format("{} {} {}", to_hex(member.digest).substr(0, 8),
                              format::name_of(member.relation), member.platform));
  return out;
}
std::string head(BytesView raw) { return to_hex(crypto::sha256(raw)).substr(0, 8); }
std::string refusal(BytesView root, const std::vector<Bytes>& documents) {
  const auto members = recompute_identity(crypto::sha256(root), documents);
  return members.ok() ? "" : members.error().message;
}

}  // namespace

TEST(Identity, an_index_links_its_manifests_and_their_configs) {
  const Sha256 root = crypto::sha256(index_document);
  EXPECT_EQ(
      lines(root, {index_document, amd, arm, amd_config, arm_config}),
      (std::vector<std::string>{head(index_document) + " self ", head(amd) + " manifest linux/amd64",
                                head(amd_config) + " config linux/amd64", head(arm) + " manifest linux/arm64",
                                head(arm_config) + " config linux/arm64"}));
  const auto members = recompute_identity(root, std::vector<Bytes>{index_document, amd, amd_config}).value();
  ASSERT_EQ(members.size(), 4u);
  EXPECT_EQ(members[2].parent, crypto::sha256(amd));
  EXPECT_EQ(members[2].diff_ids, std::vector<Sha256>{crypto::sha256("layer a")});
  EXPECT_TRUE(members[2].shown);
  EXPECT_FALSE(members[3].shown);
}

TEST(Identity, the_order_of_documents_does_not_matter) {
  const Sha256 root = crypto::sha256(index_document);
  EXPECT_EQ(lines(root, {arm_config, amd, amd_config, index_document, arm}),
            lines(root, {index_document, amd, arm, amd_config, arm_config}));
}

TEST(Identity, without_documents_an_artifact_is_alone) {
  EXPECT_EQ(lines(crypto::sha256("x"), {}), std::vector<std::string>{head("x") + " self "});
}

TEST(Identity, a_document_nobody_names_is_refused) {
  EXPECT_NE(refusal(amd, {amd, arm}).find(digest_text(arm)), std::string::npos);
  EXPECT_NE(refusal(amd, {index_document, amd, amd_config}),
            "");  // the index names the artifact, not the artifact the index
  EXPECT_NE(refusal("something else", {amd, amd_config}), "");
  EXPECT_NE(refusal(amd, {amd, config_of("amd64", "layer a, changed")}), "");
}

TEST(Identity, a_changed_byte_in_any_document_is_refused) {
  const std::vector<Bytes> documents{index_document, amd, arm, amd_config, arm_config};
  for (std::size_t i = 0; i < documents.size(); ++i) {
    std::vector<Bytes> changed = documents;
    changed[i] += ' ';
    EXPECT_NE(refusal(index_document, changed), "") << i;
  }
}

TEST(Identity, a_wrong_size_or_kind_is_refused) {
  Bytes wrong_size = manifest_of(amd_config);
  wrong_size.replace(wrong_size.find("\"size\":"), 8, "\"size\":9");
  EXPECT_NE(refusal(wrong_size, {wrong_size, amd_config}).find("size"), std::string::npos);
  const Bytes config_listed = index_of({listed(amd_config, "amd64")});
  EXPECT_NE(refusal(config_listed, {config_listed, amd_config}).find("kind"), std::string::npos);
}

TEST(Identity, an_attestation_beside_an_image_is_marked) {
  const Bytes statement = manifest_of("{}");
  const Bytes index = index_of({listed(amd, "amd64"), listed(statement, "unknown",
      R"(,"annotations":{"vnd.docker.reference.type":"attestation-manifest"})")});
  EXPECT_EQ(lines(crypto::sha256(index), {index}).back(), head(statement) + " attachment linux/unknown");
}

TEST(Identity, an_index_within_an_index_is_followed) {
  const Bytes outer = index_of({listed(index_document, "any")});
  EXPECT_EQ(lines(crypto::sha256(outer), {outer, index_document, amd, amd_config}).size(), 5u);
}

TEST(Identity, documents_that_could_be_two_things_are_refused) {
  const std::string manifests = R"("manifests":[)" + listed(amd, "amd64") + "]";
  for (const Bytes& bad :
       {Bytes("{\"schemaVersion\":2," + manifests + R"(,"layers":[],"config":{}})"),
        Bytes("{" + manifests + R"(,"rootfs":{}})"), Bytes(R"({"rootfs":{"diff_ids":[]},"layers":[]})"),
        Bytes(R"({"schemaVersion":1,"fsLayers":[]})"),
        Bytes(R"({"mediaType":"application/vnd.oci.image.manifest.v1+json",)" + manifests + "}"), Bytes("[]"),
        Bytes("{}"), Bytes(""), Bytes(R"({"manifests":{}})"),
        Bytes(R"({"manifests":[{"digest":"sha512:00","size":1}]})"),
        Bytes(R"({"manifests":[{"digest":"sha256:00","size":1}]})"), Bytes(R"({"manifests":[7]})"),
        Bytes(R"({"rootfs":{"diff_ids":["x"]}})"), Bytes(R"({"rootfs":{"diff_ids":[1]}})"),
        Bytes(R"({"manifests":[],"manifests":[]})")})
    EXPECT_NE(refusal(bad, {bad}), "") << bad;
}

TEST(Identity, every_truncation_of_a_document_is_refused) {
  for (std::size_t length = 0; length < index_document.size(); ++length) {
    const Bytes cut = index_document.substr(0, length);
    EXPECT_NE(refusal(cut, {cut}), "") << length;
  }
}

TEST(Identity, sizes_and_counts_are_bounded) {
  const Bytes large = amd_config + Bytes(limits::image_document_bytes_max, ' ');
  EXPECT_EQ(recompute_identity(crypto::sha256(large), std::vector<Bytes>{large}).error().code,
            Errc::too_large);
  const Bytes wide =
      index_of(std::vector<std::string>(limits::image_documents_max + 1, listed(amd, "amd64")));
  EXPECT_EQ(recompute_identity(crypto::sha256(wide), std::vector<Bytes>{wide}).error().code, Errc::too_large);
  EXPECT_EQ(recompute_identity(crypto::sha256(amd), std::vector<Bytes>(limits::image_documents_max + 1, amd))
                .error()
                .code,
            Errc::too_large);
}

}  // namespace weir::artifact
