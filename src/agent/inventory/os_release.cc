#include "agent/inventory/os_release.h"

#include "agent/inventory/root_file.h"

namespace weir::agent {
namespace {

constexpr std::size_t release_bytes_max = 64 * 1024;

// Shell assignments: the value may stand in quotes, and a backslash takes the next character as it is.
std::string unquoted(std::string_view value) {
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t' || value.back() == '\r'))
    value.remove_suffix(1);
  const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'');
  if (quoted && value.back() == value.front()) value = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    text += value[i];
  }
  return text;
}

}  // namespace

Distribution parse_os_release(std::string_view text) {
  Distribution found;
  each_line(text, [&](std::string_view line) {
    if (line.starts_with("ID=")) found.id = unquoted(line.substr(3));
    if (line.starts_with("VERSION_ID=")) found.version = unquoted(line.substr(11));
  });
  if (found.id == "debian" && found.version.empty()) found.version = "sid";
  return found;
}

Distribution read_os_release(const std::string& root) {
  for (const char* path : {"etc/os-release", "usr/lib/os-release"})
    if (const auto text = read_below(root, path, release_bytes_max)) return parse_os_release(*text);
  return {};
}

}  // namespace weir::agent
