// One result of a scan looked for in its SARIF: by the rule that found it, or by the fingerprint that the tool gives it
// so that it stays the same result when lines move. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::evidence {

// Texts as facts carry them (evidence/summary.h).
struct ScanResult {
  std::string tool, rule, level, message;
  std::string file;                       // as the document writes it
  std::int64_t line = 0;                  // 0: none is said
  std::vector<std::string> fingerprints;  // values of `fingerprints` and `partialFingerprints`
  bool operator==(const ScanResult&) const = default;
};

// One of them is set.
struct ScanQuestion {
  std::string rule, fingerprint;
};

inline constexpr std::size_t scan_results_max = 1000;  // of one answer
// Open results in their order, the first ones; errors are those of summarise_sarif.
Result<std::vector<ScanResult>> scan_results(BytesView content, const ScanQuestion& question);

// Whether it is the result of another release: the same fingerprint, else the same rule in the same file.
bool is_same_result(const ScanResult& a, const ScanResult& b);

}  // namespace weir::evidence
