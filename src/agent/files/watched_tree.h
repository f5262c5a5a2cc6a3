// One watched path as it is now: its digest, and a stamp that changes when anything in it may have. Excluded parts are
// as if they weren't there. How large it is is up to whoever may write there (a hole takes no room on a disk): what is
// beyond the bounds isn't read. Reads only; any thread.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "agent/shell/config.h"
#include "base/bytes.h"
#include "base/time.h"

namespace weir::agent {

constexpr std::uint64_t watched_bytes_max = std::uint64_t{64}
                                            << 30;  // of a path; of each file see digest_bytes_max

struct PathStamp {
  Sha256 stamp;                          // over what lstat says of everything in it
  Instant changed_at;                    // the newest change in it
  std::vector<std::string> directories;  // to be watched: itself, or what it holds; absolute
  std::uint64_t bytes = 0;               // of all files together
  std::uint64_t files = 0;
  std::string largest;  // the path of the largest file,
  std::uint64_t largest_bytes = 0;
  bool operator==(const PathStamp& other) const { return stamp == other.stamp; }
};

// Errors: not_found, unavailable (can't be read), too_large (more entries than anybody should watch).
Result<PathStamp> stamp_of(const WatchedPath& watched);
// too_large, with what makes it so, where reading it isn't even begun.
Status check_readable(const PathStamp& stamp);
// A file's SHA-256, or a directory's tree digest (docs/formats/tree.md). `goes_on` is asked before each piece. Errors:
// conflict when it changes meanwhile; too_large; unavailable when it can't be read, or need not be any more.
using GoesOn = std::function<bool()>;
Result<Sha256> digest_of(const WatchedPath& watched, const GoesOn& goes_on = {});

}  // namespace weir::agent
