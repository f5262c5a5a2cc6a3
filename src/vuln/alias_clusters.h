// Advisories that speak of one flaw under different ids, joined by the aliases they give: an alias is symmetric and
// transitive (OSV schema, "aliases"). `related` and `upstream` join nothing.
// Two records that claim one alias are joined, and both are kept. That does not mix unrelated packages: what is found
// is keyed by cluster *and* package, and every record is evaluated by its own ranges alone. Withdrawn records join
// nothing, and neither does a name that more than `claims_max` records claim: it says nothing of one flaw.
// Rule: docs/formats/advisory-store.md, "Clusters".
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace weir::vuln {

class AdvisoryStore;

inline constexpr std::size_t claims_max = 64;

// Of all records at once, by union-find. Belongs to one thread until it is only read.
class AliasClusters {
 public:
  // Withdrawn ones are not to be given.
  void add(std::string_view id, const std::vector<std::string>& aliases);
  void join();  // after the last one was added
  // One more record, or more aliases of one, after all were joined; work goes by them. False: now too many records
  // claim one of the aliases for it to join anything, and all must be joined anew.
  bool extend(std::string_view id, const std::vector<std::string>& aliases);

  // The name of its cluster: its lowest CVE, without one its lowest name. Its own name where it has no other.
  std::string name_of(std::string_view id_or_alias) const;
  bool together(std::string_view a, std::string_view b) const;
  // Every name of its cluster, itself alone where it has no other; work goes by how many they are.
  std::vector<std::string> names_of(std::string_view id_or_alias) const;

 private:
  std::size_t number_of(std::string_view name);
  std::size_t root_of(std::size_t number) const;
  void unite(std::size_t a, std::size_t b);  // two roots

  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<const std::string*> names_;
  mutable std::vector<std::size_t> parents_;
  std::vector<std::size_t> next_;                           // another name of the cluster, in a circle
  std::vector<std::size_t> claims_;                         // how many records have this alias
  std::vector<std::pair<std::size_t, std::size_t>> edges_;  // id, alias
  std::vector<std::size_t> lowest_;                         // of each root, the name of its cluster
};

struct AliasCluster {
  std::string name;                    // as above
  std::vector<std::string> names;      // ids and aliases, in order
  std::vector<std::string> records;    // those of them that are records of the store and stand
  std::vector<std::string> withdrawn;  // records that claim one of the names and are withdrawn
  std::vector<std::string> crowded;    // aliases that joined nothing, as too many records claim them
};

// The one around an id or an alias, found step by step in the store without reading all of it; empty when the store
// knows nothing of that name. Errors: corrupt; too_large beyond 10,000 names.
Result<AliasCluster> cluster_around(const AdvisoryStore& store, std::string_view id_or_alias);

}  // namespace weir::vuln
