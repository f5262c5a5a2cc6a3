#include "vuln/flip.h"

#include <algorithm>

#include "vuln/cve_facts.h"
#include "vuln/cvss.h"

namespace weir::vuln {
namespace {

constexpr std::size_t records_max = 1000;  // of a finding; a feed may call one flaw by as many names as it likes

bool shares_record(const FindingChange& a, const FindingChange& b) {
  return a.cluster == b.cluster || std::ranges::any_of(a.records, [&](const std::string& id) {
           return std::ranges::find(b.records, id) != b.records.end();
         });
}

// What people are told of again when it differs. How many artifacts hold it is not part of that.
bool says_the_same(const FindingChange& a, const FindingChange& b) {
  return a.fixed == b.fixed && a.score == b.score && a.scope == b.scope && a.records == b.records &&
         same_facts(a, b);
}

void merge(FindingChange& into, const Finding& finding, VersionOrder order) {
  into.records.push_back(finding.advisory);
  into.records.insert(into.records.end(), finding.aliases.begin(), finding.aliases.end());
  if (!finding.fixed.empty() &&
      (into.fixed.empty() || compare_versions(order, finding.fixed, into.fixed) > 0))
    into.fixed = finding.fixed;  // all of them are to be mended
  if (into.summary.empty()) into.summary = finding.summary;
  if (into.scope.empty() || finding.scope == Scope::exact) into.scope = name_of(finding.scope);
  if (!finding.score) return;
  const std::string score = fmt::format("{:.1f}", *finding.score);
  if (!into.score.empty() && std::stod(into.score) >= *finding.score) return;
  into.score = score;
  into.severity = rating_of(*finding.score);
}

bool is_spoken_of(const FindingChange& was, const AdvisorySet& advisories) {
  return std::ranges::any_of(was.records,
                             [&](const std::string& id) { return advisories.records().contains(id); });
}

bool stands(const AdvisorySet& advisories, const std::string& id) {
  const auto found = advisories.records().find(id);
  return found != advisories.records().end() && found->second.withdrawn.empty();
}

FindingState ending_of(const FindingChange& was, const AdvisorySet& advisories) {
  const bool said = std::ranges::any_of(was.records, [&](const std::string& id) { return stands(advisories, id); });
  return said ? FindingState::closed : FindingState::retracted;
}

}  // namespace

std::vector<FindingChange> findings_of(const Component& component, const AdvisoryState& advisories) {
  std::vector<Finding> found;
  if (!component.package.ecosystem.empty())
    match_package(component.package, component.text, advisories.set(), found);
  std::map<std::string, FindingChange> by_cluster;
  for (const Finding& finding : found) {
    const std::string cluster = advisories.cluster_of(finding.advisory);
    FindingChange& change = by_cluster[cluster];
    change.cluster = cluster;
    change.component = component.text;
    merge(change, finding, finding.order);
  }
  std::vector<FindingChange> findings;
  for (auto& [cluster, change] : by_cluster) {
    std::ranges::sort(change.records);
    const auto twice = std::ranges::unique(change.records);
    change.records.erase(twice.begin(), twice.end());
    if (change.records.size() > records_max) change.records.resize(records_max);
    findings.push_back(std::move(change));
  }
  return findings;
}

std::vector<FindingChange> flips_of(std::vector<FindingChange> wanted, std::span<const FindingChange> standing,
                                    const AdvisorySet& advisories) {
  std::vector<FindingChange> flips;
  std::vector<bool> still(standing.size(), false);
  for (FindingChange& now : wanted) {
    now.state = FindingState::opened;
    const auto same = std::ranges::find_if(standing, [&](const FindingChange& was) {
      return is_open(was.state) && shares_record(was, now);
    });
    const auto any = same != standing.end() ? same : std::ranges::find_if(standing, [&](const FindingChange& was) {
      return shares_record(was, now);
    });
    if (any != standing.end()) {
      still[static_cast<std::size_t>(any - standing.begin())] = true;
      now.cluster = any->cluster;
      now.state = is_open(any->state) ? any->state : FindingState::reopened;
      if (is_open(any->state) && says_the_same(*any, now)) continue;
    }
    flips.push_back(std::move(now));
  }
  for (std::size_t i = 0; i < standing.size(); ++i) {
    if (still[i] || !is_open(standing[i].state) || !is_spoken_of(standing[i], advisories)) continue;
    FindingChange ended = standing[i];
    ended.state = ending_of(ended, advisories);
    flips.push_back(std::move(ended));
  }
  return flips;
}

std::vector<FindingChange> closings_of(std::span<const FindingChange> standing) {
  std::vector<FindingChange> closed;
  for (const FindingChange& was : standing) {
    if (!is_open(was.state)) continue;
    closed.push_back(was);
    closed.back().state = FindingState::closed;
  }
  return closed;
}

}  // namespace weir::vuln
