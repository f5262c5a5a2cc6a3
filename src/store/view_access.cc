#include "store/view_access.h"

#include <algorithm>
#include <map>

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

// Of every account with groups: their names, and the roles they give.
struct Membership {
  std::vector<std::string> groups;
  std::vector<access::Role> roles;
};
Result<std::map<Bytes, Membership>> memberships(Database& db) {
  std::map<Bytes, Membership> all;
  TRY(query(db,
            "SELECT m.account, g.name, g.roles FROM group_member m JOIN people_group g ON g.name=m.name "
            "ORDER BY g.name",
            [&](const Row& row) {
              Membership& of = all[Bytes(row.bytes(0))];
              of.groups.push_back(row.string(1));
              for (const access::Role role : read_stored<std::vector<access::Role>>(row.text(2)))
                of.roles.push_back(role);
              return 0;
            }));
  return all;
}

void add_membership(access::Actor& actor, const Membership& membership) {
  actor.groups = membership.groups;
  for (const access::Role role : membership.roles)
    if (std::find(actor.roles.begin(), actor.roles.end(), role) == actor.roles.end())
      actor.roles.push_back(role);
}

Result<GroupView> with_members(Database& db, GroupView view) {
  view.group.people = TRY(query(
      db,
      "SELECT a.name FROM group_member m JOIN account a ON a.id=m.account WHERE m.name=$1 AND a.removed_at "
      "IS NULL "
      "ORDER BY a.name",
      [](const Row& row) { return row.string(0); }, view.group.name));
  return view;
}

GroupView group_row(const Row& row) {
  return {{.name = row.string(0),
           .description = row.string(1),
           .roles = read_stored<std::vector<access::Role>>(row.text(2))},
          row.integer(3)};
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

Result<std::optional<access::AccountKind>> kind_of_account(Database& db, std::string_view name) {
  return query_one(
      db, "SELECT kind FROM account WHERE name=$1 AND removed_at IS NULL",
      [](const Row& row) { return *format::enum_from<access::AccountKind>(row.text(0)); }, name);
}

Result<std::optional<std::string>> id_of_account(Database& db, std::string_view name) {
  return query_one(
      db, "SELECT lower(hex(id)) FROM account WHERE name=$1 AND removed_at IS NULL",
      [](const Row& row) { return row.string(0); }, name);
}

Result<bool> is_vacant(Database& db, std::string_view group, Instant now) {
  return TRY(query_count(
             db,
             "SELECT count(*) FROM group_member m JOIN account a ON a.id=m.account WHERE m.name=$1 AND "
             "a.removed_at IS NULL AND (a.expires_at IS NULL OR a.expires_at>$2)",
             group, now)) == 0;
}

Result<std::vector<GroupView>> list_groups(Database& db) {
  auto all =
      TRY(query(db, "SELECT name, description, roles, entry FROM people_group ORDER BY name", group_row));
  for (GroupView& each : all) each = TRY(with_members(db, std::move(each)));
  return all;
}

Result<std::optional<GroupView>> find_group(Database& db, std::string_view name) {
  auto found = TRY(query_one(db, "SELECT name, description, roles, entry FROM people_group WHERE name=$1",
                             group_row, name));
  if (found) found = TRY(with_members(db, std::move(*found)));
  return found;
}

Result<std::vector<std::string>> groups_of(Database& db, std::string_view account) {
  const Bytes id = TRY(decode_hex(account));
  return query(
      db, "SELECT name FROM group_member WHERE account=$1 ORDER BY name",
      [](const Row& row) { return row.string(0); }, Blob{id});
}

Result<bool> may_be_one_person(Database& db, std::string_view one, std::string_view other) {
  const Bytes first = TRY(decode_hex(one)), second = TRY(decode_hex(other));
  const auto descends = [&db](const Bytes& account, const Bytes& from) {
    return query_count(
        db,
        "WITH RECURSIVE line(id) AS (SELECT $1 UNION SELECT a.maker FROM account a JOIN line ON "
        "a.id=line.id) SELECT count(*) FROM line WHERE id=$2",
        Blob{account}, Blob{from});
  };
  return TRY(descends(first, second)) > 0 || TRY(descends(second, first)) > 0;
}

Result<std::vector<TokenHolder>> list_token_holders(Database& db) {
  auto holders =
      TRY(query(db,
                "SELECT name, kind, roles, flows, environments, expires_at, created_at, entry, id, "
                "token_digest FROM account WHERE removed_at IS NULL",
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
                }));
  const auto all = TRY(memberships(db));
  for (TokenHolder& holder : holders)
    if (const auto found = all.find(Bytes(holder.id.view())); found != all.end())
      add_membership(holder.actor, found->second);
  return holders;
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

Result<std::vector<JoinTokenView>> list_join_tokens(Database& db, std::string_view environment, Instant now) {
  return query(
      db,
      "SELECT entry, environment, expires_at, revoked_at FROM join_token WHERE environment=$1 ORDER BY entry "
      "DESC",
      [now](const Row& row) {
        JoinTokenView view{.id = row.integer(0),
                           .environment = row.string(1),
                           .state = "open",
                           .expires_at = row.maybe_instant(2),
                           .revoked_at = row.maybe_instant(3)};
        if (view.expires_at && *view.expires_at <= now) view.state = "expired";
        if (view.revoked_at) view.state = "revoked";
        return view;
      },
      environment);
}

Result<std::optional<std::int64_t>> find_join_token(Database& db, std::string_view environment,
                                                    std::int64_t entry) {
  return query_one(
      db, "SELECT entry FROM join_token WHERE environment=$1 AND entry=$2 AND revoked_at IS NULL",
      [](const Row& row) { return row.integer(0); }, environment, entry);
}

}  // namespace weir::store
