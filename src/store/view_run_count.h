// Short runs that a package explains: agents count them by the hour instead of reporting each.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/sql.h"

namespace weir::store {

struct RunCountView {
  Instant hour;
  std::string host, name, package;
  std::optional<Sha256> digest;
  std::int64_t count = 0;
  static void members(auto& visit, auto& self) {
    visit("hour", self.hour);
    visit("host", self.host);
    visit("name", self.name);
    visit("package", self.package);
    visit("digest", self.digest);
    visit("count", self.count);
  }
};

// Of an environment, the newest hour first; `skip` rows of them are left out.
Result<std::vector<RunCountView>> list_run_counts(Database& db, std::string_view environment,
                                                  std::int64_t skip, std::int64_t limit);

}  // namespace weir::store
