// What is decided on, and the document that a decision may look at (policy/input.h), gathered from the tables.
#pragma once
#include "policy/decision_recorded.h"
#include "store/sql.h"

namespace weir::store {

// The class of the change (standard, normal, emergency) is the asker's word.
struct DecisionSubject {
  Sha256 artifact;
  std::string environment, change_class = "normal";
  policy::Purpose purpose = policy::Purpose::start;
  auto operator<=>(const DecisionSubject&) const = default;
};

// As of `now`. not_found: there is no such environment. Of an artifact that nobody recorded only the digest is known.
Result<policy::Input> decision_input(Database& db, const DecisionSubject& subject, Instant now);

// The recorded artifact whose identity holds the digest, the newest of several; else the digest itself.
Result<Sha256> recorded_artifact(Database& db, const Sha256& digest);

}  // namespace weir::store
