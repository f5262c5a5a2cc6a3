#include "cli/policy_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/limits.h"
#include "cli/exchange.h"
#include "format/yaml.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> modules_below(const std::string& directory) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".rego" && at->is_regular_file(error)) found.push_back(at->path().string());
    if (found.size() > policy_files_max)
      return Error{Errc::too_large, fmt::format("{} holds more than {} Rego files", directory, policy_files_max)};
  }
  if (error) return invalid(fmt::format("{}: {}", directory, error.message()));
  if (found.empty()) return invalid(fmt::format("{} holds no *.rego file", directory));
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<std::vector<rego::Module>> read_modules(std::span<const std::string> paths) {
  std::vector<rego::Module> modules;
  for (const std::string& path : paths) {
    std::error_code error;
    std::vector<std::string> files{path};
    if (fs::is_directory(path, error)) files = TRY(modules_below(path));
    for (const std::string& file : files) {
      std::string text = TRY(read_file(file, limits::rego_policy_bytes_max));
      modules.push_back({.name = file, .text = std::move(text)});
    }
  }
  return modules;
}

Result<std::string> read_document(const std::optional<std::string>& path) {
  if (!path) return std::string();
  std::string text = TRY(read_file(*path, limits::blob_bytes_max));
  if (!path->ends_with(".yaml") && !path->ends_with(".yml")) return text;
  auto read = format::parse_yaml(text);
  if (!read.ok()) return invalid(fmt::format("{}: {}", *path, read.error().message));
  return format::dump(*read);
}

}  // namespace weir::cli
