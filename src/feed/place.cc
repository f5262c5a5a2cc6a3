#include "feed/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "artifact/archive_files.h"
#include "vuln/limits.h"
#include "vuln/store/durable_file.h"

namespace weir::feed {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t list_bytes_max = 512 * 1024 * 1024;
constexpr std::size_t archive_all_bytes_max = std::size_t{16} * 1024 * 1024 * 1024;
constexpr std::size_t archive_directory_bytes_max = 64 * vuln::advisories_max;

bool ends_with_one_of(std::string_view text, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [&](std::string_view each) { return text.ends_with(each); });
}

bool is_record(std::string_view name) { return ends_with_one_of(name, {".json", ".yaml", ".yml"}); }
bool is_list(std::string_view name) { return name.ends_with(".csv"); }
bool is_wanted(std::string_view name) { return is_record(name) || is_list(name); }
bool is_packed_list(std::string_view name) {
  return ends_with_one_of(name, {".csv.gz", ".csv.xz", ".csv.bz2", ".csv.zst"});
}
bool is_archive(std::string_view name) {
  return ends_with_one_of(name, {".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"});
}

std::string_view path_of_url(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

Status read_directory(const std::string& directory, const TakeRecord& take) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename() == ".git") at.disable_recursion_pending();
    if (is_wanted(at->path().native()) && at->is_regular_file(error)) files.push_back(at->path().native());
    if (files.size() > vuln::advisories_max)
      return Error{Errc::too_large,
                   fmt::format("{} holds more than {} advisories", directory, vuln::advisories_max)};
  }
  if (error) return invalid(fmt::format("{}: {}", directory, error.message()));
  if (files.empty()) return invalid(fmt::format("{} holds no advisory (*.json, *.yaml)", directory));
  std::ranges::sort(files);
  for (const std::string& file : files) {
    const std::size_t most = is_list(file) ? list_bytes_max : vuln::advisory_bytes_max;
    const std::string content = TRY(vuln::read_whole(file, most));
    TRY(take(file, content));
  }
  return {};
}

// An error that names the feed, and not the file of ours that it was fetched into.
Status named(const Status& status, std::string_view path, std::string_view name) {
  if (status.ok() || status.error().message.starts_with(name)) return status;
  std::string_view message = status.error().message;
  if (message.starts_with(path)) message.remove_prefix(path.size());
  const std::string_view joint = message.starts_with(' ') || message.starts_with(':') ? "" : ": ";
  return Error{status.error().code, fmt::format("{}{}{}", name, joint, message)};
}

Status read_archive(const std::string& path, const std::string& name, const TakeRecord& take) {
  const artifact::ArchiveBounds bounds{.files_max = vuln::advisories_max,
                                       .file_bytes_max = vuln::advisory_bytes_max,
                                       .all_bytes_max = archive_all_bytes_max,
                                       .directory_bytes_max = archive_directory_bytes_max};
  std::size_t records = 0;
  TRY(named(artifact::read_archive_files(path, bounds, is_wanted,
                                         [&](std::string_view inner, Bytes content) {
                                           ++records;
                                           return take(fmt::format("{}: {}", name, inner), content);
                                         }),
            path, name));
  if (records == 0) return invalid(fmt::format("{} holds no advisory (*.json, *.yaml)", name));
  return {};
}

}  // namespace

std::string public_name(std::string_view place) {
  const std::size_t scheme = place.find("://");
  if (scheme == place.npos) return std::string(place);
  const std::size_t begin = scheme + 3, end = std::min(place.find_first_of("/?#", begin), place.size());
  const std::size_t user = place.substr(0, end).rfind('@');
  if (user == place.npos || user < begin) return std::string(place);
  return fmt::format("{}{}", place.substr(0, begin), place.substr(user + 1));
}

Result<Place> parse_place(std::string_view text) {
  const auto as = [&](PlaceKind kind) { return Place{.kind = kind, .text = std::string(text)}; };
  const std::string_view path = path_of_url(text);
  if (text.starts_with("git+") || text.starts_with("ssh://") || path.ends_with(".git"))
    return as(PlaceKind::repository);
  if (text.starts_with("http://") || text.starts_with("https://")) {
    const bool one = is_wanted(path) || is_packed_list(path) || is_archive(path);
    return as(one ? PlaceKind::url : PlaceKind::bucket);
  }
  std::error_code error;
  if (fs::is_directory(text, error)) return as(PlaceKind::directory);
  if (!fs::exists(text, error)) return not_found(fmt::format("{}: no such file or directory", text));
  return as(is_wanted(text) || is_packed_list(text) ? PlaceKind::file : PlaceKind::archive);
}

bool is_whole(PlaceKind kind) { return kind != PlaceKind::file; }

Status read_local(PlaceKind kind, const std::string& path, const std::string& name, const TakeRecord& take) {
  if (kind == PlaceKind::directory) return read_directory(path, take);
  if (kind == PlaceKind::archive) return read_archive(path, name, take);
  if (is_packed_list(name)) {
    const Result<Bytes> content = artifact::read_packed_file(path, list_bytes_max);
    if (!content.ok()) return named(content.error(), path, name);
    return take(name, *content);
  }
  const Bytes content =
      TRY(vuln::read_whole(path, is_record(name) ? vuln::advisory_bytes_max : list_bytes_max));
  return take(name, content);
}

}  // namespace weir::feed
