#include "artifact/archive_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>

namespace weir::artifact {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;

struct FreeArchive {
  void operator()(::archive* archive) const { archive_read_free(archive); }
};
using Reader = std::unique_ptr<::archive, FreeArchive>;

Reader open_reader() {
  Reader reader(archive_read_new());
  CHECK(reader != nullptr);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_bzip2(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_zip(reader.get());
  return reader;
}

Result<Bytes> read_entry(::archive* reader, std::string_view name, std::size_t bytes_max) {
  Bytes content;
  Bytes piece(block_bytes, '\0');
  while (true) {
    const la_ssize_t got = archive_read_data(reader, piece.data(), piece.size());
    if (got < 0) return invalid(fmt::format("the archive is damaged at '{}'", name));
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > bytes_max)
      return Error{Errc::too_large,
                   fmt::format("'{}' in the archive is larger than {} bytes", name, bytes_max)};
    content.append(piece, 0, static_cast<std::size_t>(got));
  }
}

}  // namespace

Status read_archive_files(const std::string& path, const ArchiveBounds& bounds, const WantFile& want,
                          const TakeFile& take) {
  const Reader reader = open_reader();
  if (archive_read_open_filename(reader.get(), path.c_str(), block_bytes) != ARCHIVE_OK)
    return invalid(fmt::format("{} is no archive that can be read (zip, or tar)", path));
  std::size_t files = 0;
  while (true) {
    ::archive_entry* entry = nullptr;
    const int next = archive_read_next_header(reader.get(), &entry);
    if (next == ARCHIVE_EOF) return {};
    if (next < ARCHIVE_WARN) return invalid(fmt::format("{}: the archive is damaged", path));
    const char* pathname = archive_entry_pathname(entry);
    const std::string name = pathname == nullptr ? "" : pathname;
    if (archive_entry_filetype(entry) != AE_IFREG || !want(name)) continue;
    if (++files > bounds.files_max)
      return Error{Errc::too_large, fmt::format("{} holds more than {} files", path, bounds.files_max)};
    Bytes content = TRY(read_entry(reader.get(), name, bounds.file_bytes_max));
    TRY(take(name, std::move(content)));
  }
}

}  // namespace weir::artifact
