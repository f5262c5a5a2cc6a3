// A zip archive by its central directory, read with pread: an archive within it that is stored, not compressed, is a
// window of the same file and costs neither memory nor disk. Strict about what it follows: sizes and places must lie in
// the window; of what doesn't, nothing is read. Zip64 is understood; encryption, several disks and methods other than
// stored and deflated are not. Bounded (bounds.h). Source: APPNOTE.TXT 6.3.10. One thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir::agent {

// Bytes of an open file that belong to somebody else.
struct FileWindow {
  int file = -1;
  std::uint64_t offset = 0, size = 0;
};

struct ZipEntry {
  std::string name;
  std::uint64_t header = 0;  // where its local header begins, in the window
  std::uint64_t packed = 0, size = 0;
  std::uint16_t method = 0;
};

// How many bytes may still be hashed and inflated; shared by an archive and all within it.
struct WorkLeft {
  std::uint64_t bytes = 0;
  bool take(std::uint64_t more) {
    if (more > bytes) return false;
    bytes -= more;
    return true;
  }
};

class ZipFile {
 public:
  // Errors: invalid, saying what is wrong.
  static Result<ZipFile> open(FileWindow window);

  // In the directory's order. Errors: invalid, after what could be told.
  Status each(const std::function<void(const ZipEntry&)>& tell) const;

  // The bytes of an entry, uncompressed; too_large beyond `bytes_max`, whatever the entry says of itself.
  Result<std::string> read(const ZipEntry& entry, std::size_t bytes_max, WorkLeft& left) const;
  // Into an open file. The number of bytes.
  Result<std::uint64_t> unpack(const ZipEntry& entry, int file, std::size_t bytes_max, WorkLeft& left) const;
  // Where a stored entry's bytes lie; nullopt when it is compressed.
  Result<std::optional<FileWindow>> stored(const ZipEntry& entry) const;

 private:
  using Take = std::function<Status(std::string_view)>;
  ZipFile(FileWindow window) : window_(window) {}
  Status find_directory();
  Result<std::uint64_t> read_zip64(std::uint64_t end_at);
  Status place_directory(std::uint64_t end_at);
  Result<FileWindow> content_of(const ZipEntry& entry) const;
  Status stream(const ZipEntry& entry, std::size_t bytes_max, WorkLeft& left, const Take& take) const;

  FileWindow window_;
  std::uint64_t directory_ = 0, directory_size_ = 0, entries_ = 0;
};

}  // namespace weir::agent
