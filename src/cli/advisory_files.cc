#include "cli/advisory_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "artifact/archive_files.h"
#include "cli/exchange.h"
#include "vuln/limits.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

bool is_record(std::string_view name) {
  return name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml");
}

void take_record(ReadAdvisories& read, std::string_view name, std::string_view content) {
  Result<vuln::Advisory> advisory = vuln::read_advisory(content);
  if (advisory.ok()) read.set.add(std::move(advisory).value());
  else read.refused.push_back(fmt::format("{}: {}", name, advisory.error().message));
}

Status read_directory(ReadAdvisories& read, const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (is_record(at->path().native()) && at->is_regular_file(error)) files.push_back(at->path().native());
    if (files.size() > vuln::advisories_max)
      return Error{Errc::too_large,
                   fmt::format("{} holds more than {} advisories", directory, vuln::advisories_max)};
  }
  if (error) return invalid(fmt::format("{}: {}", directory, error.message()));
  if (files.empty()) return invalid(fmt::format("{} holds no advisory (*.json, *.yaml)", directory));
  std::ranges::sort(files);
  for (const std::string& file : files) {
    const std::string content = TRY(read_file(file, vuln::advisory_bytes_max));
    take_record(read, file, content);
  }
  return {};
}

Status read_place(ReadAdvisories& read, const std::string& place) {
  std::error_code error;
  if (fs::is_directory(place, error)) return read_directory(read, place);
  if (!fs::exists(place, error)) return not_found(fmt::format("{}: no such file or directory", place));
  if (is_record(place)) {
    const std::string content = TRY(read_file(place, vuln::advisory_bytes_max));
    take_record(read, place, content);
    return {};
  }
  const artifact::ArchiveBounds bounds{.files_max = vuln::advisories_max,
                                       .file_bytes_max = vuln::advisory_bytes_max};
  std::size_t records = 0;
  TRY(artifact::read_archive_files(place, bounds, is_record, [&](std::string_view name, Bytes content) {
    ++records;
    take_record(read, fmt::format("{}: {}", place, name), content);
    return Status();
  }));
  if (records == 0) return invalid(fmt::format("{} holds no advisory (*.json, *.yaml)", place));
  return {};
}

}  // namespace

Result<ReadAdvisories> read_advisories(std::span<const std::string> places) {
  ReadAdvisories read;
  for (const std::string& place : places) {
    const std::size_t before = read.set.size();
    TRY(read_place(read, place));
    if (read.set.size() == before && !read.refused.empty())
      return invalid(fmt::format("{}: no advisory can be read; the first: {}", place, read.refused.front()));
  }
  read.set.index();
  return read;
}

}  // namespace weir::cli
