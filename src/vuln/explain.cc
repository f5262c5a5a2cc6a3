#include "vuln/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace weir::vuln {
namespace {

// A list of links can be long; what is explained is not the whole store.
constexpr std::size_t linked_records_max = 200;

Status add_record(const AdvisoryStore& store, const std::string& id, Relation relation, Explanation& out) {
  std::optional<StoredRecord> stored = TRY(store.record(id));
  if (stored) out.records.push_back({.stored = std::move(*stored), .relation = relation});
  return {};
}

Status add_linked(const AdvisoryStore& store, Mention mention, Relation relation, Explanation& out) {
  std::set<std::string> known, found;
  for (const ExplainedRecord& each : out.records) known.insert(each.stored.advisory.id);
  for (const std::string& name : out.cluster.names) {
    const std::vector<std::string> ids = TRY(store.mentioning(mention, name));
    for (const std::string& id : ids)
      if (!known.contains(id) && found.size() < linked_records_max) found.insert(id);
  }
  for (const std::string& id : found) TRY(add_record(store, id, relation, out));
  return {};
}

VersionOrder comparator_of(const Affected& affected, const Verdict& verdict) {
  const bool semver = verdict.range && affected.ranges[*verdict.range].type == Range::Type::semver;
  return semver ? VersionOrder::semver : order_for(affected.ecosystem);
}

bool is_about(const Affected& affected, const Package& package) {
  if (affected.name.empty() || without_suffix(affected.ecosystem) != package.ecosystem) return false;
  const std::string name = index_name(package.ecosystem, affected.name);
  return std::ranges::any_of(
      package.names, [&](const std::string& each) { return index_name(package.ecosystem, each) == name; });
}

}  // namespace

std::string_view name_of(Relation relation) {
  constexpr std::array<std::string_view, 3> names{"same", "downstream", "related"};
  return names[static_cast<std::size_t>(relation)];
}

Result<Explanation> explain(const AdvisoryStore& store, std::string_view id_or_alias) {
  Explanation out;
  out.cluster = TRY(cluster_around(store, id_or_alias));
  std::set<std::string> own(out.cluster.records.begin(), out.cluster.records.end());
  own.insert(out.cluster.withdrawn.begin(), out.cluster.withdrawn.end());
  for (const std::string& id : own) TRY(add_record(store, id, Relation::same, out));
  std::set<std::string> cves(out.cluster.names.begin(), out.cluster.names.end());
  for (const ExplainedRecord& each : out.records)
    cves.insert(each.stored.advisory.upstream.begin(), each.stored.advisory.upstream.end());
  if (out.cluster.names.empty()) {
    out.cluster.name = id_or_alias;
    out.cluster.names = {std::string(id_or_alias)};
    cves.insert(std::string(id_or_alias));
  }
  TRY(add_linked(store, Mention::upstream, Relation::downstream, out));
  TRY(add_linked(store, Mention::related, Relation::related, out));
  for (const std::string& cve : cves) {
    std::optional<Exploited> exploited = TRY(store.exploited(cve));
    if (exploited) out.exploited.push_back(std::move(*exploited));
    const std::optional<Likelihood> likelihood = TRY(store.likelihood(cve));
    if (likelihood) out.likelihood.push_back(*likelihood);
  }
  if (out.records.empty() && out.exploited.empty() && out.likelihood.empty())
    return not_found(fmt::format("the store knows nothing of '{}'", id_or_alias));
  return out;
}

std::vector<ExplainedVerdict> explain_package(const Explanation& explanation, const Package& package) {
  std::vector<ExplainedVerdict> verdicts;
  for (const ExplainedRecord& record : explanation.records)
    for (const Affected& affected : record.stored.advisory.affected) {
      if (!is_about(affected, package)) continue;
      Verdict verdict = evaluate(affected, order_for(package.ecosystem), evaluated_version(package));
      const VersionOrder comparator = comparator_of(affected, verdict);
      verdicts.push_back({.advisory = record.stored.advisory.id,
                          .relation = record.relation,
                          .ecosystem = affected.ecosystem,
                          .name = affected.name,
                          .scope = scope_of(release_of_ecosystem(affected.ecosystem), package),
                          .comparator = comparator,
                          .verdict = std::move(verdict),
                          .withdrawn = !record.stored.advisory.withdrawn.empty()});
    }
  return verdicts;
}

}  // namespace weir::vuln
