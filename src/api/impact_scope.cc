#include "api/impact_scope.h"

namespace weir::api {
namespace {

constexpr std::size_t reads_max = 2000;
constexpr std::size_t bytes_max = std::size_t{512} * 1024 * 1024;

}  // namespace

Result<std::map<Sha256, std::vector<store::RunningRow>>> running_by_artifact(store::Database& db,
                                                                             const std::string& environment) {
  std::map<Sha256, std::vector<store::RunningRow>> by_artifact;
  for (store::RunningRow& row : TRY(store::running_artifacts(db, std::nullopt)))
    if (environment.empty() || row.environment == environment)
      by_artifact[row.artifact].push_back(std::move(row));
  return by_artifact;
}

Result<ImpactCoverage> coverage_of(store::Database& db, const std::string& environment,
                                   const std::set<std::string>& covered, std::string_view what) {
  ImpactCoverage coverage;
  for (store::UncoveredView& each : TRY(store::living_workloads(db))) {
    if (!environment.empty() && each.environment != environment) continue;
    ++coverage.running;
    if (covered.contains(each.workload)) continue;
    each.why = fmt::format("no {} of it", what);
    coverage.uncovered.push_back(std::move(each));
  }
  const auto missing = static_cast<std::int64_t>(coverage.uncovered.size());
  coverage.covered = coverage.running - missing;
  coverage.sentence = fmt::format("covers {} of {} running workloads", coverage.covered, coverage.running);
  if (missing > 0)
    coverage.sentence +=
        fmt::format("; {} {} no {} that can be read", missing, missing == 1 ? "has" : "have", what);
  return coverage;
}

const Bytes* EvidenceReads::read(const Sha256& digest) {
  auto found = read_.find(digest);
  if (found == read_.end()) {
    std::size_t held = 0;
    for (const auto& [known, bytes] : read_) held += bytes ? bytes->size() : 0;
    full_ |= read_.size() >= reads_max || held >= bytes_max;
    if (full_) return nullptr;
    auto bytes = blobs_.read(digest);
    found = read_.emplace(digest, bytes.ok() ? std::optional(std::move(*bytes)) : std::nullopt).first;
  }
  return found->second ? &*found->second : nullptr;
}

}  // namespace weir::api
