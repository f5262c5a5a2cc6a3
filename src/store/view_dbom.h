// What the ledger holds of one deployment: which entries concern it, as they were when it had `size` entries, and what
// was seen running. The document itself is made of these by dbom::compose.
#pragma once
#include <optional>

#include "dbom/compose.h"
#include "store/sql.h"

namespace weir::store {

struct DbomQuery {
  Sha256 digest;  // of the artifact, or any of its identity
  std::string environment;
  Instant at;
  std::int64_t size = 0;  // entries that had been accepted by then
  bool past = false;      // verdicts are known of now only
};

// A bill of materials that an attestation names, by the digest of its file.
struct NamedBill {
  std::int64_t entry = 0;
  Sha256 content;
};

// Facts without what blobs hold: `bill` and `bill_before` say which files to read.
struct DbomFacts {
  dbom::Facts facts;
  std::optional<NamedBill> bill, bill_before;
};

// not_found when nothing is known of the artifact, or of the environment.
Result<DbomFacts> dbom_facts(Database& db, const DbomQuery& query);

}  // namespace weir::store
