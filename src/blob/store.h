// Where large content lives: bytes by their SHA-256. A put returns only when the bytes are durable, so an entry may
// name
// them. Putting the same bytes again is harmless. Safe to share between threads.
#pragma once
#include <memory>
#include <string>

#include "base/bytes.h"

namespace weir::blob {

class BlobStore {
 public:
  virtual ~BlobStore() = default;
  virtual Result<Sha256> put(BytesView bytes) = 0;       // too_large beyond limits::blob_bytes_max
  virtual Result<Bytes> read(const Sha256& digest) = 0;  // corrupt when the bytes no longer have this digest
  virtual Status remove(const Sha256& digest) = 0;
};

// One file per blob under `directory`/ab/cdef…, written beside, synced, renamed; the directory is synced too.
Result<std::unique_ptr<BlobStore>> open_directory(const std::string& directory);

}  // namespace weir::blob
