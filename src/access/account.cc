#include "access/account.h"

#include <algorithm>

#include "base/name.h"

namespace weir::access {
namespace {

constexpr bool in_order = [] {
  for (std::size_t i = 0; i < grants.size(); ++i)
    if (grants[i].role != static_cast<Role>(i)) return false;
  return true;
}();
static_assert(in_order, "grants are in the order of Role");

Status check_scope(const std::vector<std::string>& allowed, std::string_view wanted, std::string_view what) {
  if (allowed.empty() || std::find(allowed.begin(), allowed.end(), wanted) != allowed.end()) return {};
  return Error{Errc::forbidden, fmt::format("this token may not act on {} '{}'", what, wanted)};
}

}  // namespace

bool permits(const Actor& actor, Permission permission) {
  if (permission == Permission::approve && actor.kind != AccountKind::person) return false;
  return std::any_of(actor.roles.begin(), actor.roles.end(), [&](Role role) {
    return grants[static_cast<std::size_t>(role)].permissions[static_cast<std::size_t>(permission)];
  });
}

Status check_flow_scope(const Actor& actor, std::string_view flow) { return check_scope(actor.flows, flow, "flow"); }
Status check_environment_scope(const Actor& actor, std::string_view environment) {
  return check_scope(actor.environments, environment, "environment");
}

Result<AccountCreated> create_account(const AccountRequest& request, AccountKind kind, const std::string& id,
                                      const NewToken& token) {
  TRY(check_name(request.name, "name"));
  if (request.roles.empty()) return invalid("'roles' must name at least one role", "roles");
  for (const std::string& flow : request.flows) TRY(check_name(flow, "flows"));
  for (const std::string& environment : request.environments) TRY(check_name(environment, "environments"));
  const bool approves = std::find(request.roles.begin(), request.roles.end(), Role::approver) != request.roles.end();
  if (approves && kind == AccountKind::service)
    return invalid("a service account cannot approve: approval is a person's act; create a person (--person)", "roles");
  return AccountCreated{.id = id, .name = request.name, .kind = kind, .roles = request.roles, .flows = request.flows,
                        .environments = request.environments, .expires_at = request.expires_at,
                        .token_digest = token.digest};
}

}  // namespace weir::access
