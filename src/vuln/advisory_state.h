// All advisories at one moment: what they say about packages, which of them speak of one flaw, and a digest that names
// them. The difference of two moments is what matching works on. Read by many threads, except while it learns.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "vuln/alias_clusters.h"
#include "vuln/match.h"

namespace weir::vuln {

class AdvisoryState {
 public:
  explicit AdvisoryState(AdvisorySet set);
  AdvisoryState(const AdvisoryState&) = delete;  // it points into itself
  AdvisoryState& operator=(const AdvisoryState&) = delete;

  // Records that are new or changed, each in place of what has its id. It is then what a state made of all of them
  // would be; work goes by these records, and by all only where aliases went. True: every other record speaks of the
  // flaw that it spoke of before, or of one that these are about now.
  bool learn(std::vector<Advisory> records);

  const AdvisorySet& set() const { return set_; }
  const Sha256& digest() const { return digest_; }  // of what the records say, however they were stored

  // The name of the flaw that an id speaks of: the lowest CVE among all ids that are aliases of each other, else the
  // lowest id (alias_clusters.h). An id that nobody knows names itself.
  std::string cluster_of(std::string_view id) const;
  std::vector<std::string> names_of(std::string_view id) const;  // every id of that flaw
  // Of a search: the flaw itself, and those whose records are built upon it (a distribution's advisory about a CVE).
  std::vector<std::string> clusters_about(std::string_view id) const;

 private:
  bool put(Advisory advisory);
  void join_all();
  void add_upon(const Advisory& advisory);
  void drop_upon(const Advisory& advisory);
  struct Bucket {
    std::map<std::string, Sha256> digests;  // of its records, by id
    Sha256 digest;
    bool is_sealed = false;
  };
  Bucket& bucket_of(std::string_view id);
  void seal();

  AdvisorySet set_;
  std::array<Bucket, 256>
      buckets_;  // of the records by a hash of their id: one that changes costs its bucket
  Sha256 digest_;
  AliasClusters clusters_;
  std::unordered_map<std::string, std::vector<std::string>> upon_;  // records by what they are built upon
};

struct AffectedName {
  std::string ecosystem, name;  // without suffix
  auto operator<=>(const AffectedName&) const = default;
};

struct AdvisoryDifference {
  std::int64_t added = 0, changed = 0, withdrawn = 0, removed = 0;
  std::set<AffectedName> names;  // about which something else is said than before
  bool operator==(const AdvisoryDifference&) const = default;
};
AdvisoryDifference difference_of(const AdvisorySet& before, const AdvisorySet& after);
// Where only these are new or changed.
AdvisoryDifference difference_of(const AdvisorySet& before, const std::vector<Advisory>& records);

}  // namespace weir::vuln
