#include "artifact/archive_files.h"

#include <algorithm>
#include <limits>

#include "artifact/archive_reader.h"

namespace weir::artifact {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;

}  // namespace

Status read_archive_files(const std::string& path, const ArchiveBounds& bounds, const WantFile& want,
                          const TakeFile& take) {
  const ArchiveReader reader = tar_reader();
  archive_read_support_format_zip(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), block_bytes) != ARCHIVE_OK)
    return invalid(fmt::format("{} is no archive that can be read (zip, or tar)", path));
  std::size_t files = 0, bytes = 0;
  const auto check_bytes = [&](std::size_t more, std::string_view name) -> Status {
    bytes += std::min(more, std::numeric_limits<std::size_t>::max() - bytes);
    if (bounds.all_bytes_max == 0 || bytes <= bounds.all_bytes_max) return {};
    return Error{Errc::too_large,
                 fmt::format("{} holds more than {} bytes, at '{}'", path, bounds.all_bytes_max, name)};
  };
  while (true) {
    ::archive_entry* entry = nullptr;
    const int next = archive_read_next_header(reader.get(), &entry);
    if (next == ARCHIVE_EOF) return {};
    if (next < ARCHIVE_WARN) return invalid(fmt::format("{}: the archive is damaged", path));
    const char* pathname = archive_entry_pathname(entry);
    const std::string name = pathname == nullptr ? "" : pathname;
    if (archive_entry_filetype(entry) != AE_IFREG || !want(name)) {
      // Of a packed tar it is unpacked all the same, and 16 GiB of zeros come in a few kilobytes.
      TRY(check_bytes(static_cast<std::size_t>(std::max<std::int64_t>(archive_entry_size(entry), 0)), name));
      continue;
    }
    if (++files > bounds.files_max)
      return Error{Errc::too_large, fmt::format("{} holds more than {} files", path, bounds.files_max)};
    Bytes content = TRY(read_entry(reader.get(), name, block_bytes, bounds.file_bytes_max,
                                   [](const Bytes&) { return true; }));
    TRY(check_bytes(content.size(), name));
    TRY(take(name, std::move(content)));
  }
}

Result<Bytes> read_packed_file(const std::string& path, std::size_t bytes_max) {
  const ArchiveReader reader = tar_reader();
  archive_read_support_format_raw(reader.get());
  ::archive_entry* entry = nullptr;
  if (archive_read_open_filename(reader.get(), path.c_str(), block_bytes) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK)
    return invalid(fmt::format("{} is no packed file that can be read (gzip, bzip2, xz, zstd)", path));
  return read_entry(reader.get(), path, block_bytes, bytes_max, [](const Bytes&) { return true; });
}

}  // namespace weir::artifact
