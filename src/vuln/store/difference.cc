#include "vuln/store/difference.h"

#include <algorithm>
#include <set>

namespace weir::vuln {
namespace {

// Only what a segment of one side alone holds can be otherwise on the other: what both have and hide alike is equal.
Status add_ids(const AdvisoryStore& of, const AdvisoryStore& other, std::set<std::string>& ids) {
  for (const Segment& segment : of.segments()) {
    const auto same = [&](const Segment& each) { return each.digest() == segment.digest(); };
    if (std::ranges::any_of(other.segments(), same)) continue;
    for (std::size_t i = 0; i < segment.size(); ++i) {
      const Segment::Head head = TRY(segment.head(i));
      ids.emplace(head.id);
    }
  }
  return {};
}

bool stands(const std::optional<StoredRecord>& record) {
  return record && record->advisory.withdrawn.empty();
}

Status touch(const AdvisoryStore& store, const std::string& id, std::set<PackageName>& touched) {
  const std::optional<StoredRecord> record = TRY(store.record(id));
  if (!stands(record)) return {};
  for (const Affected& affected : record->advisory.affected) {
    if (affected.name.empty()) continue;
    const std::string ecosystem(without_suffix(affected.ecosystem));
    touched.insert({ecosystem, index_name(ecosystem, affected.name)});
  }
  return {};
}

bool is_same(const std::optional<CveTable>& a, const std::optional<CveTable>& b) {
  return a.has_value() == b.has_value() && (!a || a->digest == b->digest);
}

}  // namespace

Result<StoreDifference> difference(const AdvisoryStore& before, const AdvisoryStore& after) {
  std::set<std::string> ids;
  TRY(add_ids(before, after, ids));
  TRY(add_ids(after, before, ids));
  StoreDifference out;
  std::set<PackageName> touched;
  for (const std::string& id : ids) {
    const std::optional<StoredRecord> old = TRY(before.head(id)), now = TRY(after.head(id));
    if (!old && !now) continue;
    if (old && now && old->content == now->content) continue;
    if (!old) out.added.push_back(id);
    else if (!now) out.removed.push_back(id);
    else if (stands(old) && !stands(now)) out.withdrawn.push_back(id);
    else out.changed.push_back(id);
    TRY(touch(before, id, touched));
    TRY(touch(after, id, touched));
  }
  out.touched.assign(touched.begin(), touched.end());
  out.exploited = !is_same(before.manifest().exploited, after.manifest().exploited);
  out.likelihood = !is_same(before.manifest().likelihood, after.manifest().likelihood);
  return out;
}

}  // namespace weir::vuln
