// Readers of the texts under /proc/PID. Pure: text in, values out; a line that makes no sense is left out or gives
// nullopt, never a guess. Source: proc(5), cgroups(7). Safe from any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::agent {

// /proc/PID/stat. The command may hold spaces, parentheses and line ends; the last ')' ends it.
struct StatLine {
  std::string command;
  char state = '?';
  std::int64_t parent = 0, session = 0;
  std::uint64_t start_ticks = 0;  // since boot
  bool kernel_thread = false;
};
std::optional<StatLine> parse_stat_line(std::string_view text);

// One line of /proc/PID/mountinfo, its octal escapes undone.
struct MountLine {
  std::uint32_t major = 0, minor = 0;
  std::string root;                   // the part of the file system that is mounted
  std::string point;                  // where, as the process sees it
  std::string type, source, options;  // options of the file system
};
std::vector<MountLine> parse_mountinfo(std::string_view text);
// The mount that holds the absolute path; nullptr when there is none.
const MountLine* mount_of(const std::vector<MountLine>& mounts, std::string_view path);

// Layers of an overlay mount; nullopt when the options name none. Paths are as the kernel tells them.
struct OverlayLayers {
  std::string upper;               // empty when read-only
  std::vector<std::string> lower;  // topmost first
};
std::optional<OverlayLayers> parse_overlay_options(std::string_view options);

// What a cgroup path tells about the one who started a process.
struct CgroupPlace {
  std::string unit;       // nearest systemd unit, unescaped as systemd prints it
  std::string container;  // full id
  std::string runtime;    // docker, podman, containerd, cri-o
};
CgroupPlace parse_cgroups(std::string_view text);  // /proc/PID/cgroup: v1, v2 or hybrid

// NUL-separated words as in /proc/PID/cmdline; a last one without NUL counts.
std::vector<std::string> split_words(std::string_view bytes);

// Absolute and without ".", ".." and doubled slashes; `path` is taken relative to `directory` when it isn't absolute.
std::string absolute_path(std::string_view path, std::string_view directory);

}  // namespace weir::agent
