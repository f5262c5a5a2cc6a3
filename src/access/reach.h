// How far somebody may reach: the flows and environments an account, a channel or another act concerns, held against
// those a token is narrowed to. Who is narrowed makes, changes and ends only what is narrowed to no more.
#pragma once
#include "access/account.h"

namespace weir::access {

// Empty means all.
struct Reach {
  std::vector<std::string> flows, environments;
};
Status check_reach(const Actor& actor, const Reach& wanted);
Status check_environments(const Actor& actor, const std::vector<std::string>& wanted);
// For what belongs to the whole organization.
Status check_unnarrowed(const Actor& actor, std::string_view what);

// For an act on an artifact of these flows. It is an act on each of them; of none: nobody recorded it.
Status check_artifact_flows(const Actor& actor, const std::vector<std::string>& flows);

// What an account that ends makes ends with it.
Status check_end(const Actor& maker, const std::optional<Instant>& wanted);

// Approving is a person's act, so a service does not make people: it would hold their tokens.
Status check_maker(const Actor& maker, AccountKind kind);

}  // namespace weir::access
