#include "jobs/finding_step.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace weir::jobs {
namespace {

constexpr std::size_t changes_per_entry = 500;

// The next rows of a list that fit into an entry.
template <class Row>
std::vector<Row> part_of(const std::vector<Row>& rows, std::size_t at) {
  const auto from = rows.begin() + static_cast<std::ptrdiff_t>(std::min(at, rows.size()));
  const auto count = std::min(changes_per_entry, static_cast<std::size_t>(rows.end() - from));
  return {from, from + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

std::vector<store::Event> entries_of(const Found& found) {
  std::vector<store::Event> events;
  std::size_t at = 0;
  do {
    vuln::FindingsChanged entry{.cause = found.cause, .advisories = found.advisories};
    if (at == 0) {
      entry.bills = found.bills;
      entry.documents = found.documents;
    }
    entry.changes = part_of(found.changes, at);
    entry.stated = part_of(found.stated, at);
    at += changes_per_entry;
    entry.more = at < std::max(found.changes.size(), found.stated.size());
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
