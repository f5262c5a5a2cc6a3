// What a token that is narrowed to flows may act on: artifacts of these flows alone. An artifact that another flow has
// recorded too is that one's as well, so only who may act on both acts on it. Free for tokens that are not narrowed.
#pragma once
#include "access/reach.h"
#include "artifact/record.h"
#include "store/sql.h"

namespace weir::api {

// For evidence, approvals and all else that is about an artifact; none: about more than one, or nobody's.
Status check_artifact_scope(store::Database& db, const access::Actor& actor,
                            const std::optional<Sha256>& artifact);
// For recording it: it is nobody's yet, or the recorder's own, and so is each thing in it.
Status check_record_scope(store::Database& db, const access::Actor& actor,
                          const artifact::ArtifactRecorded& recorded);

}  // namespace weir::api
