// Files below a root directory, which need not be this host's own: links on the way are followed as that root would, so
// that nothing outside it is ever read. Only regular files are opened. Safe from any thread.
#pragma once
#include <sys/stat.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/processes/fd.h"

namespace weir::agent {

// `root` is "/" or any directory; `path` is taken as absolute in it.
Fd open_below(const std::string& root, const std::string& path);
Fd open_directory_below(const std::string& root, const std::string& path);
// nullopt when it isn't there, or holds more than `bytes_max`.
std::optional<std::string> read_below(const std::string& root, const std::string& path,
                                      std::size_t bytes_max);

// Changes whenever the file or directory changes, is replaced, comes or goes; "" while it is not there.
std::string stamp_below(const std::string& root, const std::string& path);

void each_line(std::string_view text, const std::function<void(std::string_view)>& take);

// The lines of an open file, without holding all of it. A line longer than `line_bytes_max` is told without its rest.
// False when reading failed, or more than `bytes_max` were there.
bool each_line_of(int file, std::size_t line_bytes_max, std::size_t bytes_max,
                  const std::function<void(std::string_view)>& take);

}  // namespace weir::agent
