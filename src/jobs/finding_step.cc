#include "jobs/finding_step.h"

#include <algorithm>

namespace weir::jobs {
namespace {

constexpr std::size_t changes_per_entry = 500;

constexpr std::size_t entry_bytes =
    2 * 1024 * 1024;  // about, of each list; an entry larger than a blob is refused

std::size_t bytes_of(const vuln::FindingChange& change) {
  std::size_t bytes = change.cluster.size() + change.component.size() + change.summary.size() + 512;
  for (const std::string& record : change.records) bytes += record.size() + 3;
  return bytes;
}
std::size_t bytes_of(const vuln::FindingStated& stated) {
  return stated.cluster.size() + stated.component.size() + stated.justification.size() +
         stated.impact.size() + stated.action.size() + stated.author.size() + stated.attested_by.size() + 512;
}

// The next rows of a list that fit into an entry; `at` goes on behind them.
template <class Row>
std::vector<Row> next_of(const std::vector<Row>& rows, std::size_t& at) {
  std::vector<Row> part;
  for (std::size_t bytes = 0; at < rows.size() && part.size() < changes_per_entry; ++at) {
    bytes += bytes_of(rows[at]);
    if (!part.empty() && bytes > entry_bytes) break;
    part.push_back(rows[at]);
  }
  return part;
}

}  // namespace

std::vector<store::Event> entries_of(const Found& found) {
  std::vector<store::Event> events;
  std::size_t changes = 0, stated = 0;
  bool more = true;
  while (more) {
    vuln::FindingsChanged entry{.cause = found.cause, .advisories = found.advisories};
    if (events.empty()) {
      entry.bills = found.bills;
      entry.documents = found.documents;
    }
    entry.changes = next_of(found.changes, changes);
    entry.stated = next_of(found.stated, stated);
    more = entry.more = changes < found.changes.size() || stated < found.stated.size();
    events.push_back(std::move(entry));
  }
  return events;
}

}  // namespace weir::jobs
