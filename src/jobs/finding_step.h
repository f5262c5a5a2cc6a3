// What one step of finding vulnerabilities found, as entries.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/exposure.h"
#include "store/event.h"
#include "vuln/record.h"

namespace weir::jobs {

struct Found {
  vuln::FindingCause cause = vuln::FindingCause::advisories;
  std::optional<Sha256> advisories;  // that all of it was matched with
  std::vector<vuln::BillRead> bills = {};
  std::vector<vuln::FindingChange> changes = {};
  std::vector<vuln::StatementsRead> documents = {};
  std::vector<vuln::FindingStated> stated = {};
  bool empty() const { return bills.empty() && changes.empty() && documents.empty() && stated.empty(); }
};
// In entries that are not too large; always one, since it says that this was matched.
std::vector<store::Event> entries_of(const Found& found);
// What of it a follower of the exposure has to look at.
Exposure::News news_of(const Found& found);

}  // namespace weir::jobs
