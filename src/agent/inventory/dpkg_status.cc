#include "agent/inventory/dpkg_status.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "agent/inventory/bounds.h"
#include "agent/inventory/root_file.h"

namespace weir::agent {
namespace {

constexpr std::string_view status_file = "var/lib/dpkg/status", status_folder = "var/lib/dpkg/status.d";
constexpr std::size_t line_bytes_max = 4096;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

// "install ok installed": the third word. What is configured, unpacked or half-way has its files in place.
bool is_present(std::string_view status) {
  const std::string_view state = status.substr(std::min(status.rfind(' ') + 1, status.size()));
  return state != "not-installed" && state != "config-files" && !state.empty();
}

// "glibc" or "gcc-defaults (1.203)"
void take_source(InstalledPackage& package, std::string_view value) {
  const auto open = value.find('(');
  package.source = trimmed(value.substr(0, open));
  if (open == value.npos) return;
  const auto close = value.find(')', open);
  if (close != value.npos) package.source_version = trimmed(value.substr(open + 1, close - open - 1));
}

std::vector<std::string> names_below(const std::string& root, std::string_view path) {
  std::vector<std::string> names;
  const Fd place = open_directory_below(root, std::string(path));
  DIR* folder = place ? fdopendir(dup(place.number())) : nullptr;
  if (folder == nullptr) return names;
  while (const dirent* entry = readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with('.') && !name.ends_with(".md5sums") && names.size() < inventory::packages_max)
      names.emplace_back(name);
  }
  closedir(folder);
  std::ranges::sort(names);
  return names;
}

Result<bool> read_stanzas(const std::string& root, const std::string& path, DpkgStanzas stanzas) {
  const Fd file = open_below(root, path);
  if (!file) return false;
  const bool whole = each_line_of(file.number(), line_bytes_max, inventory::database_bytes_max,
                                  [&](std::string_view line) { stanzas.line(line); });
  if (!whole) return Error{Errc::unavailable, fmt::format("/{} can't be read, or is too large", path)};
  stanzas.finish();
  return true;
}

}  // namespace

void DpkgStanzas::line(std::string_view line) {
  if (line.empty()) return finish();
  const auto colon = line.find(':');
  if (colon == line.npos || line.front() == ' ' || line.front() == '\t') return;  // a field goes on
  const std::string_view key = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
  if (key == "Package") package_.name = value;
  else if (key == "Version") package_.version = value;
  else if (key == "Architecture") package_.architecture = value;
  else if (key == "Source") take_source(package_, value);
  else if (key == "Status") present_ = is_present(value);
}

void DpkgStanzas::finish() {
  InstalledPackage package = std::exchange(package_, {});
  const bool present = std::exchange(present_, false) || status_ == Status::implied;
  if (!present || package.name.empty() || package.version.empty()) return;
  if (package.source == package.name && package.source_version.empty()) package.source.clear();
  tell_(std::move(package));
}

std::string dpkg_stamp(const std::string& root) {
  return stamp_below(root, std::string(status_file)) + "," + stamp_below(root, std::string(status_folder));
}

Result<std::vector<InstalledPackage>> read_dpkg(const std::string& root) {
  std::vector<InstalledPackage> packages;
  const auto keep = [&](InstalledPackage package) {
    if (packages.size() < inventory::packages_max) packages.push_back(std::move(package));
  };
  bool any = TRY(read_stanzas(root, std::string(status_file), {DpkgStanzas::Status::needed, keep}));
  for (const std::string& name : names_below(root, status_folder))
    any |= TRY(
        read_stanzas(root, fmt::format("{}/{}", status_folder, name), {DpkgStanzas::Status::implied, keep}));
  if (!any) return not_found("there is no database of dpkg");
  return packages;
}

}  // namespace weir::agent
