// Files of a store as they come and go: whole and durable or not at all. A file is written beside its place, synced,
// renamed into it, and then its directory is synced. One writer at a time holds the lock of a directory.
// Errors name the file: unavailable.
#pragma once
#include <string>

#include "artifact/disk_tree.h"
#include "base/bytes.h"

namespace weir::vuln {

Status write_durably(const std::string& directory, const std::string& name, BytesView content);

// The whole content. Errors: not_found; too_large beyond `bytes_max`.
Result<Bytes> read_whole(const std::string& path, std::size_t bytes_max);

// Makes the directory where there is none. Errors: unavailable while another process holds it.
Result<artifact::OpenFile> lock_directory(const std::string& directory);

}  // namespace weir::vuln
