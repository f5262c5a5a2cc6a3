#include "api/artifact_scope.h"

#include "store/view_record.h"

namespace weir::api {

Status check_artifact_scope(store::Database& db, const access::Actor& actor,
                            const std::optional<Sha256>& artifact) {
  if (actor.flows.empty()) return {};
  if (!artifact) return access::check_artifact_flows(actor, {});
  return access::check_artifact_flows(actor, TRY(store::flows_of_artifact(db, *artifact)));
}

Status check_record_scope(store::Database& db, const access::Actor& actor,
                          const artifact::ArtifactRecorded& recorded) {
  if (actor.flows.empty()) return {};
  std::vector<Sha256> held{recorded.digest};
  for (const artifact::RecordedLink& link : recorded.links) held.push_back(link.child);
  for (const Sha256& digest : held)
    if (const auto flows = TRY(store::flows_of_artifact(db, digest)); !flows.empty())
      TRY(access::check_artifact_flows(actor, flows));
  return {};
}

}  // namespace weir::api
