// What `weir fingerprint` and `weir attest artifact` ask of a path on this machine: which digest identifies
// it, and, for an image, the documents that prove its parts belong together. Images known to a runtime or a
// registry are registry/resolve.h's. Reads files; keeps nothing. A file or directory that changes while it is
// read is Errc::conflict.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "artifact/disk_tree.h"
#include "artifact/record.h"
#include "base/bytes.h"

namespace weir::artifact {

struct Fingerprint {
  ArtifactKind kind = ArtifactKind::file;
  Sha256 digest;
  std::string name;              // file name, or repository without tag
  // Of an image: index, manifests, configs as they were stored, parents first; and digests that a runtime claims for
  // it without showing the document.
  std::vector<Bytes> documents = {};
  std::vector<Sha256> aliases = {};
};

enum class TreeRule { weir, kosli };

struct FingerprintOptions {
  std::optional<ArtifactKind> kind = {};  // said by the person; without it the content decides
  TreeRule tree_rule = TreeRule::weir;
  std::vector<std::string> excludes = {};  // of TreeRule::kosli; refused otherwise
  std::string image = {};                  // tag or reference within a layout or archive that holds several
};

// A file is its content's SHA-256, unless it is an image archive (oci-archive or docker-archive, also
// compressed); a directory is its tree digest, unless it is an OCI layout. Of a layout or archive with
// several images, `image` names one.
Result<Fingerprint> fingerprint_path(const std::string& path, const FingerprintOptions& options = {});

// Always the content's SHA-256, whatever it holds. `on_piece` as of a DiskTree.
Result<Sha256> fingerprint_file(const std::string& path, const OnPiece& on_piece = {});
// Always the tree's, by the rule.
Result<Sha256> fingerprint_directory(const std::string& path, const FingerprintOptions& options = {});

}  // namespace weir::artifact
