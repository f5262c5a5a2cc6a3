// Where a break of an API runs: releases whose OpenAPI document breaks callers, and releases that were built against
// another document than the one of the provider that runs beside them.
#include <algorithm>

#include "api/impact_scope.h"

namespace weir::api {
namespace {

using evidence::OpenApiDifference;
using store::EvidenceRow;
using store::RunningRow;

constexpr std::string_view own_name = "openapi";
constexpr std::string_view consumes_prefix = "consumes:";
constexpr std::size_t breaks_told_max = 20;
constexpr std::size_t rows_max = 10'000;
constexpr std::size_t comparisons_max = 500;
constexpr std::size_t releases_max = 50;  // looked back at

// By the name it is attested under, or by the media type that is registered for such documents.
bool is_own_document(const EvidenceRow& each) {
  const std::string_view type = each.media_type;
  return each.content && (each.name == own_name || type.starts_with("application/openapi+") ||
                          type.starts_with("application/vnd.oai.openapi"));
}

struct Documents {
  std::optional<Sha256> own;
  std::map<std::string, Sha256> consumed;  // by what the evidence calls the provider
};

class Compared {
 public:
  explicit Compared(blob::BlobStore& blobs) : reads_(blobs) {}

  // Null where one of them is no such document, or too many were compared.
  const OpenApiDifference* difference(const Sha256& before, const Sha256& after) {
    const auto known = known_.find({before, after});
    if (known != known_.end()) return known->second ? &*known->second : nullptr;
    cut_ |= known_.size() >= comparisons_max;
    if (cut_) return nullptr;
    const Bytes* left = reads_.read(before);
    const Bytes* right = reads_.read(after);
    std::optional<OpenApiDifference> made;
    if (left != nullptr && right != nullptr)
      if (auto difference = evidence::openapi_difference(*left, *right); difference.ok())
        made = std::move(*difference);
    const auto& kept = known_.emplace(std::pair(before, after), std::move(made)).first->second;
    return kept ? &*kept : nullptr;
  }
  bool is_cut() const { return cut_ || reads_.is_full(); }

 private:
  EvidenceReads reads_;
  std::map<std::pair<Sha256, Sha256>, std::optional<OpenApiDifference>> known_;
  bool cut_ = false;
};

std::vector<ApiBreakView> breaks_of(const OpenApiDifference& difference) {
  std::vector<ApiBreakView> breaks;
  for (const std::string& each : difference.removed)
    if (breaks.size() < breaks_told_max) breaks.push_back({each, "", "is gone"});
  for (const evidence::OperationDifference& each : difference.changed)
    for (const evidence::ApiChange& change : each.changes)
      if (change.effect == evidence::Effect::breaking && breaks.size() < breaks_told_max)
        breaks.push_back({each.operation, change.place, change.what});
  return breaks;
}

class Impact {
 public:
  Impact(const ReadCall& call, std::string environment)
      : db_(call.db), environment_(std::move(environment)), compared_(*call.ports.blobs) {}

  Result<ApiImpactView> view() {
    running_ = TRY(running_by_artifact(db_, environment_));
    for (const auto& [artifact, rows] : running_) {
      const Documents& documents = *TRY(documents_of(artifact));
      if (documents.own || !documents.consumed.empty())
        for (const RunningRow& row : rows) covered_.insert(row.workload);
      if (documents.own) TRY(add_provider(artifact, *documents.own, rows));
      for (const auto& [api, document] : documents.consumed) TRY(add_consumer(api, document, rows));
    }
    view_.more |= compared_.is_cut();
    view_.coverage = TRY(coverage_of(db_, environment_, covered_, "OpenAPI document"));
    return std::move(view_);
  }

 private:
  Result<const Documents*> documents_of(const Sha256& artifact) {
    if (const auto known = documents_.find(artifact); known != documents_.end()) return &known->second;
    Documents documents;
    for (const EvidenceRow& each : TRY(store::newest_evidence(db_, artifact))) {
      if (std::string_view(each.name).starts_with(consumes_prefix) && each.content)
        documents.consumed[each.name.substr(consumes_prefix.size())] = *each.content;
      else if (is_own_document(each)) documents.own = each.content;
    }
    return &documents_.emplace(artifact, std::move(documents)).first->second;
  }

  // Held against the release before it that has a document.
  Status add_provider(const Sha256& artifact, const Sha256& own, const std::vector<RunningRow>& rows) {
    const auto releases = TRY(store::releases_like(db_, artifact));
    bool before = false;
    std::size_t looked = 0;
    for (auto each = releases.rbegin(); each != releases.rend() && looked < releases_max; ++each) {
      if (before) {
        ++looked;
        const Documents& documents = *TRY(documents_of(each->artifact));
        if (documents.own) {
          add(ApiRole::provider, each->name, each->artifact, compared_.difference(*documents.own, own), rows);
          return {};
        }
      }
      before |= each->artifact == artifact;
    }
    return {};
  }

  static bool provides(const RunningRow& row, const std::string& api) {
    return row.service == api || row.flow == api || row.artifact_name == api;
  }

  // Held against each provider that runs in the same environment.
  Status add_consumer(const std::string& api, const Sha256& document, const std::vector<RunningRow>& rows) {
    for (const auto& [artifact, providers] : running_) {
      const Documents& documents = *TRY(documents_of(artifact));
      if (!documents.own || !std::ranges::any_of(providers, [&](auto& row) { return provides(row, api); }))
        continue;
      std::vector<RunningRow> beside;
      for (const RunningRow& row : rows)
        if (std::ranges::find(providers, row.environment, &RunningRow::environment) != providers.end())
          beside.push_back(row);
      if (!beside.empty())
        add(ApiRole::consumer, api, artifact, compared_.difference(document, *documents.own), beside);
    }
    return {};
  }

  void add(ApiRole role, const std::string& api, const Sha256& other, const OpenApiDifference* difference,
           const std::vector<RunningRow>& rows) {
    if (difference == nullptr || difference->breaking == 0) return;
    for (const RunningRow& running : rows) {
      if (view_.running.size() == rows_max) {
        view_.more = true;
        return;
      }
      view_.running.push_back({.role = role,
                               .running = running,
                               .api = api,
                               .other = other,
                               .before_version = difference->before_version,
                               .after_version = difference->after_version,
                               .breaking = difference->breaking,
                               .breaks = breaks_of(*difference)});
    }
  }

  store::Database& db_;
  std::string environment_;
  Compared compared_;
  std::map<Sha256, std::vector<RunningRow>> running_;
  std::map<Sha256, Documents> documents_;
  std::set<std::string> covered_;
  ApiImpactView view_;
};

}  // namespace

Result<http::Response> where_api_breaks(const ReadCall& call) {
  Impact impact(call, text_of(call.request, "environment"));
  const ApiImpactView view = TRY(impact.view());
  return record_response(view);
}

}  // namespace weir::api
