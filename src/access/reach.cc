#include "access/reach.h"

namespace weir::access {

Status check_environments(const Actor& actor, const std::vector<std::string>& wanted) {
  if (!actor.environments.empty() && wanted.empty())
    return Error{Errc::forbidden, "this token is for some environments only, and this concerns all"};
  for (const std::string& environment : wanted) TRY(check_environment_scope(actor, environment));
  return {};
}

Status check_reach(const Actor& actor, const Reach& wanted) {
  if (!actor.flows.empty() && wanted.flows.empty())
    return Error{Errc::forbidden, "this token is for some flows only, and this concerns all"};
  for (const std::string& flow : wanted.flows) TRY(check_flow_scope(actor, flow));
  return check_environments(actor, wanted.environments);
}

Status check_unnarrowed(const Actor& actor, std::string_view what) {
  if (actor.flows.empty() && actor.environments.empty()) return {};
  return Error{Errc::forbidden,
               fmt::format("{} belong to the whole organization; this token is for a part of it", what)};
}

Status check_artifact_flows(const Actor& actor, const std::vector<std::string>& flows) {
  if (actor.flows.empty()) return {};
  if (flows.empty())
    return Error{Errc::forbidden,
                 "this token is for some flows only, and this concerns what is no artifact of theirs; ask "
                 "somebody whose "
                 "token is for all"};
  for (const std::string& flow : flows)
    if (!check_flow_scope(actor, flow).ok())
      return Error{Errc::forbidden,
                   fmt::format("this token may not act on flow '{}', which the artifact is of; ask "
                               "somebody whose token may",
                               flow)};
  return {};
}

Status check_end(const Actor& maker, const std::optional<Instant>& wanted) {
  if (!maker.expires_at || (wanted && *wanted <= *maker.expires_at)) return {};
  return Error{
      Errc::forbidden,
      fmt::format("this account ends at {}, and what it makes ends no later: give 'expires_at', or ask an "
                  "administrator whose account does not end",
                  to_string(*maker.expires_at)),
      "expires_at"};
}

Status check_maker(const Actor& maker, AccountKind kind) {
  if (kind == AccountKind::service || maker.kind == AccountKind::person) return {};
  return Error{Errc::forbidden, "a service account cannot make people: it could approve in their name"};
}

}  // namespace weir::access
