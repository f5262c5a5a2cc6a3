// Statements about flaws (VEX) as the tables hold them: the documents that were attested, and which statement holds
// for which finding, now and at any moment.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "evidence/attestation.h"
#include "store/sql.h"
#include "vuln/record.h"

namespace weir::store {

struct StatementDocument {
  std::int64_t attestation = 0;    // entry
  std::optional<Sha256> artifact;  // that it was attested to; none: to a trail, for whatever it names
  std::optional<Sha256> content;
  Instant recorded_at;
  std::optional<evidence::Signer> signer;  // of a verified signature
  std::string account;                     // who attested it; empty when nobody is known
  bool by_person = false;
};
// Those that were taken in, and those that were not yet, by entry.
Result<std::vector<StatementDocument>> statements_taken(Database& db);
Result<std::vector<StatementDocument>> statements_after(Database& db, std::int64_t attestation,
                                                        std::int64_t limit);
Result<std::int64_t> statements_taken_through(Database& db);  // the last one's entry; -1: none

// What holds, in general and in single artifacts.
Result<std::vector<vuln::FindingStated>> stated_now(Database& db);  // of all findings
Result<std::vector<vuln::FindingStated>> stated_then(Database& db, Instant at);
Result<std::vector<vuln::FindingStated>> stated_of(Database& db, std::string_view cluster,
                                                   std::string_view component,
                                                   std::optional<Instant> at = std::nullopt);

Result<bool> is_suppressed_anywhere(Database& db, std::string_view cluster);

struct StatedStep {
  Instant at;
  std::optional<Instant> until;
  std::int64_t entry = 0;
  vuln::FindingStated stated;
};
// What held one after the other, by entry.
Result<std::vector<StatedStep>> stated_steps(Database& db, std::string_view cluster,
                                             std::string_view component);

// Artifacts by how a statement may name them.
Result<std::vector<Sha256>> artifacts_called(Database& db, std::string_view name);
Result<std::vector<Sha256>> artifacts_with(Database& db,
                                           const Sha256& digest);  // itself, or what it is a part of
Result<std::vector<Sha256>> artifacts_of_package(Database& db,
                                                 std::string_view package);  // vuln::package_text
// What a statement may name this one by.
struct ArtifactNames {
  std::vector<Sha256> digests;     // its own first
  std::vector<std::string> purls;  // of what its bills are of
  std::vector<std::string> names;
};
Result<ArtifactNames> names_of_artifact(Database& db, const Sha256& artifact);

}  // namespace weir::store
