// The three kinds of JSON document an image is made of, read from the exact bytes they are addressed by: an
// index lists manifests, a manifest names its config, a config names the layers' uncompressed digests (diff
// ids). OCI image-spec 1.1 and Docker's schema 2. A document that could be read as two kinds is refused,
// schema 1 is refused. Pure.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::artifact {

enum class DocumentKind { index, manifest, config };
constexpr auto names_of(DocumentKind) {
  return std::array<std::string_view, 3>{"index", "manifest", "config"};
}

// How a document names another one.
struct Reference {
  Sha256 digest;
  std::uint64_t size = 0;
  std::string media_type;
  std::string platform;     // "linux/arm64/v8", empty when not said
  std::string name;         // annotation: the tag or reference a layout gives it
  bool attachment = false;  // a build's attestation beside the image: nothing that runs
};

struct ImageDocument {
  DocumentKind kind = DocumentKind::config;
  Sha256 digest;                       // of the bytes
  std::vector<Reference> references;   // of an index its manifests, of a manifest its config
  std::vector<Sha256> diff_ids;        // of a config
  std::string platform;                // of a config
};

Result<ImageDocument> parse_image_document(BytesView raw);

}  // namespace weir::artifact
