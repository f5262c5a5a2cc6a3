// Where a result of a scan runs: releases whose newest SARIF has it, joined to what lives.
#include <algorithm>

#include "api/impact_scope.h"
#include "evidence/scan_result.h"
#include "evidence/summary.h"

namespace weir::api {
namespace {

using evidence::ScanQuestion;
using evidence::ScanResult;

constexpr std::size_t query_bytes_max = 1024;
constexpr std::size_t rows_max = 10'000;
constexpr std::size_t releases_max = 200;  // looked back at

// The facts of a scan name its rules, all of them when there are few; then no file need be read for another one.
bool may_have(const store::EvidenceRow& scan, const ScanQuestion& question) {
  const format::Json::Array& rules = scan.summary.items("rules");
  if (question.rule.empty() || rules.size() >= evidence::fact_items_max) return true;
  const std::string named = evidence::fact_text(question.rule);
  return std::ranges::any_of(rules, [&](const format::Json& rule) { return rule.text("id") == named; });
}

struct Scanned {
  bool any = false;  // a scan that can be read
  std::vector<std::pair<std::int64_t, ScanResult>> results;
};

class Search {
 public:
  Search(store::Database& db, blob::BlobStore& blobs, ScanQuestion question)
      : db_(db), reads_(blobs), question_(std::move(question)) {}

  // What the newest scans of the artifact have of it.
  Result<const Scanned*> scanned(const Sha256& artifact) {
    if (const auto known = known_.find(artifact); known != known_.end()) return &known->second;
    Scanned scanned;
    for (const store::EvidenceRow& scan : TRY(store::newest_evidence(db_, artifact))) {
      if (scan.type != "scan" || !scan.content) continue;
      if (!may_have(scan, question_)) {
        scanned.any = true;
        continue;
      }
      const Bytes* content = reads_.read(*scan.content);
      if (content == nullptr) continue;
      auto results = evidence::scan_results(*content, question_);
      if (!results.ok()) continue;
      scanned.any = true;
      for (ScanResult& result : *results) scanned.results.emplace_back(scan.entry, std::move(result));
    }
    return &known_.emplace(artifact, std::move(scanned)).first->second;
  }

  // The oldest release of those before the artifact that have it one after the other; one without a scan says nothing.
  Result<std::optional<store::FlowReleaseView>> first_with(const Sha256& artifact, const ScanResult& result) {
    auto releases = TRY(store::releases_like(db_, artifact));
    std::optional<store::FlowReleaseView> first;
    bool reached = false;
    std::size_t looked = 0;
    for (auto each = releases.rbegin(); each != releases.rend() && looked < releases_max; ++each) {
      reached |= each->artifact == artifact;
      if (!reached) continue;
      ++looked;
      const Scanned* scanned = TRY(this->scanned(each->artifact));
      if (!scanned->any) continue;
      const bool has = std::ranges::any_of(scanned->results, [&](const auto& found) {
        return evidence::is_same_result(found.second, result);
      });
      if (!has) return first;
      first = *each;
    }
    return first;
  }

  bool is_cut() const { return reads_.is_full(); }

 private:
  store::Database& db_;
  EvidenceReads reads_;
  ScanQuestion question_;
  std::map<Sha256, Scanned> known_;
};

ScanWhereRow row_of(const store::RunningRow& running, std::int64_t attestation, const ScanResult& result) {
  return {.running = running,
          .tool = result.tool,
          .rule = result.rule,
          .level = result.level,
          .message = result.message,
          .file = result.file,
          .line = result.line,
          .fingerprints = result.fingerprints,
          .attestation = attestation};
}

Status add_rows(Search& search, const Sha256& artifact, const std::vector<store::RunningRow>& running,
                ScanWhereView& view) {
  const Scanned* scanned = TRY(search.scanned(artifact));
  for (const auto& [attestation, result] : scanned->results) {
    const auto first = TRY(search.first_with(artifact, result));
    for (const store::RunningRow& each : running) {
      if (view.running.size() == rows_max) {
        view.more = true;
        return {};
      }
      ScanWhereRow row = row_of(each, attestation, result);
      row.first = first;
      view.running.push_back(std::move(row));
    }
  }
  return {};
}

}  // namespace

Result<http::Response> where_scanned(const ReadCall& call) {
  const ScanQuestion question{text_of(call.request, "rule"), text_of(call.request, "fingerprint")};
  if (question.rule.empty() == question.fingerprint.empty())
    return invalid("give one of 'rule' and 'fingerprint'", "rule");
  if (question.rule.size() + question.fingerprint.size() > query_bytes_max)
    return invalid(fmt::format("at most {} bytes", query_bytes_max),
                   question.rule.empty() ? "fingerprint" : "rule");
  const std::string environment = text_of(call.request, "environment");
  ScanWhereView view{.rule = question.rule, .fingerprint = question.fingerprint};
  Search search(call.db, *call.ports.blobs, question);
  std::set<std::string> covered;
  for (const auto& [artifact, running] : TRY(running_by_artifact(call.db, environment))) {
    const Scanned* scanned = TRY(search.scanned(artifact));
    if (scanned->any)
      for (const store::RunningRow& each : running) covered.insert(each.workload);
    TRY(add_rows(search, artifact, running, view));
  }
  view.more |= search.is_cut();
  view.coverage = TRY(coverage_of(call.db, environment, covered, "scan"));
  return record_response(view);
}

}  // namespace weir::api
