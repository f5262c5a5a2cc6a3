#include "agent/processes/proc_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace weir::agent {
namespace {

constexpr std::uint64_t kernel_thread_flag = 0x00200000;  // PF_KTHREAD

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    const auto part = text.substr(0, end);
    if (!part.empty()) parts.push_back(part);
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

std::string unescape_octal(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) &&
                        is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return out;
}

std::optional<MountLine> parse_mount_line(std::string_view line) {
  const auto fields = split(line, ' ');
  const auto dash = std::find(fields.begin(), fields.end(), "-");
  if (dash - fields.begin() < 6 || fields.end() - dash < 3) return std::nullopt;
  const auto colon = fields[2].find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto major = number<std::uint32_t>(fields[2].substr(0, colon));
  const auto minor = number<std::uint32_t>(fields[2].substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  MountLine mount{.major = *major,
                  .minor = *minor,
                  .root = unescape_octal(fields[3]),
                  .point = unescape_octal(fields[4]),
                  .type = std::string(dash[1]),
                  .source = unescape_octal(dash[2])};
  if (fields.end() - dash > 3) mount.options = unescape_octal(dash[3]);
  return mount;
}

bool is_below(std::string_view path, std::string_view point) {
  if (point == "/") return path.starts_with('/');
  return path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/');
}

// Overlay's own escapes: a backslash before ':' ',' and itself.
std::vector<std::string> split_layers(std::string_view text) {
  std::vector<std::string> layers(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) layers.back() += text[++i];
    else if (text[i] == ':') layers.emplace_back();
    else layers.back() += text[i];
  }
  std::erase(layers, "");  // "::" stands before data-only layers
  return layers;
}

std::vector<std::string_view> split_options(std::string_view text) {
  std::vector<std::string_view> options;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '\\') ++i;
    else if (i == text.size() || text[i] == ',') {
      options.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  return options;
}

bool is_id(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

struct ScopePattern {
  std::string_view prefix, runtime;
};
// Names that runtimes give to the cgroup of a container, before its id. "" stands for a bare id below that folder.
constexpr std::array scope_patterns{
    ScopePattern{"docker-", "docker"},
    ScopePattern{"libpod-", "podman"},
    ScopePattern{"cri-containerd-", "containerd"},
    ScopePattern{"crio-", "cri-o"},
    ScopePattern{"nerdctl-", "containerd"},
};
constexpr std::array folder_patterns{
    ScopePattern{"docker", "docker"},        ScopePattern{"libpod", "podman"},
    ScopePattern{"libpod_parent", "podman"}, ScopePattern{"k8s.io", "containerd"},
    ScopePattern{"crio", "cri-o"},
};

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

void note_container(std::span<const std::string_view> parts, std::size_t at, CgroupPlace& place) {
  const std::string_view part = without_suffix(parts[at], ".scope");
  const std::string_view colon_tail = part.substr(part.rfind(':') + 1);  // kubepods-…:cri-containerd:<id>
  if (is_id(part) || is_id(colon_tail)) {
    place.container = std::string(is_id(part) ? part : colon_tail);
    if (!is_id(part)) place.runtime = part.find("containerd") != part.npos ? "containerd" : "";
    for (const ScopePattern& pattern : folder_patterns)
      if (at > 0 && parts[at - 1] == pattern.prefix) place.runtime = pattern.runtime;
    return;
  }
  for (const ScopePattern& pattern : scope_patterns) {
    if (!part.starts_with(pattern.prefix) || !is_id(part.substr(pattern.prefix.size()))) continue;
    place.container = std::string(part.substr(pattern.prefix.size()));
    place.runtime = pattern.runtime;
  }
}

void note_place(std::string_view path, CgroupPlace& place) {
  const auto parts = split(path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].ends_with(".service") || parts[i].ends_with(".scope")) place.unit = std::string(parts[i]);
    note_container(parts, i, place);
  }
}

}  // namespace

std::optional<StatLine> parse_stat_line(std::string_view text) {
  const auto open = text.find('('), close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open || close + 2 > text.size()) return std::nullopt;
  const auto fields = split(text.substr(close + 1), ' ');  // fields[0] is field 3 of proc(5)
  if (fields.size() < 20 || fields[0].size() != 1) return std::nullopt;
  const auto parent = number<std::int64_t>(fields[1]), session = number<std::int64_t>(fields[3]);
  const auto flags = number<std::uint64_t>(fields[6]), start = number<std::uint64_t>(fields[19]);
  if (!parent || !session || !flags || !start) return std::nullopt;
  return StatLine{.command = std::string(text.substr(open + 1, close - open - 1)),
                  .state = fields[0][0],
                  .parent = *parent,
                  .session = *session,
                  .start_ticks = *start,
                  .kernel_thread = (*flags & kernel_thread_flag) != 0};
}

std::vector<MountLine> parse_mountinfo(std::string_view text) {
  std::vector<MountLine> mounts;
  for (std::string_view line : split(text, '\n'))
    if (auto mount = parse_mount_line(line)) mounts.push_back(std::move(*mount));
  return mounts;
}

const MountLine* mount_of(const std::vector<MountLine>& mounts, std::string_view path) {
  const MountLine* best = nullptr;
  for (const MountLine& mount : mounts)
    if (is_below(path, mount.point) && (!best || mount.point.size() >= best->point.size())) best = &mount;
  return best;
}

std::optional<OverlayLayers> parse_overlay_options(std::string_view options) {
  OverlayLayers layers;
  for (std::string_view option : split_options(options)) {
    const auto equals = option.find('=');
    if (equals == option.npos) continue;
    const std::string_view name = option.substr(0, equals), value = option.substr(equals + 1);
    if (name == "upperdir") layers.upper = split_layers(value).empty() ? "" : split_layers(value).front();
    if (name == "lowerdir" || name == "lowerdir+" || name == "datadir+")
      for (std::string& layer : split_layers(value)) layers.lower.push_back(std::move(layer));
  }
  if (layers.lower.empty()) return std::nullopt;
  return layers;
}

CgroupPlace parse_cgroups(std::string_view text) {
  CgroupPlace place;
  std::string unit_of_systemd;
  for (std::string_view line : split(text, '\n')) {
    const auto first = line.find(':');
    const auto second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos || second + 1 >= line.size() || line[second + 1] != '/') continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    note_place(line.substr(second + 1), place);
    if (controllers == "name=systemd" && !place.unit.empty()) unit_of_systemd = place.unit;
  }
  if (!unit_of_systemd.empty()) place.unit = unit_of_systemd;
  return place;
}

std::vector<std::string> split_words(std::string_view bytes) {
  std::vector<std::string> words;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\0'), bytes.size());
    words.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return words;
}

std::string absolute_path(std::string_view path, std::string_view directory) {
  std::vector<std::string_view> kept;
  const auto walk = [&](std::string_view text) {
    for (std::string_view part : split(text, '/')) {
      if (part == ".") continue;
      if (part != "..") kept.push_back(part);
      else if (!kept.empty()) kept.pop_back();
    }
  };
  if (!path.starts_with('/')) walk(directory);
  walk(path);
  std::string out;
  for (std::string_view part : kept) (out += '/') += part;
  return out.empty() ? "/" : out;
}

}  // namespace weir::agent
