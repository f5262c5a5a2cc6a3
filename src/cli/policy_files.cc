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

bool is_yaml(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

enum class Wanted { rego, rego_and_yaml };

Result<std::vector<std::string>> files_below(const std::string& directory, Wanted wanted) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    const bool fits = path.extension() == ".rego" || (wanted == Wanted::rego_and_yaml && is_yaml(path));
    if (fits && at->is_regular_file(error)) found.push_back(path.string());
    if (found.size() > policy_files_max)
      return Error{Errc::too_large, fmt::format("{} holds more than {} policies", directory, policy_files_max)};
  }
  if (error) return invalid(fmt::format("{}: {}", directory, error.message()));
  if (found.empty())
    return invalid(fmt::format("{} holds no {}", directory, wanted == Wanted::rego ? "*.rego file" : "policy"));
  std::sort(found.begin(), found.end());
  return found;
}

// The form says so itself, in the first of its members.
bool claims_to_be_policy(std::string_view text) { return text.find("weir/v1") != text.npos; }

}  // namespace

Result<std::vector<rego::Module>> read_modules(std::span<const std::string> paths) {
  std::vector<rego::Module> modules;
  for (const std::string& path : paths) {
    std::error_code error;
    std::vector<std::string> files{path};
    if (fs::is_directory(path, error)) files = TRY(files_below(path, Wanted::rego));
    for (const std::string& file : files) {
      std::string text = TRY(read_file(file, limits::rego_policy_bytes_max));
      modules.push_back({.name = file, .text = std::move(text)});
    }
  }
  return modules;
}

Result<PolicyFiles> read_policies(std::span<const std::string> paths) {
  PolicyFiles found;
  for (const std::string& path : paths) {
    std::error_code error;
    std::vector<std::string> files{path};
    const bool whole = fs::is_directory(path, error);
    if (whole) files = TRY(files_below(path, Wanted::rego_and_yaml));
    for (const std::string& file : files) {
      std::string text = TRY(read_file(file, limits::rego_policy_bytes_max));
      const bool yaml = is_yaml(file);
      if (yaml && whole && !claims_to_be_policy(text)) continue;
      (yaml ? found.forms : found.modules).push_back({.name = file, .text = std::move(text)});
    }
  }
  return found;
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
