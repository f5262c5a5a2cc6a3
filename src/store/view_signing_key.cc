#include "store/view_signing_key.h"

#include "store/stored.h"

namespace weir::store {

Result<std::vector<SigningKeyView>> list_signing_keys(Database& db) {
  return query(
      db,
      "SELECT k.declared, coalesce(p.name, ''), k.declared_at, k.removed_at, k.entry FROM signing_key k LEFT "
      "JOIN account p ON p.id=k.actor ORDER BY k.removed_at IS NOT NULL, k.name, k.entry",
      [](const Row& row) {
        return SigningKeyView{.declared = read_stored<evidence::SigningKeyDeclared>(row.text(0)),
                              .actor = row.string(1),
                              .declared_at = row.instant(2),
                              .removed_at = row.maybe_instant(3),
                              .entry = row.integer(4)};
      });
}

Result<std::vector<evidence::SigningKey>> signing_keys_in_force(Database& db) {
  return query(db, "SELECT declared, entry FROM signing_key WHERE removed_at IS NULL ORDER BY name",
               [](const Row& row) {
                 return evidence::SigningKey{read_stored<evidence::SigningKeyDeclared>(row.text(0)),
                                             row.integer(1)};
               });
}

Result<bool> is_key_in_force(Database& db, std::int64_t entry) {
  return TRY(query_count(db, "SELECT count(*) FROM signing_key WHERE entry=$1 AND removed_at IS NULL",
                         entry)) > 0;
}

}  // namespace weir::store
