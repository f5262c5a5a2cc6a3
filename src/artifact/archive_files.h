// The regular files of an archive, one after the other, without writing any: zip, and tar packed by gzip, bzip2, xz
// or zstd. Names are the archive's own and are used for nothing but messages.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace weir::artifact {

struct ArchiveBounds {
  std::size_t files_max = 0;
  std::size_t file_bytes_max = 0;
  std::size_t all_bytes_max = 0;  // of all files together, those that are passed over too; 0: no such bound
  std::size_t directory_bytes_max =
      0;  // of a zip: of the directory at its end, which is kept while it is read
};

using WantFile = std::function<bool(std::string_view name)>;
using TakeFile = std::function<Status(std::string_view name, Bytes content)>;

// Errors: not_found, invalid for what is no such archive or a damaged one, too_large beyond the bounds, and what
// `take` answers.
Status read_archive_files(const std::string& path, const ArchiveBounds& bounds, const WantFile& want,
                          const TakeFile& take);

// The content of one file packed by gzip, bzip2, xz or zstd. Errors: as above.
Result<Bytes> read_packed_file(const std::string& path, std::size_t bytes_max);

}  // namespace weir::artifact
