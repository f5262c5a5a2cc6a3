#include "artifact/archive_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "artifact/archive_reader.h"
#include "artifact/disk_tree.h"

namespace weir::artifact {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;

Result<Bytes> read_at(const OpenFile& file, std::uint64_t at, std::size_t size) {
  Bytes bytes(size, '\0');
  for (std::size_t done = 0; done < size;) {
    const ssize_t got =
        ::pread(file.number(), bytes.data() + done, size - done, static_cast<off_t>(at + done));
    if (got <= 0) return invalid("it cannot be read whole");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::uint64_t number_at(BytesView bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

// Where at the earliest the directory of a zip begins, by the record at its end, by its size there or by its place, and
// by the longer record before that, if there is one; `size` where none says so. Source: APPNOTE.TXT 4.3.14 to 16.
Result<std::uint64_t> zip_directory_at(const OpenFile& file, std::uint64_t size) {
  constexpr std::size_t end_bytes = 22, locator_bytes = 20, end64_bytes = 56, comment_bytes_max = 65535;
  constexpr std::uint64_t in_zip64 = 0xffffffff;
  const auto tail_bytes = std::min<std::uint64_t>(size, end_bytes + locator_bytes + comment_bytes_max);
  const std::uint64_t tail_at = size - tail_bytes;
  const Bytes tail = TRY(read_at(file, tail_at, tail_bytes));
  if (tail.size() < end_bytes) return size;
  const std::size_t at = tail.rfind(BytesView("PK\5\6", 4), tail.size() - end_bytes);
  if (at == tail.npos) return size;
  const std::uint64_t stated = number_at(tail, at + 12, 4), place = number_at(tail, at + 16, 4),
                      end = tail_at + at;
  std::uint64_t begin = size;
  if (stated != in_zip64 && stated <= end) begin = end - stated;
  if (place != in_zip64) begin = std::min(begin, place);
  if (at < locator_bytes || number_at(tail, at - locator_bytes, 4) != 0x07064b50) return begin;
  const std::uint64_t end64 = number_at(tail, at - locator_bytes + 8, 8);
  if (end64 > size || size - end64 < end64_bytes) return begin;
  return std::min(begin, number_at(TRY(read_at(file, end64, end64_bytes)), 48, 8));
}

// The reader keeps it in memory, an entry of 46 bytes in three times as many, before it tells of the first file.
Status check_zip_directory(const std::string& path, std::size_t bytes_max) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (file.number() < 0 || ::fstat(file.number(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  const auto size = static_cast<std::uint64_t>(info.st_size);
  // A tar is read as one, though its last file be a zip.
  if (size >= 512 && TRY(read_at(file, 257, 5)) == BytesView("ustar", 5)) return {};
  if (size - TRY(zip_directory_at(file, size)) <= bytes_max) return {};
  return Error{Errc::too_large, fmt::format("{} has a directory of more than {} bytes", path, bytes_max)};
}

}  // namespace

Status read_archive_files(const std::string& path, const ArchiveBounds& bounds, const WantFile& want,
                          const TakeFile& take) {
  TRY(check_zip_directory(path, bounds.directory_bytes_max));
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
