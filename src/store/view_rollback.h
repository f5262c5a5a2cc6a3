// Where to go back to: what ran in an environment before an artifact, under its name, and which of that is the rollback
// target, the newest of the same flow that may run there again.
#pragma once
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "store/sql.h"

namespace weir::store {

struct RollbackQuery {
  Sha256 artifact;
  std::string environment;
  Instant at;
  std::int64_t size = std::numeric_limits<std::int64_t>::max();  // entries that had been accepted by then
};

struct RanBefore {
  Sha256 digest;
  std::int64_t entry = 0;  // of its record
  std::string name, flow, trail;
  Instant last_started;
};
// What was seen running there before the artifact itself first was (before `at` when it never was), last started first;
// at most 20. Nothing of what nobody recorded.
Result<std::vector<RanBefore>> ran_before(Database& db, const RollbackQuery& query);

struct RollbackTarget {
  std::optional<Sha256> artifact;  // none: there is none, and `why` says so
  std::string name;
  std::optional<Instant> last_started;
  std::optional<std::int64_t> approval;  // the entry that lets it run there
  std::string why;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("name", self.name);
    visit("last_started", self.last_started);
    visit("approval", self.approval);
    visit("why", self.why);
  }
  bool operator==(const RollbackTarget&) const = default;
};
// The newest of them of the artifact's flow that is approved there and that no policy speaks against.
Result<RollbackTarget> rollback_target(Database& db, const RollbackQuery& query);

}  // namespace weir::store
