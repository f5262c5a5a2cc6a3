// Programs of this machine that a command runs: found on the PATH, given words (never a shell), without
// standard input.
// `run_program` waits and returns what was printed; `start_program` leaves the program running when the
// command ends.
// Belongs to one thread; file descriptors are closed in the child.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace weir::cli {

inline constexpr std::size_t child_output_bytes_max = 1024 * 1024;  // what is printed beyond it is dropped

struct Ran {
  int code = 0;        // 128 + signal when a signal ended it
  std::string output;  // standard output and standard error, as they came
};

bool is_on_path(const std::string& program);

Result<Ran> run_program(const std::vector<std::string>& words, const std::string& directory);
// The same, and a code other than 0 is an error that shows the last line printed. Returns the output without
// its closing line feed.
Result<std::string> output_of(const std::vector<std::string>& words, const std::string& directory);

// In a session of its own, its output going nowhere.
Result<pid_t> start_program(const std::vector<std::string>& words, const std::string& directory);

}  // namespace weir::cli
