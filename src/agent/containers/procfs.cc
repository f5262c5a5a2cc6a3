#include "agent/containers/procfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <memory>

namespace weir::agent::procfs {
namespace {

constexpr std::uint64_t kernel_thread_flag = 0x00200000;  // PF_KTHREAD

template <class T>
T number(std::string_view text) {
  T value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

namespace {

// The file is closed.
std::optional<std::string> read_from(int file, std::size_t bytes_max) {
  if (file < 0) return std::nullopt;
  std::string text;
  char buffer[16 * 1024];
  ssize_t count = 0;
  while (text.size() <= bytes_max && (count = ::read(file, buffer, sizeof buffer)) > 0)
    text.append(buffer, static_cast<std::size_t>(count));
  close(file);
  if (count < 0 || text.size() > bytes_max) return std::nullopt;
  return text;
}

constexpr int quietly = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

}  // namespace

std::optional<std::string> read(const std::string& path, std::size_t bytes_max) {
  return read_from(open(path.c_str(), quietly), bytes_max);
}

std::optional<OwnedText> read_regular(const std::string& path, std::size_t bytes_max) {
  const int place = open(path.c_str(), O_PATH | O_CLOEXEC);
  if (place < 0) return std::nullopt;
  struct stat found{};
  const bool regular = fstat(place, &found) == 0 && S_ISREG(found.st_mode);
  std::optional<std::string> text;
  if (regular) text = read_from(open(fmt::format("/proc/self/fd/{}", place).c_str(), quietly), bytes_max);
  close(place);
  if (!text) return std::nullopt;
  return OwnedText{std::move(*text), found.st_uid};
}

std::vector<std::int64_t> process_ids() {
  std::vector<std::int64_t> ids;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc"), closedir);
  if (!directory) return ids;
  while (const dirent* entry = readdir(directory.get()))
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
      ids.push_back(number<std::int64_t>(entry->d_name));
  return ids;
}

std::optional<Stat> parse_stat(std::string_view text) {
  // "pid (command) state ppid …": the command may hold spaces and parentheses, so the last one counts.
  const std::size_t open = text.find('('), close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open) return std::nullopt;
  Stat stat{.command = std::string(text.substr(open + 1, close - open - 1))};
  std::string_view rest = text.substr(close + 1);
  for (int field = 3; field <= 22; ++field) {
    const std::size_t begin = rest.find_first_not_of(' ');
    if (begin == rest.npos) return std::nullopt;
    rest.remove_prefix(begin);
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (field == 3) stat.state = word[0];
    if (field == 4) stat.parent = number<std::int64_t>(word);
    if (field == 9) stat.kernel_thread = (number<std::uint64_t>(word) & kernel_thread_flag) != 0;
    if (field == 22) stat.start_ticks = number<std::uint64_t>(word);
    rest.remove_prefix(word.size());
  }
  return stat;
}

std::optional<Stat> stat_of(std::int64_t pid) {
  const auto text = read(fmt::format("/proc/{}/stat", pid));
  return text ? parse_stat(*text) : std::nullopt;
}

std::vector<std::string> command_line(std::int64_t pid) {
  std::vector<std::string> words;
  const std::string text = read(fmt::format("/proc/{}/cmdline", pid)).value_or("");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string longest_cgroup(std::string_view text) {
  std::string_view longest;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t second = line.find(':', line.find(':') + 1);  // "7:cpu,cpuacct:/path"
    if (second == line.npos) continue;
    if (line.size() - second - 1 > longest.size()) longest = line.substr(second + 1);
  }
  return std::string(longest);
}

std::string cgroup_of(std::int64_t pid) {
  return longest_cgroup(read(fmt::format("/proc/{}/cgroup", pid)).value_or(""));
}

std::uint64_t namespace_of(std::int64_t pid, const char* kind) {
  char target[64];
  const auto link = fmt::format("/proc/{}/ns/{}", pid, kind);
  const ssize_t size = readlink(link.c_str(), target, sizeof target);  // "mnt:[4026531832]"
  const std::string_view text(target, size > 0 ? static_cast<std::size_t>(size) : 0);
  const std::size_t open = text.find('[');
  return open == text.npos ? 0 : number<std::uint64_t>(text.substr(open + 1));
}

std::optional<FileId> root_of(std::int64_t pid) {
  struct stat found{};
  if (stat(fmt::format("/proc/{}/root", pid).c_str(), &found) != 0) return std::nullopt;
  return FileId{found.st_dev, found.st_ino};
}

std::optional<std::uint32_t> user_of(std::int64_t pid) {
  struct stat found{};
  if (stat(fmt::format("/proc/{}", pid).c_str(), &found) != 0) return std::nullopt;
  return found.st_uid;
}

std::string user_name(std::uint32_t user) {
  passwd entry{}, *found = nullptr;
  char buffer[4096];
  if (getpwuid_r(user, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) return entry.pw_name;
  return fmt::format("{}", user);
}

Instant start_time(std::uint64_t start_ticks, Instant now) {
  timespec boot{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  const std::int64_t up = boot.tv_sec * 1'000'000LL + boot.tv_nsec / 1000;
  static const std::int64_t ticks_per_second = sysconf(_SC_CLK_TCK);
  return now - microseconds(up - static_cast<std::int64_t>(start_ticks) * 1'000'000 / ticks_per_second);
}

}  // namespace weir::agent::procfs
