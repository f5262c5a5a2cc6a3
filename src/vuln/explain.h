// What a store knows of one flaw, and why a package is affected by it or not: for each record that speaks of the
// flaw and names the package, which range, event, comparator and scope decide.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vuln/alias_clusters.h"
#include "vuln/store/advisory_store.h"

namespace weir::vuln {

// How a record came to be among those that are explained.
enum class Relation { same, downstream, related };
std::string_view name_of(Relation relation);

struct ExplainedRecord {
  StoredRecord stored;
  Relation relation =
      Relation::same;  // to the cluster; downstream: it names one of the cluster as its upstream
};

struct Explanation {
  AliasCluster cluster;
  std::vector<ExplainedRecord> records;  // by relation, then id; withdrawn ones of the cluster too
  std::vector<Exploited> exploited;      // of every CVE of the cluster, and those it names as upstream
  std::vector<Likelihood> likelihood;
};

// Errors: not_found when the store knows nothing of that name; corrupt.
Result<Explanation> explain(const AdvisoryStore& store, std::string_view id_or_alias);

struct ExplainedVerdict {
  std::string advisory;
  Relation relation = Relation::same;
  std::string ecosystem, name;  // as the record has them
  std::optional<Scope> scope;   // nothing: the record speaks of another release
  VersionOrder comparator = VersionOrder::semver;
  Verdict verdict;
  bool withdrawn = false;  // then it affects nobody
};

// One for each affected package of a record that is this one in name, in the order of the records.
std::vector<ExplainedVerdict> explain_package(const Explanation& explanation, const Package& package);

}  // namespace weir::vuln
