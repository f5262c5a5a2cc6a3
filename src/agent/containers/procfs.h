// What /proc says about one process, read so that a vanished process is an empty answer and never an error.
// Source: proc(5). Functions only read; safe from any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace weir::agent::procfs {

struct Stat {
  std::string command;  // at most 15 bytes, as the process calls itself
  char state = '?';     // 'Z' when it has ended and nobody has asked how
  std::int64_t parent = 0;
  bool kernel_thread = false;
  std::uint64_t start_ticks = 0;  // since boot
};

struct FileId {
  std::uint64_t device = 0, inode = 0;
  auto operator<=>(const FileId&) const = default;
};

// At most `bytes_max` of a file; nullopt when it can't be read.
std::optional<std::string> read(const std::string& path, std::size_t bytes_max = 1 << 20);

// The same of a file whose path a user chose: nothing but a regular file is ever opened, since opening alone may do
// something (a watchdog is armed by it).
struct OwnedText {
  std::string text;
  std::uint32_t user = 0;  // who owns the file
};
std::optional<OwnedText> read_regular(const std::string& path, std::size_t bytes_max);

std::vector<std::int64_t> process_ids();
std::optional<Stat> stat_of(std::int64_t pid);
std::optional<Stat> parse_stat(std::string_view text);
std::vector<std::string> command_line(std::int64_t pid);
std::string cgroup_of(std::int64_t pid);                         // the longest of its paths
std::string longest_cgroup(std::string_view text);               // of the text of /proc/PID/cgroup
std::uint64_t namespace_of(std::int64_t pid, const char* kind);  // inode of "mnt", "pid", "user"; 0 unknown
std::optional<FileId> root_of(std::int64_t pid);
std::optional<std::uint32_t> user_of(std::int64_t pid);
std::string user_name(std::uint32_t user);  // the number when nobody bears it

// When a process began, by the host's clock; exact to one tick (10 ms).
Instant start_time(std::uint64_t start_ticks, Instant now);

}  // namespace weir::agent::procfs
