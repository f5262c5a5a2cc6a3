#include "vuln/alias_clusters.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "vuln/store/advisory_store.h"

namespace weir::vuln {
namespace {

constexpr std::size_t cluster_names_max = 10'000;

bool is_cve(std::string_view name) { return name.starts_with("CVE-"); }

bool stands_before(std::string_view a, std::string_view b) {
  if (is_cve(a) != is_cve(b)) return is_cve(a);
  return a < b;
}

}  // namespace

std::size_t AliasClusters::number_of(std::string_view name) {
  const auto [found, is_new] = numbers_.try_emplace(std::string(name), names_.size());
  if (is_new) {
    names_.push_back(&found->first);
    parents_.push_back(parents_.size());
    next_.push_back(next_.size());
    claims_.push_back(0);
  }
  return found->second;
}

void AliasClusters::add(std::string_view id, const std::vector<std::string>& aliases) {
  const std::size_t own = number_of(id);
  const std::set<std::string_view> once(aliases.begin(), aliases.end());
  for (const std::string_view alias : once) {
    const std::size_t other = number_of(alias);
    if (other == own) continue;
    ++claims_[other];
    edges_.emplace_back(own, other);
  }
}

std::size_t AliasClusters::root_of(std::size_t number) const {
  while (parents_[number] != number) number = parents_[number] = parents_[parents_[number]];
  return number;
}

// Two circles become one where each goes on into the other.
void AliasClusters::unite(std::size_t a, std::size_t b) {
  parents_[std::max(a, b)] = std::min(a, b);
  std::swap(next_[a], next_[b]);
}

void AliasClusters::join() {
  for (const auto& [id, alias] : edges_) {
    if (claims_[alias] > claims_max) continue;
    const std::size_t a = root_of(id), b = root_of(alias);
    if (a != b) unite(a, b);
  }
  lowest_.resize(names_.size());
  for (std::size_t i = 0; i < names_.size(); ++i) lowest_[i] = i;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    parents_[i] = root_of(i);  // from here on nothing moves, so that many threads may read
    std::size_t& lowest = lowest_[parents_[i]];
    if (stands_before(*names_[i], *names_[lowest])) lowest = i;
  }
}

bool AliasClusters::extend(std::string_view id, const std::vector<std::string>& aliases) {
  const std::size_t first_edge = edges_.size();
  add(id, aliases);
  for (std::size_t i = lowest_.size(); i < names_.size(); ++i) lowest_.push_back(i);
  for (std::size_t i = first_edge; i < edges_.size(); ++i) {
    const auto [own, alias] = edges_[i];
    if (claims_[alias] == claims_max + 1) return false;
    if (claims_[alias] > claims_max) continue;
    const std::size_t a = root_of(own), b = root_of(alias);
    if (a == b) continue;
    const std::size_t into = std::min(a, b), from = std::max(a, b);
    unite(into, from);
    if (stands_before(*names_[lowest_[from]], *names_[lowest_[into]])) lowest_[into] = lowest_[from];
  }
  return true;
}

std::string AliasClusters::name_of(std::string_view id_or_alias) const {
  const auto found = numbers_.find(std::string(id_or_alias));
  if (found == numbers_.end()) return std::string(id_or_alias);
  std::size_t root = found->second;
  while (parents_[root] != root) root = parents_[root];  // many threads read: nothing moves
  return *names_[lowest_[root]];
}

std::vector<std::string> AliasClusters::names_of(std::string_view id_or_alias) const {
  const auto found = numbers_.find(std::string(id_or_alias));
  if (found == numbers_.end()) return {std::string(id_or_alias)};
  std::vector<std::string> names;
  std::size_t at = found->second;
  do {
    names.push_back(*names_[at]);
    at = next_[at];
  } while (at != found->second);
  return names;
}

bool AliasClusters::together(std::string_view a, std::string_view b) const {
  return name_of(a) == name_of(b);
}

namespace {

// Walks from name to name over the records that stand.
class Walk {
 public:
  explicit Walk(const AdvisoryStore& store) : store_(store) {}

  Status run(const std::string& start) {
    open_.push_back(start);
    while (!open_.empty()) {
      const std::string name = std::move(open_.back());
      open_.pop_back();
      if (!names.insert(name).second) continue;
      if (names.size() > cluster_names_max)
        return Error{Errc::too_large,
                     fmt::format("'{}' has more than {} other names", start, cluster_names_max)};
      TRY(visit(name));
    }
    return {};
  }

  std::set<std::string> names, records, withdrawn, crowded;

 private:
  Status visit(const std::string& name) {
    const std::optional<StoredRecord> record = TRY(store_.head(name));
    if (record && !record->advisory.withdrawn.empty()) withdrawn.insert(name);
    else if (record) {
      records.insert(name);
      for (const std::string& alias : record->advisory.aliases) {
        const std::vector<std::string> claims = TRY(standing_claims(alias));
        if (claims.size() <= claims_max) open_.push_back(alias);
        else crowded.insert(alias);
      }
    }
    const std::vector<std::string> claims = TRY(standing_claims(name));
    if (claims.size() <= claims_max) open_.insert(open_.end(), claims.begin(), claims.end());
    else crowded.insert(name);
    return {};
  }

  Result<std::vector<std::string>> standing_claims(const std::string& name) {
    const std::vector<std::string> claiming = TRY(store_.mentioning(Mention::alias, name));
    std::vector<std::string> standing;
    for (const std::string& id : claiming) {
      const std::optional<StoredRecord> claim = TRY(store_.head(id));
      if (!claim || id == name) continue;
      if (claim->advisory.withdrawn.empty()) standing.push_back(id);
      else withdrawn.insert(id);
    }
    return standing;
  }

  const AdvisoryStore& store_;
  std::vector<std::string> open_;
};

}  // namespace

Result<AliasCluster> cluster_around(const AdvisoryStore& store, std::string_view id_or_alias) {
  Walk walk(store);
  TRY(walk.run(std::string(id_or_alias)));
  AliasCluster cluster;
  if (walk.records.empty() && walk.withdrawn.empty()) return cluster;
  cluster.name = *std::ranges::min_element(walk.names, stands_before);
  cluster.names.assign(walk.names.begin(), walk.names.end());
  cluster.records.assign(walk.records.begin(), walk.records.end());
  cluster.withdrawn.assign(walk.withdrawn.begin(), walk.withdrawn.end());
  cluster.crowded.assign(walk.crowded.begin(), walk.crowded.end());
  return cluster;
}

}  // namespace weir::vuln
