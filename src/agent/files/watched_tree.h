// One watched path as it is now: its digest, and a stamp that changes when anything in it may have. Excluded parts
// are as
// if they weren't there. Reads only; any thread.
#pragma once
#include <string>
#include <vector>

#include "agent/shell/config.h"
#include "base/bytes.h"
#include "base/time.h"

namespace weir::agent {

struct PathStamp {
  Sha256 stamp;                          // over what lstat says of everything in it
  Instant changed_at;                    // the newest change in it
  std::vector<std::string> directories;  // to be watched: itself, or what it holds; absolute
  bool operator==(const PathStamp& other) const { return stamp == other.stamp; }
};

// Errors: not_found, unavailable (can't be read), too_large (more entries than anybody should watch).
Result<PathStamp> stamp_of(const WatchedPath& watched);
// A file's SHA-256, or a directory's tree digest (docs/formats/tree.md). `conflict` when it changes meanwhile.
Result<Sha256> digest_of(const WatchedPath& watched);

}  // namespace weir::agent
