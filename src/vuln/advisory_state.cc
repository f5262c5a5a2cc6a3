#include "vuln/advisory_state.h"

#include <algorithm>

#include "crypto/digest.h"

namespace weir::vuln {
namespace {

// Each text with its length, so that no two records are written alike.
void add_text(Bytes& out, std::string_view text) {
  out += std::to_string(text.size()) + ':' + std::string(text);
}
void add_texts(Bytes& out, const std::vector<std::string>& texts) {
  out += std::to_string(texts.size()) + '[';
  for (const std::string& text : texts) add_text(out, text);
}
void add_severities(Bytes& out, const std::vector<Severity>& severities) {
  out += std::to_string(severities.size()) + '[';
  for (const Severity& each : severities) {
    add_text(out, each.type);
    add_text(out, each.score);
  }
}

void add_affected(Bytes& out, const Affected& affected) {
  add_text(out, affected.ecosystem);
  add_text(out, affected.name);
  out += std::to_string(affected.ranges.size()) + '[';
  for (const Range& range : affected.ranges) {
    out += std::to_string(static_cast<int>(range.type)) + '/' + std::to_string(range.events.size()) + '[';
    for (const Event& event : range.events) {
      out += std::to_string(static_cast<int>(event.kind));
      add_text(out, event.version);
    }
  }
  add_texts(out, affected.versions);
  add_severities(out, affected.severity);
}

void add_record(Bytes& out, const Advisory& advisory) {
  for (const std::string_view text :
       {std::string_view(advisory.id), std::string_view(advisory.summary),
        std::string_view(advisory.modified), std::string_view(advisory.withdrawn)})
    add_text(out, text);
  add_texts(out, advisory.aliases);
  add_texts(out, advisory.upstream);
  add_texts(out, advisory.related);
  add_severities(out, advisory.severity);
  out += std::to_string(advisory.affected.size()) + '[';
  for (const Affected& affected : advisory.affected) add_affected(out, affected);
}

Sha256 digest_of(const AdvisorySet& set) {
  Bytes out;  // of the records' digests, so that it stays small
  for (const auto& [id, advisory] : set.records()) {
    Bytes record;
    add_record(record, advisory);
    out += crypto::sha256(record).view();
  }
  return crypto::sha256(out);
}

void add_names(std::set<AffectedName>& names, const Advisory& advisory) {
  for (const Affected& affected : advisory.affected)
    if (!affected.name.empty())
      names.insert({std::string(without_suffix(affected.ecosystem)), affected.name});
}

}  // namespace

AdvisoryState::AdvisoryState(AdvisorySet set) : set_(std::move(set)), digest_(digest_of(set_)) {
  set_.index();  // its entries point into this very set
  for (const auto& [id, advisory] : set_.records()) {
    if (!advisory.withdrawn.empty()) continue;
    clusters_.add(id, advisory.aliases);
    for (const auto* list : {&advisory.upstream, &advisory.related})
      for (const std::string& each : *list) upon_[each].push_back(id);
  }
  clusters_.join();
}

std::string AdvisoryState::cluster_of(std::string_view id) const { return clusters_.name_of(id); }

std::vector<std::string> AdvisoryState::clusters_about(std::string_view id) const {
  std::vector<std::string> clusters{cluster_of(id)};
  const auto upon = upon_.find(id);
  if (upon != upon_.end())
    for (const std::string_view each : upon->second) clusters.push_back(cluster_of(each));
  std::ranges::sort(clusters);
  const auto twice = std::ranges::unique(clusters);
  clusters.erase(twice.begin(), twice.end());
  return clusters;
}

AdvisoryDifference difference_of(const AdvisorySet& before, const AdvisorySet& after) {
  AdvisoryDifference difference;
  for (const auto& [id, now] : after.records()) {
    const auto was = before.records().find(id);
    if (was != before.records().end() && was->second == now) continue;
    const bool ended = !now.withdrawn.empty();
    if (was == before.records().end()) ++difference.added;
    else ++(ended && was->second.withdrawn.empty() ? difference.withdrawn : difference.changed);
    if (was != before.records().end()) add_names(difference.names, was->second);
    add_names(difference.names, now);
  }
  for (const auto& [id, was] : before.records()) {
    if (after.records().contains(id)) continue;
    ++difference.removed;
    add_names(difference.names, was);
  }
  return difference;
}

}  // namespace weir::vuln
