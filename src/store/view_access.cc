#include "store/view_access.h"

#include "store/stored.h"

namespace weir::store {
namespace {

AccountView account_row(const Row& row) {
  return {.name = row.string(0),
          .kind = *format::enum_from<access::AccountKind>(row.text(1)),
          .roles = read_stored<std::vector<access::Role>>(row.text(2)),
          .flows = read_stored<std::vector<std::string>>(row.text(3)),
          .environments = read_stored<std::vector<std::string>>(row.text(4)),
          .expires_at = row.maybe_instant(5),
          .created_at = row.instant(6),
          .entry = row.integer(7)};
}

}  // namespace

Result<std::vector<AccountView>> list_accounts(Database& db) {
  return query(db,
               "SELECT name, kind, roles, flows, environments, expires_at, created_at, entry FROM account "
               "WHERE removed_at IS "
               "NULL ORDER BY name",
               account_row);
}

Result<bool> account_exists(Database& db, std::string_view name) {
  return TRY(query_count(db, "SELECT count(*) FROM account WHERE name=$1 AND removed_at IS NULL", name)) > 0;
}

Result<std::vector<TokenHolder>> list_token_holders(Database& db) {
  return query(db,
               "SELECT name, kind, roles, flows, environments, expires_at, created_at, entry, id, "
               "token_digest FROM account "
               "WHERE removed_at IS NULL",
               [](const Row& row) {
                 const AccountView view = account_row(row);
                 const ledger::ActorId id = ledger::actor_id_from_bytes(row.bytes(8)).value();
                 return TokenHolder{{.id = encode_hex(id.view()),
                                     .name = view.name,
                                     .kind = view.kind,
                                     .roles = view.roles,
                                     .flows = view.flows,
                                     .environments = view.environments,
                                     .expires_at = view.expires_at},
                                    id,
                                    row.digest(9)};
               });
}

Result<std::optional<std::string>> environment_of_join_token(Database& db, const Sha256& token_digest,
                                                             Instant now) {
  return query_one(
      db,
      "SELECT environment FROM join_token WHERE token_digest=$1 AND revoked_at IS NULL AND (expires_at IS "
      "NULL OR "
      "expires_at>$2)",
      [](const Row& row) { return row.string(0); }, token_digest, now);
}

Result<std::optional<std::int64_t>> find_join_token(Database& db, std::string_view environment,
                                                    std::int64_t entry) {
  return query_one(
      db, "SELECT entry FROM join_token WHERE environment=$1 AND entry=$2 AND revoked_at IS NULL",
      [](const Row& row) { return row.integer(0); }, environment, entry);
}

}  // namespace weir::store
