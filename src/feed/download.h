// One file over http(s) onto the disk, bounded in size and time. Follows a few redirects, never from https to http.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>

#include "base/result.h"

namespace weir::feed {

inline constexpr std::size_t download_bytes_max = std::size_t{4} * 1024 * 1024 * 1024;

struct Downloaded {
  bool unchanged = false;  // the server says it is what `version` names
  std::string version;  // the server's entity tag, else when it was last modified; empty when it says neither
};

// Whether so few bytes in so long a time are no transfer any more: who serves a byte a minute would keep us for ever.
bool is_too_slow(std::size_t bytes, std::chrono::steady_clock::duration took);

// Writes to `path`, replacing what is there. Errors: not_found for 404 and 410; unavailable, too_large, invalid,
// naming the URL.
Result<Downloaded> download(const std::string& url, const std::string& path, const std::string& version);

}  // namespace weir::feed
