// The documents of an image that lies as files: an OCI layout (a directory, or the same in a tar:
// oci-archive) or what `docker save` and `podman save` write (docker-archive). Layers are not read. Every
// document is checked against the digest it is named by. Formats: OCI image-spec 1.1 "image-layout";
// docker-archive as of Docker 1.10.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weir::artifact {

struct StoredImage {
  Sha256 digest;                 // of the index or manifest; of a docker-archive, of the config
  std::string name;              // as the layout names it, may be empty
  std::vector<Bytes> documents;  // parents first
};

// Reads one file of the layout by its path; not_found when there is none.
using ReadDocument = std::function<Result<Bytes>(std::string_view path)>;

// `image` picks by tag or reference; it may be empty if there is only one image.
Result<StoredImage> read_oci_layout(const ReadDocument& read, std::string_view image);
Result<StoredImage> read_docker_archive(const ReadDocument& read, std::string_view image);
// Whichever of the two it is; not_found when it is neither.
Result<StoredImage> read_stored_image(const ReadDocument& read, std::string_view image);

// Adds a document and everything it names that `fetch` can read. Used for layouts and for registries alike:
// `fetch` gets the reference's digest and whether it is a manifest; not_found leaves the document out.
enum class Named { manifest, config };
using FetchDocument = std::function<Result<Bytes>(const Sha256& digest, Named named)>;
Result<std::vector<Bytes>> collect_documents(Bytes root, const FetchDocument& fetch);

// The JSON files of an image archive, by path. Errc::not_found when the file is no archive, or holds anything
// that image archives do not hold. `descriptor` is read from its place to the end.
Result<std::map<Bytes, Bytes>> archive_documents(int descriptor);

}  // namespace weir::artifact
