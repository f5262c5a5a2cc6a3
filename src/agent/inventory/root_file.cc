#include "agent/inventory/root_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "agent/processes/file_digest.h"

namespace weir::agent {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

Fd place_below(const std::string& root, const std::string& path, std::uint64_t flags = O_PATH) {
  const Fd folder(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return {};
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT;
  return Fd(static_cast<int>(syscall(SYS_openat2, folder.number(), path.c_str(), &how, sizeof how)));
}

}  // namespace

Fd open_below(const std::string& root, const std::string& path) {
  const Fd place = place_below(root, path);
  if (!place) return {};
  auto file = open_regular(fmt::format("/proc/self/fd/{}", place.number()));
  return file ? std::move(*file) : Fd();
}

Fd open_directory_below(const std::string& root, const std::string& path) {
  return place_below(root, path, O_RDONLY | O_DIRECTORY);
}

std::optional<std::string> read_below(const std::string& root, const std::string& path,
                                      std::size_t bytes_max) {
  const Fd file = open_below(root, path);
  struct stat status{};
  if (!file || fstat(file.number(), &status) != 0) return std::nullopt;
  if (static_cast<std::size_t>(status.st_size) > bytes_max) return std::nullopt;
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t bytes = pread(file.number(), text.data(), text.size(), 0);
  if (bytes < 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(bytes));
  return text;
}

std::string stamp_below(const std::string& root, const std::string& path) {
  const Fd place = place_below(root, path);
  struct stat status{};
  if (!place || fstat(place.number(), &status) != 0) return {};
  const FileKey key = key_of(status);
  return fmt::format("{}:{}:{}:{}:{}", key.device, key.inode, key.size, key.modified_ns, key.changed_ns);
}

void each_line(std::string_view text, const std::function<void(std::string_view)>& take) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool each_line_of(int file, std::size_t line_bytes_max, std::size_t bytes_max,
                  const std::function<void(std::string_view)>& take) {
  std::vector<char> piece(piece_bytes);
  std::string line;
  const auto add = [&](std::string_view text) {
    line.append(text.substr(0, line_bytes_max - std::min(line.size(), line_bytes_max)));
  };
  for (std::size_t read = 0;;) {
    const ssize_t bytes = ::read(file, piece.data(), piece.size());
    if (bytes < 0) return false;
    if (bytes == 0) break;
    read += static_cast<std::size_t>(bytes);
    if (read > bytes_max) return false;
    std::string_view text(piece.data(), static_cast<std::size_t>(bytes));
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
      add(text.substr(0, end));
      take(line);
      line.clear();
      text.remove_prefix(end + 1);
    }
    add(text);
  }
  if (!line.empty()) take(line);
  return true;
}

}  // namespace weir::agent
