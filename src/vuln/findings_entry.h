// How the findings of one entry are written: many are of one flaw, and say the same of it. A change whose records are
// left out says what the last change of its flaw before it that has records says: records, severity, score, summary,
// exploited, by_ransomware and epss. Pure. Form: docs/formats/vulnerabilities.md.
#pragma once
#include <map>
#include <string>

#include "vuln/record.h"

namespace weir::vuln {

// The changes of one entry, in their order. Each has records.
class FindingsFolded {
 public:
  // As it is to be written behind those that were folded before it.
  FindingChange fold(const FindingChange& change);

 private:
  std::map<std::string, FindingChange> said_;  // of each flaw, what stood last
};

class FindingsSpread {
 public:
  FindingChange spread(FindingChange folded);  // the reverse

 private:
  std::map<std::string, FindingChange> said_;
};

}  // namespace weir::vuln
