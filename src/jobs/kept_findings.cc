#include "jobs/kept_findings.h"

#include <chrono>

namespace weir::jobs {

std::int64_t keep_known(const vuln::AdvisorySet& known, ReadAdvisories& read) {
  std::int64_t missing = 0;
  for (const auto& [id, advisory] : known.records()) {
    const auto found = read.set.records().find(id);
    if (found == read.set.records().end()) {
      ++missing;
      read.set.add(advisory);
    } else if (found->second.modified < advisory.modified) {
      read.refused.push_back(older_than_known(found->second));
      read.set.add(advisory);
    }
  }
  return missing;
}

std::string older_than_known(const vuln::Advisory& advisory) {
  return fmt::format("{}: modified {}, which is before what is known of it", advisory.id, advisory.modified);
}

std::optional<vuln::ComponentIndex> IndexKeeper::open() const {
  auto index = vuln::ComponentIndex::open(file_);
  if (index.ok()) return std::move(*index);
  if (index.error().code != Errc::not_found) say(index.error(), "it is made anew from the bills of materials");
  return std::nullopt;
}

Duration IndexKeeper::save(const vuln::ComponentIndex& index) const {
  const auto begun = std::chrono::steady_clock::now();
  const Status saved = index.save(file_);
  if (!saved.ok()) say(saved.error(), "the next start makes it anew from the bills of materials");
  const auto took = std::chrono::steady_clock::now() - begun;
  return microseconds(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
}

void IndexKeeper::say(const Error& error, std::string_view then) const {
  if (say_) say_({error.code, fmt::format("{}: {}; {}", file_, error.message, then)});
}

Status StandingFindings::read_all(store::Database& db) {
  all_.emplace();
  for (store::FindingRow& row : TRY(store::list_findings(db, {}))) {
    std::vector<vuln::FindingChange>& of_one = (*all_)[row.last.component];
    of_one.push_back(std::move(row.last));
  }
  return {};
}

Result<std::vector<vuln::FindingChange>> StandingFindings::of(store::Database& db,
                                                              const std::string& component) const {
  std::vector<vuln::FindingChange> standing;
  if (all_) {
    const auto found = all_->find(component);
    return found == all_->end() ? standing : found->second;
  }
  for (store::FindingRow& row : TRY(store::list_findings(db, {.component = component})))
    standing.push_back(std::move(row.last));
  return standing;
}

}  // namespace weir::jobs
