// Gathers what is known of two releases from tables, entries, blobs and open findings, for deploy::difference.
#pragma once
#include "api/service.h"
#include "deploy/difference.h"
#include "jobs/exposure.h"

namespace weir::api {

// Against what runs in the environment under the same name: the newest recorded of it, when several do.
Result<deploy::ReleaseDifference> release_difference(store::Database& db, blob::BlobStore& blobs,
                                                     const jobs::Exposure& exposure, const Sha256& artifact,
                                                     std::string_view environment);

}  // namespace weir::api
