#include "vuln/advisory_state.h"

#include <algorithm>
#include <utility>

#include "crypto/digest.h"
#include "vuln/index/id_table.h"

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

Sha256 digest_of(const Advisory& advisory) {
  Bytes record;
  add_record(record, advisory);
  return crypto::sha256(record);
}

void add_names(std::set<AffectedName>& names, const Advisory& advisory) {
  for (const Affected& affected : advisory.affected)
    if (!affected.name.empty())
      names.insert({std::string(without_suffix(affected.ecosystem)), affected.name});
}

}  // namespace

AdvisoryState::AdvisoryState(AdvisorySet set) : set_(std::move(set)) {
  set_.index();  // its entries point into this very set
  for (const auto& [id, advisory] : set_.records()) {
    bucket_of(id).digests[id] = digest_of(advisory);
    if (advisory.withdrawn.empty()) add_upon(advisory);
  }
  join_all();
  seal();
}

bool AdvisoryState::learn(std::vector<Advisory> records) {
  bool only_grew = true;
  for (Advisory& each : records) only_grew &= put(std::move(each));
  seal();
  return only_grew;
}

// True: flaws only grew by it.
bool AdvisoryState::put(Advisory advisory) {
  const auto known = set_.records().find(advisory.id);
  const bool stood = known != set_.records().end() && known->second.withdrawn.empty(),
             stands = advisory.withdrawn.empty();
  std::vector<std::string> before, after = stands ? advisory.aliases : std::vector<std::string>(), added;
  if (stood) {
    before = known->second.aliases;
    drop_upon(known->second);
  }
  if (stands) add_upon(advisory);
  Bucket& bucket = bucket_of(advisory.id);
  bucket.digests[advisory.id] = digest_of(advisory);
  bucket.is_sealed = false;
  const std::string id = advisory.id;
  set_.put(std::move(advisory));
  std::ranges::sort(before);
  std::ranges::sort(after);
  std::ranges::set_difference(after, before, std::back_inserter(added));
  const bool keeps = std::ranges::includes(after, before);
  const bool only_grew = keeps && (!stands || clusters_.extend(id, added));
  if (!only_grew) join_all();
  return only_grew;
}

void AdvisoryState::join_all() {
  clusters_ = {};
  for (const auto& [id, advisory] : set_.records())
    if (advisory.withdrawn.empty()) clusters_.add(id, advisory.aliases);
  clusters_.join();
}

void AdvisoryState::add_upon(const Advisory& advisory) {
  for (const auto* list : {&advisory.upstream, &advisory.related})
    for (const std::string& each : *list) upon_[each].push_back(advisory.id);
}

void AdvisoryState::drop_upon(const Advisory& advisory) {
  for (const auto* list : {&advisory.upstream, &advisory.related})
    for (const std::string& each : *list)
      if (const auto found = upon_.find(each); found != upon_.end()) std::erase(found->second, advisory.id);
}

AdvisoryState::Bucket& AdvisoryState::bucket_of(std::string_view id) {
  return buckets_[stored_hash(id) % buckets_.size()];
}

// Of the buckets' digests, each of which is that of its records' digests in the order of their ids.
void AdvisoryState::seal() {
  Bytes all;
  for (Bucket& bucket : buckets_) {
    if (!std::exchange(bucket.is_sealed, true)) {
      Bytes records;
      for (const auto& [id, digest] : bucket.digests) records += digest.view();
      bucket.digest = crypto::sha256(records);
    }
    all += bucket.digest.view();
  }
  digest_ = crypto::sha256(all);
}

std::string AdvisoryState::cluster_of(std::string_view id) const { return clusters_.name_of(id); }

std::vector<std::string> AdvisoryState::names_of(std::string_view id) const { return clusters_.names_of(id); }

std::vector<std::string> AdvisoryState::clusters_about(std::string_view id) const {
  std::vector<std::string> clusters{cluster_of(id)};
  const auto upon = upon_.find(std::string(id));
  if (upon != upon_.end())
    for (const std::string& each : upon->second) clusters.push_back(cluster_of(each));
  std::ranges::sort(clusters);
  const auto twice = std::ranges::unique(clusters);
  clusters.erase(twice.begin(), twice.end());
  return clusters;
}

namespace {

void note(AdvisoryDifference& difference, const AdvisorySet& before, const Advisory& now) {
  const auto was = before.records().find(now.id);
  if (was != before.records().end() && was->second == now) return;
  const bool ended = !now.withdrawn.empty();
  if (was == before.records().end()) ++difference.added;
  else ++(ended && was->second.withdrawn.empty() ? difference.withdrawn : difference.changed);
  if (was != before.records().end()) add_names(difference.names, was->second);
  add_names(difference.names, now);
}

}  // namespace

AdvisoryDifference difference_of(const AdvisorySet& before, const AdvisorySet& after) {
  AdvisoryDifference difference;
  for (const auto& [id, now] : after.records()) note(difference, before, now);
  for (const auto& [id, was] : before.records()) {
    if (after.records().contains(id)) continue;
    ++difference.removed;
    add_names(difference.names, was);
  }
  return difference;
}

AdvisoryDifference difference_of(const AdvisorySet& before, const std::vector<Advisory>& records) {
  AdvisoryDifference difference;
  for (const Advisory& now : records) note(difference, before, now);
  return difference;
}

}  // namespace weir::vuln
