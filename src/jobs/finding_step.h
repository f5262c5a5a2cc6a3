// What one step of finding vulnerabilities found, as entries; and the file that keeps the index of bills between runs.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/event.h"
#include "vuln/component_index.h"
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

// Beside, then renamed: a crash leaves the old one or none. What cannot be written is made anew at the next start.
void save_index(const std::string& file, const Bytes& bytes);
// Nothing where there is none, or it is damaged or of another form.
std::optional<vuln::ComponentIndex> load_index(const std::string& file);

}  // namespace weir::jobs
