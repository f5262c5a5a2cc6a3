// Archives through libarchive, for those who read them here: tars, packed in the usual ways.
#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>

#include "base/bytes.h"
#include "base/check.h"
#include "base/result.h"

namespace weir::artifact {

struct FreeArchive {
  void operator()(::archive* archive) const { archive_read_free(archive); }
};
using ArchiveReader = std::unique_ptr<::archive, FreeArchive>;

inline ArchiveReader tar_reader() {
  ArchiveReader reader(archive_read_new());
  CHECK(reader != nullptr);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_bzip2(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_format_tar(reader.get());
  return reader;
}

// The content of the entry the reader stands at, in pieces of at most `block_bytes`; `goes_on` looks at what came so
// far, and where it says no the content is empty. Errors: invalid, and too_large beyond `bytes_max`.
Result<Bytes> read_entry(::archive* reader, std::string_view name, std::size_t block_bytes, std::size_t bytes_max,
                         auto goes_on) {
  Bytes content;
  Bytes piece(block_bytes, '\0');
  while (true) {
    const la_ssize_t got = archive_read_data(reader, piece.data(), piece.size());
    if (got < 0) return invalid(fmt::format("the archive is damaged at '{}'", name));
    if (got == 0) return content;
    content.append(piece, 0, static_cast<std::size_t>(got));
    if (!goes_on(content)) return Bytes();
    if (content.size() > bytes_max)
      return Error{Errc::too_large, fmt::format("'{}' in the archive is larger than {} bytes", name, bytes_max)};
  }
}

}  // namespace weir::artifact
