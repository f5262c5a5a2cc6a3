// Places read as feeds: each becomes one feed, a bucket one for each ecosystem. Where a feed cannot be read that is
// said of it, and the others are read.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "feed/place.h"
#include "vuln/store/store_update.h"

namespace weir::feed {

struct FeedWish {
  std::vector<std::string> places;
  std::vector<std::string> ecosystems = {};  // of buckets; empty for all that a bucket lists
  vuln::StoreUpdate::Missing missing = vuln::StoreUpdate::Missing::keep;
};

// Into a store, which it makes where there is none. Errors: those of StoreUpdate, and invalid for a place whose
// spelling says nothing; a feed that fails is in the result.
Result<vuln::UpdateResult> update_store(const std::string& directory, const FeedWish& wish,
                                        const Clock& clock);

// Without a store: every record of one place, fetched into a directory that is gone afterwards. Ecosystems that a
// bucket does not have are passed over.
Status read_records(const std::string& place, const std::vector<std::string>& ecosystems,
                    const TakeRecord& take);

}  // namespace weir::feed
