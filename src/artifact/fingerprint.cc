#include "artifact/fingerprint.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>

#include "artifact/image_layout.h"
#include "artifact/kosli_tree.h"
#include "base/limits.h"

namespace weir::artifact {
namespace {

std::string base_name(const std::string& path) {
  const std::filesystem::path absolute = std::filesystem::path(path).lexically_normal();
  const std::string name = absolute.has_filename() ? absolute.filename() : absolute.parent_path().filename();
  return name.empty() || name == "." ? path : name;
}

Fingerprint image_of(StoredImage stored, const std::string& path) {
  return {.kind = ArtifactKind::image,
          .digest = stored.digest,
          .name = stored.name.empty() ? base_name(path) : stored.name,
          .documents = std::move(stored.documents)};
}

Result<Fingerprint> layout_image(const std::string& path, const std::string& image) {
  DiskTree tree = TRY(DiskTree::open(path));
  StoredImage stored = TRY(read_stored_image(
      [&](std::string_view file) { return tree.bytes(file, limits::image_document_bytes_max); }, image));
  TRY(tree.check_unchanged());
  return image_of(std::move(stored), path);
}

Result<Fingerprint> archive_image(const std::string& path, const std::string& image) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.number() < 0) return not_found(fmt::format("cannot open '{}'", printable(path)));
  const std::map<Bytes, Bytes> documents = TRY(archive_documents(file.number()));
  StoredImage stored = TRY(read_stored_image(
      [&](std::string_view name) -> Result<Bytes> {
        const auto found = documents.find(Bytes(name));
        if (found == documents.end()) return not_found(fmt::format("'{}' is not in the archive", name));
        return found->second;
      },
      image));
  return image_of(std::move(stored), path);
}

Result<bool> is_directory(const std::string& path) {
  struct stat stat{};
  if (::stat(path.c_str(), &stat) != 0) return not_found(fmt::format("'{}' is not there", printable(path)));
  if (S_ISDIR(stat.st_mode)) return true;
  if (S_ISREG(stat.st_mode)) return false;
  return invalid(fmt::format("'{}' is neither a file nor a directory", printable(path)));
}

}  // namespace

Result<Sha256> fingerprint_file(const std::string& path, const OnPiece& on_piece) {
  MeteredHash hash(on_piece);
  TRY(read_file(path, [&](BytesView piece) { return hash.add(piece); }));
  return hash.finish();
}

Result<Sha256> fingerprint_directory(const std::string& path, const FingerprintOptions& options) {
  if (options.tree_rule == TreeRule::weir && !options.excludes.empty())
    return invalid("excludes belong to Kosli's rule; a tree digest binds everything in the directory");
  DiskTree tree = TRY(DiskTree::open(path));
  const Sha256 digest = TRY(options.tree_rule == TreeRule::kosli ? kosli_tree_digest(tree, options.excludes)
                                                                 : tree_digest(tree));
  TRY(tree.check_unchanged());
  return digest;
}

Result<Fingerprint> fingerprint_path(const std::string& path, const FingerprintOptions& options) {
  const bool directory = TRY(is_directory(path));
  const bool may_be_image = options.tree_rule == TreeRule::weir &&
                            options.kind.value_or(ArtifactKind::image) == ArtifactKind::image;
  if (!may_be_image && !options.image.empty())
    return invalid(fmt::format("'{}' names an image, not all of '{}'", options.image, printable(path)));
  if (may_be_image) {
    auto image = directory ? layout_image(path, options.image) : archive_image(path, options.image);
    const bool is_image = image.ok() || image.error().code != Errc::not_found;
    if (is_image || options.kind || !options.image.empty()) return image;
  }
  if (options.kind == ArtifactKind::directory && !directory)
    return invalid(fmt::format("'{}' is a file", printable(path)));
  if (options.kind == ArtifactKind::file && directory)
    return invalid(fmt::format("'{}' is a directory", printable(path)));
  const Sha256 digest = TRY(directory ? fingerprint_directory(path, options) : fingerprint_file(path));
  return Fingerprint{.kind = directory ? ArtifactKind::directory : ArtifactKind::file,
                     .digest = digest,
                     .name = base_name(path)};
}

}  // namespace weir::artifact
