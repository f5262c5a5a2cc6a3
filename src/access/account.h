// Who may do what. An account is a person or a service; it acts through a token, which is kept only as its SHA-256 and
// shown once. Roles are few and fixed; a token may be narrowed to some flows and environments. A service account never
// approves. `permits` is the only place that decides.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "format/members.h"

namespace weir::access {

enum class Role { admin, recorder, approver, reporter, auditor };
constexpr auto names_of(Role) {
  return std::array<std::string_view, 5>{"admin", "recorder", "approver", "reporter", "auditor"};
}

enum class AccountKind { person, service };
constexpr auto names_of(AccountKind) { return std::array<std::string_view, 2>{"person", "service"}; }

// What a route asks for. `read` is open to every known account.
enum class Permission { read, record, approve, declare, report, administer };
constexpr auto names_of(Permission) {
  return std::array<std::string_view, 6>{"read", "record", "approve", "declare", "report", "administer"};
}

struct Grant {
  Role role;
  std::array<bool, 6> permissions;  // in the order of Permission
};
inline constexpr std::array grants{
    //                       read   record approve declare report administer
    Grant{Role::admin,    {true,  true,  true,  true,  true,  true}},
    Grant{Role::recorder, {true,  true,  false, true,  false, false}},
    Grant{Role::approver, {true,  false, true,  true,  false, false}},
    Grant{Role::reporter, {true,  false, false, false, true,  false}},
    Grant{Role::auditor,  {true,  false, false, false, false, false}},
};

struct AccountCreated {
  std::string id;  // 32 hex digits; the actor id of its entries
  std::string name;
  AccountKind kind = AccountKind::service;
  std::vector<Role> roles;
  std::vector<std::string> flows, environments;  // empty means all
  std::optional<Instant> expires_at;
  Sha256 token_digest;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("name", self.name);
    visit("kind", self.kind);
    visit("roles", self.roles);
    visit.maybe("flows", self.flows);
    visit.maybe("environments", self.environments);
    visit.maybe("expires_at", self.expires_at);
    visit("token_digest", self.token_digest);
  }
};

struct AccountRemoved {
  std::string name;
  static void members(auto& visit, auto& self) { visit("name", self.name); }
};

// Allows agents to enrol for an environment; reusable until it expires or is revoked.
struct JoinTokenIssued {
  std::string environment;
  std::optional<Instant> expires_at;
  Sha256 token_digest;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit.maybe("expires_at", self.expires_at);
    visit("token_digest", self.token_digest);
  }
};

struct JoinTokenRevoked {
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) { visit("entry", self.entry); }
};

// Somebody whose token was recognised.
struct Actor {
  std::string id;
  std::string name;
  AccountKind kind = AccountKind::service;
  std::vector<Role> roles;
  std::vector<std::string> flows, environments;
  std::optional<Instant> expires_at;
  std::vector<std::string> groups;  // it is a member of; their roles stand among `roles`
};

bool permits(const Actor& actor, Permission permission);
Status check_flow_scope(const Actor& actor, std::string_view flow);
Status check_environment_scope(const Actor& actor, std::string_view environment);

struct AccountRequest {
  std::string name;
  std::vector<Role> roles;
  std::vector<std::string> flows, environments;
  std::optional<Instant> expires_at;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("roles", self.roles);
    visit.maybe("flows", self.flows);
    visit.maybe("environments", self.environments);
    visit.maybe("expires_at", self.expires_at);
  }
};

struct NewToken {
  std::string text;  // "weir_" and 43 characters; shown once
  Sha256 digest;
};

Result<AccountCreated> create_account(const AccountRequest& request, AccountKind kind, const std::string& id,
                                      const NewToken& token);

}  // namespace weir::access
