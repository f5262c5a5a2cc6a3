#include "jobs/finding_step.h"

#include <algorithm>

#include "base/limits.h"
#include "vuln/findings_entry.h"

namespace weir::jobs {
namespace {

// About. What is larger than an entry that stands in the tables would be a file of its own, synced before it is said.
constexpr std::size_t entry_bytes = limits::payload_inline_bytes_max - 4096;
constexpr std::size_t change_bytes = 224, stated_bytes = 320;  // without texts

std::size_t bytes_of(const vuln::FindingChange& change) {
  std::size_t bytes = change.cluster.size() + change.component.size() + change.summary.size() + change_bytes;
  for (const std::string& record : change.records) bytes += record.size() + 3;
  return bytes;
}
std::size_t bytes_of(const vuln::FindingStated& stated) {
  return stated.cluster.size() + stated.component.size() + stated.justification.size() +
         stated.impact.size() + stated.action.size() + stated.author.size() + stated.attested_by.size() +
         stated_bytes;
}

// The next rows of a list that fit into what is left of an entry, as they are written there; `at` goes on behind them.
// `first`: nothing stands in the entry yet, so that a row goes into it however large it is.
template <class Row>
std::vector<Row> next_of(const std::vector<Row>& rows, std::size_t& at, std::size_t& left, bool first,
                         const auto& written) {
  std::vector<Row> part;
  for (; at < rows.size(); ++at) {
    Row row = written(rows[at]);
    const std::size_t bytes = bytes_of(row);
    if (bytes > left && !(first && part.empty())) break;
    left -= std::min(left, bytes);
    part.push_back(std::move(row));
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
    std::size_t left = entry_bytes;
    if (events.empty()) {
      entry.bills = found.bills;
      entry.documents = found.documents;
    }
    vuln::FindingsFolded folded;
    entry.changes = next_of(found.changes, changes, left, true,
                            [&](const vuln::FindingChange& change) { return folded.fold(change); });
    entry.stated = next_of(found.stated, stated, left, entry.changes.empty(),
                           [](const vuln::FindingStated& each) { return each; });
    more = entry.more = changes < found.changes.size() || stated < found.stated.size();
    events.push_back(std::move(entry));
  }
  return events;
}

Exposure::News news_of(const Found& found) {
  constexpr std::size_t flaws_max = 100;
  Exposure::News news{.flaws = {}, .other = !found.bills.empty()};
  for (const vuln::FindingChange& change : found.changes) news.flaws.insert(change.cluster);
  for (const vuln::FindingStated& each : found.stated) news.flaws.insert(each.cluster);
  if (news.flaws.size() > flaws_max) news = {.flaws = {}, .other = true};
  return news;
}

}  // namespace weir::jobs
