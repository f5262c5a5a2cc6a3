// Writes an OCI layout of an image for two platforms with one real layer each, and nothing made up: every
// digest is of the bytes that lie there.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.h"
#include "support/child_process.h"
#include "support/scratch_directory.h"

namespace weir::test {

class ImageLayout {
 public:
  std::string index, amd64, arm64;  // the documents
  std::string amd64_config, arm64_config;

  // `program` becomes /program in the layers; it may be empty.
  explicit ImageLayout(std::string_view tag, std::string_view program = "content",
                       std::string_view command = "/program") {
    amd64 = platform("amd64", program, command, amd64_config);
    arm64 = platform("arm64", std::string(program) + "arm", command, arm64_config);
    index = fmt::format(
        R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{},{}]}})",
        reference(amd64, manifest_type, R"(,"platform":{"os":"linux","architecture":"amd64"})"),
        reference(arm64, manifest_type, R"(,"platform":{"os":"linux","architecture":"arm64"})"));
    put(index);
    scratch_.write("layout/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    scratch_.write(
        "layout/index.json",
        fmt::format(
            R"({{"schemaVersion":2,"manifests":[{}]}})",
            reference(index, "application/vnd.oci.image.index.v1+json",
                      fmt::format(R"(,"annotations":{{"org.opencontainers.image.ref.name":"{}"}})", tag))));
  }
  std::string path() const { return scratch_.path("layout"); }

 private:
  static constexpr std::string_view manifest_type = "application/vnd.oci.image.manifest.v1+json";

  static std::string reference(std::string_view bytes, std::string_view type, std::string_view more = "") {
    return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}{}}})", type,
                       to_string(crypto::sha256(bytes)), bytes.size(), more);
  }
  void put(std::string_view bytes) {
    scratch_.write("layout/blobs/sha256/" + to_hex(crypto::sha256(bytes)), bytes);
  }

  std::string platform(std::string_view architecture, std::string_view program, std::string_view command,
                       std::string& config) {
    const std::string directory = fmt::format("layer-{}", architecture), tar = directory + ".tar";
    scratch_.write(directory + "/program", program);
    run_quietly(fmt::format(
        "chmod 755 {0}/program && tar -C {0} --sort=name --mtime=@0 --owner=0 --group=0 -cf {1} program",
        scratch_.path(directory), scratch_.path(tar)));
    const std::string layer = scratch_.read(tar);
    put(layer);
    config = fmt::format(
        R"({{"architecture":"{}","os":"linux","config":{{"Cmd":["{}"]}},"rootfs":{{"type":"layers",)"
        R"("diff_ids":["{}"]}}}})",
        architecture, command, to_string(crypto::sha256(layer)));
    put(config);
    std::string manifest =
        fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}})", manifest_type,
                    reference(config, "application/vnd.oci.image.config.v1+json"),
                    reference(layer, "application/vnd.oci.image.layer.v1.tar"));
    put(manifest);
    return manifest;
  }

  ScratchDirectory scratch_;
};

}  // namespace weir::test
