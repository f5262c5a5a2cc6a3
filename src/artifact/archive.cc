#include <algorithm>

#include "artifact/archive_reader.h"
#include "artifact/image_layout.h"
#include "base/limits.h"

namespace weir::artifact {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;
constexpr std::size_t all_documents_bytes_max = 64 * 1024 * 1024;

bool is_hex_name(std::string_view name) {
  return name.size() >= 64 && name.find_first_not_of("0123456789abcdef") >= 64;
}

// Names that image archives are made of; the first other one proves that this is something else.
bool belongs_to_image(std::string_view path) {
  constexpr std::array<std::string_view, 4> files{"oci-layout", "index.json", "manifest.json",
                                                  "repositories"};
  return path.empty() || std::find(files.begin(), files.end(), path) != files.end() || path == "blobs" ||
         path.starts_with("blobs/") || is_hex_name(path);
}

std::string_view clean(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.ends_with('/') || path == ".") path.remove_suffix(1);
  return path;
}

// The entry's content if it looks like JSON, else nothing: layers begin otherwise.
Result<Bytes> read_json_entry(::archive* reader, std::string_view path) {
  return read_entry(reader, path, block_bytes, limits::image_document_bytes_max,
                    [](const Bytes& content) { return content[0] == '{' || content[0] == '['; });
}

}  // namespace

Result<std::map<Bytes, Bytes>> archive_documents(int descriptor) {
  const Error none = not_found("the file is no image archive");
  const ArchiveReader reader = tar_reader();
  if (archive_read_open_fd(reader.get(), descriptor, block_bytes) != ARCHIVE_OK) return none;
  std::map<Bytes, Bytes> documents;
  std::size_t entries = 0, total = 0;
  ::archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK || status == ARCHIVE_WARN) {
    const char* raw = archive_entry_pathname(entry);
    const std::string path(raw == nullptr ? "" : clean(raw));
    if (raw == nullptr || !belongs_to_image(path)) return none;
    if (++entries > limits::archive_entries_max)
      return Error{Errc::too_large,
                   fmt::format("the archive has more than {} entries", limits::archive_entries_max)};
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    Bytes content = TRY(read_json_entry(reader.get(), path));
    if (content.empty()) continue;
    total += content.size();
    if (total > all_documents_bytes_max)
      return Error{Errc::too_large, "the archive holds too many documents"};
    documents[path] = std::move(content);
  }
  if (status != ARCHIVE_EOF && documents.empty()) return none;
  if (status != ARCHIVE_EOF) return invalid("the image archive is damaged or cut short");
  return documents;
}

}  // namespace weir::artifact
