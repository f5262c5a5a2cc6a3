#include "agent/processes/packages.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>

#include "agent/processes/exec_source.h"
#include "agent/processes/file_digest.h"

namespace weir::agent {
namespace {

constexpr std::int64_t read_again_ns = 500'000'000;  // at most twice a second while dpkg works
constexpr std::int64_t look_again_ns = 50'000'000;
constexpr std::size_t file_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t lists_max = 65'535;
constexpr std::size_t name_bytes_max = 512;
constexpr std::string_view list_suffix = ".list";
constexpr std::array<std::string_view, 5> script_suffixes{".preinst", ".postinst", ".prerm", ".postrm",
                                                          ".config"};

std::int64_t changed_ns(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? key_of(status).modified_ns : -1;
}

std::string read_all(const std::string& path) {
  std::string text;
  const auto file = open_regular(path);
  if (!file) return text;
  struct stat status{};
  if (fstat(file->number(), &status) != 0 || static_cast<std::size_t>(status.st_size) > file_bytes_max)
    return text;
  text.resize(static_cast<std::size_t>(status.st_size));
  const ssize_t bytes = pread(file->number(), text.data(), text.size(), 0);
  text.resize(bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
  return text;
}

void each_line(std::string_view text, const std::function<void(std::string_view)>& take) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::vector<std::string> names_in(const std::string& folder, std::string_view suffix) {
  std::vector<std::string> names;
  DIR* entries = opendir(folder.c_str());
  if (!entries) return names;
  while (const dirent* entry = readdir(entries)) {
    const std::string_view name = entry->d_name;
    if (name.size() > suffix.size() && name.ends_with(suffix)) names.emplace_back(name);
  }
  closedir(entries);
  std::ranges::sort(names);
  return names;
}

std::uint64_t hash_of(std::string_view path) { return std::hash<std::string_view>{}(path); }

std::string_view without_architecture(std::string_view list) { return list.substr(0, list.find(':')); }

}  // namespace

Packages::Packages(std::string folder, std::string root)
    : folder_(std::move(folder)), root_(std::move(root)) {
  for (const char* name : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    std::array<char, 64> target{};
    const ssize_t bytes = readlink((root_ + name).c_str(), target.data(), target.size());
    const std::string_view link(target.data(), bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
    if (link == fmt::format("usr{}", name) || link == fmt::format("/usr{}", name))
      merged_folders_.emplace_back(name);
  }
}

std::string Packages::merged(std::string path) const {
  for (const std::string& folder : merged_folders_)
    if (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/')
      return "/usr" + path;
  return path;
}

Status Packages::status() const {
  const std::string info = folder_ + "/info";
  if (access(info.c_str(), R_OK | X_OK) == 0) return {};
  if (errno == ENOENT) return not_found(fmt::format("{} is not there", info));
  return Error{Errc::unavailable, fmt::format("{}: {}", info, strerror(errno))};
}

bool Packages::is_changing() const {
  const auto file = open_regular(folder_ + "/lock");
  if (!file) return false;
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(file->number(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool Packages::is_stale() const { return changed_ns(folder_ + "/info") != lists_changed_ns_; }

void Packages::refresh() {
  const std::int64_t now = boot_time_ns();
  if (read_at_ns_ != 0 && now - read_at_ns_ < read_again_ns) return;
  const std::int64_t lists = changed_ns(folder_ + "/info");
  const std::int64_t versions = std::max(changed_ns(folder_ + "/status"), changed_ns(folder_ + "/updates"));
  if (lists == lists_changed_ns_ && versions == versions_changed_ns_) return;
  read_at_ns_ = now;
  ++generation_;
  if (lists != std::exchange(lists_changed_ns_, lists)) read_lists();
  if (versions != std::exchange(versions_changed_ns_, versions)) read_versions();
  read_diversions();
}

void Packages::read_lists() {
  struct Row {
    std::uint64_t hash;
    std::uint16_t owner;
  };
  lists_ = names_in(folder_ + "/info", list_suffix);
  lists_.resize(std::min(lists_.size(), lists_max));
  std::vector<Row> rows;
  rows.reserve(hashes_.size() + 1024);
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    const std::string text = read_all(fmt::format("{}/info/{}", folder_, lists_[i]));
    lists_[i].resize(lists_[i].size() - list_suffix.size());
    each_line(text, [&](std::string_view line) {
      const bool merges =
          std::ranges::any_of(merged_folders_, [&](const auto& folder) { return line.starts_with(folder); });
      rows.push_back(
          {merges ? hash_of(merged(std::string(line))) : hash_of(line), static_cast<std::uint16_t>(i)});
    });
  }
  std::ranges::sort(rows, {}, &Row::hash);
  hashes_.clear();
  owners_.clear();
  hashes_.reserve(rows.size());
  owners_.reserve(rows.size());
  for (const Row& row : rows) {
    hashes_.push_back(row.hash);
    owners_.push_back(row.owner);
  }
}

void Packages::read_stanzas(const std::string& file) {
  std::string name, architecture;
  each_line(read_all(file), [&](std::string_view line) {
    const auto value = [&](std::string_view key) -> std::optional<std::string> {
      if (!line.starts_with(key) || line.size() > key.size() + name_bytes_max) return std::nullopt;
      return std::string(line.substr(key.size()));
    };
    if (const auto found = value("Package: ")) name = *found;
    if (const auto found = value("Architecture: ")) architecture = *found;
    if (const auto found = value("Version: ")) {
      versions_.insert_or_assign(name + ":" + architecture, *found);
      versions_.insert_or_assign(name, *found);
    }
  });
}

void Packages::read_versions() {
  versions_.clear();
  read_stanzas(folder_ + "/status");
  for (const std::string& name :
       names_in(folder_ + "/updates", ""))  // a running dpkg's journal: 0000, 0001, …
    if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; }))
      read_stanzas(folder_ + "/updates/" + name);
}

void Packages::read_diversions() {
  diversions_.clear();
  std::vector<std::string> lines;
  each_line(read_all(folder_ + "/diversions"), [&](std::string_view line) { lines.emplace_back(line); });
  for (std::size_t i = 0; i + 2 < lines.size(); i += 3)
    diversions_.push_back({merged(lines[i]), merged(lines[i + 1]), lines[i + 2]});
}

bool Packages::is_listed(const std::string& list, const std::string& path) const {
  bool found = false;
  each_line(read_all(fmt::format("{}/info/{}{}", folder_, list, list_suffix)), [&](std::string_view line) {
    found = found || line == path || (line.size() < path.size() && merged(std::string(line)) == path);
  });
  return found;
}

std::optional<PackageOwner> Packages::owner_named(const std::string& list) {
  const std::int64_t changed = changed_ns(fmt::format("{}/info/{}{}", folder_, list, list_suffix));
  if (changed < 0) return std::nullopt;
  const std::string name(without_architecture(list));
  auto version = versions_.find(list);
  if (version == versions_.end()) version = versions_.find(name);
  PackageOwner owner{.name = name,
                     .version = version == versions_.end() ? "" : version->second,
                     .transaction = {},
                     .list = list};
  owner.transaction = fmt::format("{} {} {}", list, owner.version, changed);
  return owner;
}

std::optional<PackageOwner> Packages::find(const std::string& path, const std::string& only,
                                           const std::string& except) {
  const auto [begin, end] = std::ranges::equal_range(hashes_, hash_of(path));
  for (auto at = begin; at != end; ++at) {
    const std::string& list = lists_[owners_[static_cast<std::size_t>(at - hashes_.begin())]];
    const std::string_view name = without_architecture(list);
    if ((!only.empty() && name != only) || name == except || !is_listed(list, path)) continue;
    if (auto owner = owner_named(list)) return owner;
  }
  return std::nullopt;
}

// A diverted file's name belongs to whoever diverted it; the file itself moved to the name in `to`.
std::optional<PackageOwner> Packages::find_diverted(const std::string& path) {
  for (const Diversion& diversion : diversions_) {
    if (diversion.to == path) return find(diversion.from, "", diversion.package);
    if (diversion.from == path)
      return diversion.package == ":" ? std::nullopt : find(path, diversion.package, "");
  }
  return find(path, "", "");
}

std::optional<PackageOwner> Packages::owner_of(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (!path.starts_with(root_)) return std::nullopt;
  refresh();
  const std::string name = merged(path.substr(root_.size()));
  const std::string info =
      folder_.starts_with(root_) ? folder_.substr(root_.size()) + "/info/" : folder_ + "/info/";
  for (std::string_view suffix : script_suffixes)
    if (name.starts_with(info) && name.ends_with(suffix))
      return owner_named(name.substr(info.size(), name.size() - info.size() - suffix.size()));
  auto owner = find_diverted(name);
  if (!owner && is_stale()) owner = find_recent(name);
  return owner;
}

std::string Packages::shipped_md5(const std::string& path, const PackageOwner& owner) {
  constexpr std::size_t digits = 32, gap = 2;  // "<md5>  usr/bin/tool"
  const std::scoped_lock lock(mutex_);
  if (!path.starts_with(root_)) return {};
  const std::string name = merged(path.substr(root_.size()));
  for (const Diversion& diversion : diversions_)
    if (diversion.from == name || diversion.to == name) return {};
  std::string md5;
  each_line(read_all(fmt::format("{}/info/{}.md5sums", folder_, owner.list)), [&](std::string_view line) {
    if (line.size() > digits + gap && merged("/" + std::string(line.substr(digits + gap))) == name)
      md5 = line.substr(0, digits);
  });
  return md5;
}

// While dpkg works, the index is a moment behind: looks into the lists that came since.
std::optional<PackageOwner> Packages::find_recent(const std::string& path) {
  for (std::string list : names_in(folder_ + "/info", list_suffix)) {
    if (changed_ns(folder_ + "/info/" + list) < lists_changed_ns_) continue;
    list.resize(list.size() - list_suffix.size());
    if (is_listed(list, path)) return owner_named(list);
  }
  return std::nullopt;
}

std::vector<Packages::Installed> Packages::installed() {
  const std::scoped_lock lock(mutex_);
  refresh();
  std::vector<Installed> all;
  for (const std::string& list : lists_)
    if (const auto owner = owner_named(list)) all.push_back({list, owner->transaction});
  return all;
}

std::uint64_t Packages::generation() {
  const std::scoped_lock lock(mutex_);
  const std::int64_t now = boot_time_ns();
  if (now - looked_at_ns_ < look_again_ns) return generation_;
  looked_at_ns_ = now;
  refresh();
  return generation_;
}

std::size_t Packages::paths() {
  const std::scoped_lock lock(mutex_);
  refresh();
  return hashes_.size();
}

}  // namespace weir::agent
