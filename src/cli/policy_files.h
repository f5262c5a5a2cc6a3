// Rego modules and documents as files that people keep: a directory stands for every *.rego below it, sorted by path.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rego/engine.h"

namespace weir::cli {

inline constexpr std::size_t policy_files_max = 1000;

// `not_found` for a path that is not there, `invalid` for a directory without a *.rego.
Result<std::vector<rego::Module>> read_modules(std::span<const std::string> paths);

// What there is to test at `paths`: Rego modules, and files of the YAML form with their text. A directory stands for
// every one of them below it; a YAML file there that is no policy is passed over.
struct PolicyFiles {
  std::vector<rego::Module> modules;
  std::vector<rego::Module> forms;
};
Result<PolicyFiles> read_policies(std::span<const std::string> paths);

// A document as JSON text: what stands in the file, or made from YAML when the name says so. No path, no text.
Result<std::string> read_document(const std::optional<std::string>& path);

}  // namespace weir::cli
