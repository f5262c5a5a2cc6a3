// Which files a pipeline hands in as evidence: patterns to paths, content to a type, and a type to the
// requirement of a flow's template that it meets. Reads files; keeps nothing.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/json.h"

namespace weir::cli {

struct EvidenceFile {
  std::string path;
  std::string type;  // of attestation
  std::string content;
  std::optional<bool> compliant;  // by its own content, as the server will see it
  std::string name = {};          // of the requirement, or made from the file's
  bool about_artifact = true;     // false: the requirement is the trail's
};

struct EvidenceFound {
  std::vector<EvidenceFile> files;
  std::vector<std::string> unrecognised;
};

inline constexpr std::size_t evidence_files_max = 1000;

// Regular files that the patterns name ("out/**", "*.xml", or plain paths), sorted, each once. `invalid`
// for a pattern that names nothing: evidence that is missing must not go unnoticed.
Result<std::vector<std::string>> expand(std::span<const std::string> patterns);

Result<EvidenceFound> read_evidence(std::span<const std::string> paths);

// Names each file after the requirement of its type: the artifact's first, then the trail's, then the file.
// Where several files meet one requirement the worst comes last, because the last word counts.
void assign_names(std::vector<EvidenceFile>& files, const format::Json& flow_template,
                  std::string_view artifact_name);

}  // namespace weir::cli
