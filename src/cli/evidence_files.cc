#include "cli/evidence_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "artifact/disk_tree.h"
#include "artifact/glob.h"
#include "base/limits.h"
#include "cli/exchange.h"
#include "evidence/recognise.h"
#include "vuln/vex_attested.h"

namespace weir::cli {
namespace {

using format::Json;
namespace fs = std::filesystem;

constexpr std::string_view pattern_characters = "*?[\\";

struct Rooted {
  std::string root, pattern;
};

// "out/x/*.xml" → {"out/x", "*.xml"}: only what lies below the fixed part has to be looked at.
Rooted rooted(const std::string& pattern) {
  const std::size_t first = std::min(pattern.find_first_of(pattern_characters), pattern.size());
  const std::size_t slash = pattern.rfind('/', first);
  if (slash == std::string::npos) return {".", pattern};
  return {slash == 0 ? "/" : pattern.substr(0, slash), pattern.substr(slash + 1)};
}

Result<std::vector<std::string>> expand_one(const std::string& pattern) {
  std::error_code fault;
  if (fs::is_regular_file(pattern, fault)) return std::vector{pattern};
  if (pattern.find_first_of(pattern_characters) == std::string::npos)
    return invalid(fmt::format("--evidence {}: there is no such file", pattern), "evidence");
  const Rooted where = rooted(pattern);
  TRY(artifact::check_glob(where.pattern));
  if (!fs::exists(where.root, fault) && !fault) return std::vector<std::string>{};
  artifact::DiskTree tree = TRY(artifact::DiskTree::open(where.root));
  const std::set<Bytes> found = TRY(artifact::expand_glob(tree, where.pattern));
  std::vector<std::string> paths;
  for (const Bytes& path : found) {
    const fs::path whole = where.root == "." ? fs::path(path) : fs::path(where.root) / path;
    if (fs::is_regular_file(whole, fault)) paths.push_back(whole.string());
  }
  return paths;
}

// "TEST-unit results.xml" → "TEST-unit-results".
std::string name_of_file(const std::string& path) {
  std::string name = fs::path(path).stem().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') c = '-';
  return name.substr(0, limits::name_bytes_max);
}

const Json* requirement_of(const Json::Array& requirements, std::string_view type, std::string_view stem) {
  const Json* found = nullptr;
  for (const Json& row : requirements) {
    if (row.text("type") != type && row.text("type") != "*") continue;
    if (row.text("name") == stem) return &row;
    if (found == nullptr && row.text("type") == type) found = &row;
  }
  return found;
}

int badness(const std::optional<bool>& compliant) { return !compliant ? 1 : *compliant ? 0 : 2; }

}  // namespace

Result<std::vector<std::string>> expand(std::span<const std::string> patterns) {
  std::set<std::string> all;
  for (const std::string& pattern : patterns) {
    const std::vector<std::string> paths = TRY(expand_one(pattern));
    if (paths.empty()) return invalid(fmt::format("--evidence {}: no file matches", pattern), "evidence");
    all.insert(paths.begin(), paths.end());
  }
  if (all.size() > evidence_files_max)
    return Error{Errc::too_large,
                 fmt::format("--evidence names {} files; at most {} at once", all.size(), evidence_files_max),
                 "evidence"};
  return std::vector<std::string>(all.begin(), all.end());
}

Result<EvidenceFound> read_evidence(std::span<const std::string> paths) {
  EvidenceFound found;
  for (const std::string& path : paths) {
    std::string content = TRY(read_file(path, limits::blob_bytes_max));
    const evidence::EvidenceFormat format = evidence::recognise(content);
    const std::string type(evidence::attestation_type_of(format));
    if (type == "generic") {
      found.unrecognised.push_back(path);
      continue;
    }
    const Result<evidence::Summary> summary =
        type == "vex" ? vuln::summarise_vex(content) : evidence::summarise(type, content);
    if (!summary)
      return Error{summary.error().code, fmt::format("{}: {}", path, summary.error().message), "evidence"};
    found.files.push_back(
        {.path = path, .type = type, .content = std::move(content), .compliant = summary->compliant});
  }
  return found;
}

void assign_names(std::vector<EvidenceFile>& files, const Json& flow_template,
                  std::string_view artifact_name) {
  const Json::Array none;
  const Json::Array* of_artifact = &none;
  for (const Json& row : flow_template.items("artifacts"))
    if (row.text("name") == artifact_name) of_artifact = &row.items("attestations");
  for (EvidenceFile& file : files) {
    const std::string stem = name_of_file(file.path);
    const Json* required = requirement_of(*of_artifact, file.type, stem);
    file.about_artifact = required != nullptr;
    if (required == nullptr) required = requirement_of(flow_template.items("attestations"), file.type, stem);
    if (required == nullptr) file.about_artifact = true;
    file.name = required != nullptr ? std::string(required->text("name")) : stem;
  }
  std::stable_sort(files.begin(), files.end(), [](const EvidenceFile& a, const EvidenceFile& b) {
    return badness(a.compliant) < badness(b.compliant);
  });
}

}  // namespace weir::cli
