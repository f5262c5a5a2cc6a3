#include "jobs/finding_step.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace weir::jobs {
namespace {

constexpr std::size_t changes_per_entry = 500;
constexpr std::size_t entry_bytes = 4 * 1024 * 1024;  // about; an entry larger than a blob is refused

std::size_t bytes_of(const vuln::FindingChange& change) {
  std::size_t bytes = change.cluster.size() + change.component.size() + change.summary.size() + 512;
  for (const std::string& record : change.records) bytes += record.size() + 3;
  return bytes;
}
std::size_t bytes_of(const vuln::FindingStated& stated) {
  return stated.cluster.size() + stated.component.size() + stated.impact.size() + stated.action.size() + 1024;
}

// The next rows of a list that fit into an entry; `at` goes on behind them.
template <class Row>
std::vector<Row> part_of(const std::vector<Row>& rows, std::size_t& at) {
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < changes_per_entry && at + count < rows.size(); ++count) {
    bytes += bytes_of(rows[at + count]);
    if (count > 0 && bytes > entry_bytes) break;
  }
  const auto from = rows.begin() + static_cast<std::ptrdiff_t>(at);
  at += count;
  return {from, from + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

std::vector<store::Event> entries_of(const Found& found) {
  std::vector<store::Event> events;
  std::size_t changes = 0, stated = 0;  // that are said
  do {
    vuln::FindingsChanged entry{.cause = found.cause, .advisories = found.advisories};
    if (events.empty()) {
      entry.bills = found.bills;
      entry.documents = found.documents;
    }
    entry.changes = part_of(found.changes, changes);
    entry.stated = part_of(found.stated, stated);
    entry.more = changes < found.changes.size() || stated < found.stated.size();
    events.push_back(std::move(entry));
  } while (events.back().as<vuln::FindingsChanged>()->more);
  return events;
}

void save_index(const std::string& file, const Bytes& bytes) {
  const std::string beside = file + ".new";
  const int out = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) return;  // it is made anew at the next start
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(out, bytes.data() + written, bytes.size() - written);
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  ::close(out);
  if (written == bytes.size()) std::rename(beside.c_str(), file.c_str());
  else ::unlink(beside.c_str());
}

std::optional<vuln::ComponentIndex> load_index(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open()) return std::nullopt;
  const Bytes bytes(std::istreambuf_iterator<char>(in), {});
  auto index = vuln::ComponentIndex::decode(bytes);
  return index.ok() ? std::optional(std::move(*index)) : std::nullopt;
}

}  // namespace weir::jobs
