// Accounts, groups and join tokens.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/group.h"
#include "ledger/entry.h"
#include "store/sql.h"

namespace weir::store {

struct AccountView {
  std::string name;
  access::AccountKind kind = access::AccountKind::service;
  std::vector<access::Role> roles;
  std::vector<std::string> flows, environments;
  std::optional<Instant> expires_at;
  Instant created_at;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit("roles", self.roles);
    visit("flows", self.flows);
    visit("environments", self.environments);
    visit("expires_at", self.expires_at);
    visit("created_at", self.created_at);
    visit("entry", self.entry);
  }
};

struct GroupView {
  access::GroupDeclared group;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("name", self.group.name);
    visit("description", self.group.description);
    visit("members", self.group.people);
    visit("roles", self.group.roles);
    visit("entry", self.entry);
  }
};

struct JoinTokenView {
  std::int64_t id = 0;
  std::string environment, state;  // open, expired, revoked
  std::optional<Instant> expires_at, revoked_at;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("environment", self.environment);
    visit("state", self.state);
    visit("expires_at", self.expires_at);
    visit("revoked_at", self.revoked_at);
    visit("entry", self.id);
  }
};

struct TokenHolder {
  access::Actor actor;
  ledger::ActorId id;
  Sha256 token_digest;
};

Result<std::vector<AccountView>> list_accounts(Database& db);
Result<bool> account_exists(Database& db, std::string_view name);
Result<std::optional<access::AccountKind>> kind_of_account(Database& db, std::string_view name);
// Its id, 32 hex digits.
Result<std::optional<std::string>> id_of_account(Database& db, std::string_view name);
// Whether a group has nobody whose account works now.
Result<bool> is_vacant(Database& db, std::string_view group, Instant now);
Result<std::vector<GroupView>> list_groups(Database& db);  // with the members whose accounts are not removed
Result<std::optional<GroupView>> find_group(Database& db, std::string_view name);
// The names of the groups that an account (its id, 32 hex digits) is a member of now, in order.
Result<std::vector<std::string>> groups_of(Database& db, std::string_view account);
// Whether one person may hold both accounts (ids, 32 hex digits) because of who made them: they are one, or one of them
// was made by the other, or by an account that was. The token of a new account is shown to its maker.
Result<bool> may_be_one_person(Database& db, std::string_view one, std::string_view other);
Result<std::vector<TokenHolder>> list_token_holders(Database& db);  // everybody whose account is not removed
// The environment a join token opens now; none when it is unknown, expired or revoked.
Result<std::optional<std::string>> environment_of_join_token(Database& db, const Sha256& token_digest, Instant now);
Result<std::vector<JoinTokenView>> list_join_tokens(Database& db, std::string_view environment, Instant now);
// The entry of a join token that is not revoked.
Result<std::optional<std::int64_t>> find_join_token(Database& db, std::string_view environment, std::int64_t entry);

}  // namespace weir::store
