// Advisories of the organization's own, as the tables hold them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"
#include "vuln/own_advisory.h"

namespace weir::store {

struct OwnAdvisoryView {
  std::string id;
  vuln::OwnAdvisory advisory;
  std::string published_by, reason;  // reason: why it was withdrawn
  Instant published_at;
  std::int64_t entry = 0;  // that said the last thing of it
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("record", self.advisory.record);
    visit("published_by", self.published_by);
    visit("published_at", self.published_at);
    visit("withdrawn_at", self.advisory.withdrawn_at);
    visit("reason", self.reason);
    visit("entry", self.entry);
  }
};
Result<std::vector<OwnAdvisoryView>> list_own_advisories(Database& db);  // by id
Result<std::optional<OwnAdvisoryView>> find_own_advisory(Database& db, std::string_view id);
Result<std::int64_t> newest_own_advisory(Database& db);  // entry of the last change; 0: there is none

}  // namespace weir::store
