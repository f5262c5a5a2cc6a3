// That a bill of materials was given out: the entry holds its digest, so that a copy can be told from what was issued.
#pragma once
#include "format/members.h"

namespace weir::dbom {

struct DbomIssued {
  Sha256 artifact;
  std::string environment;
  Instant at;             // the moment the document speaks of
  Sha256 digest;          // of the signed envelope's bytes, which are kept as a blob
  std::int64_t size = 0;  // of the tree its proofs lead to
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit("at", self.at);
    visit("digest", self.digest);
    visit("size", self.size);
  }
};

struct DbomRequest {
  Sha256 artifact;
  std::string environment;
  std::optional<Instant> at;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit.maybe("at", self.at);
  }
};

}  // namespace weir::dbom
