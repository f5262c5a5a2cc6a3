#include "vuln/cve_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "vuln/store/advisory_store.h"

namespace weir::vuln {
namespace {

std::string named(std::size_t rows, std::string_view released) {
  if (rows == 0) return {};
  return released.empty() ? fmt::format("{}", rows) : fmt::format("{} of {}", rows, released);
}

template <class Row>
std::optional<Row> row_of(const std::vector<Row>& rows, std::uint64_t cve) {
  const auto found = std::ranges::lower_bound(rows, cve, {}, &Row::cve);
  return found == rows.end() || found->cve != cve ? std::nullopt : std::optional(*found);
}

template <class Row>
void take_list(CveList<Row>& held, CveList<Row> list) {
  if (held.rows.empty() || held.released <= list.released) held = std::move(list);
}

// What the store has lost is no damage to what whoever asks has written: that goes on.
template <class T>
Result<T> of_a_dependency(Result<T> read) {
  if (read.ok() || read.error().code != Errc::corrupt) return read;
  return Error{Errc::unavailable, read.error().message};
}

class StoredCves final : public CveFacts {
 public:
  explicit StoredCves(std::shared_ptr<const AdvisoryStore> store) : store_(std::move(store)) {}
  std::string exploited_list() const override { return table(store_->manifest().exploited); }
  std::string likelihood_list() const override { return table(store_->manifest().likelihood); }
  Result<std::optional<Exploited>> exploited(std::uint64_t cve) const override {
    return of_a_dependency(store_->exploited(cve_text(cve)));
  }
  Result<std::optional<Likelihood>> likelihood(std::uint64_t cve) const override {
    return of_a_dependency(store_->likelihood(cve_text(cve)));
  }

 private:
  static std::string table(const std::optional<CveTable>& of) {
    return of ? named(of->rows, of->released) : std::string();
  }
  std::shared_ptr<const AdvisoryStore> store_;
};

std::set<std::uint64_t> cves_of(const FindingChange& finding) {
  std::set<std::uint64_t> cves;
  if (const auto number = cve_number(finding.cluster)) cves.insert(*number);
  for (const std::string& id : finding.records)
    if (const auto number = cve_number(id)) cves.insert(*number);
  return cves;
}

Status add_exploited(FindingChange& finding, const CveFacts& facts, const std::set<std::uint64_t>& cves) {
  for (const std::uint64_t cve : cves) {
    const auto row = TRY(facts.exploited(cve));
    if (!row) continue;
    const std::string since = row->added.empty() ? "unknown" : row->added;
    if (finding.exploited.empty() || since < finding.exploited) finding.exploited = since;
    finding.by_ransomware |= row->ransomware == "Known";
  }
  return {};
}

Status add_likelihood(FindingChange& finding, const CveFacts& facts, const std::set<std::uint64_t>& cves) {
  std::optional<float> highest;
  for (const std::uint64_t cve : cves)
    if (const auto row = TRY(facts.likelihood(cve)))
      highest = std::max(highest.value_or(0), row->probability);
  if (highest) finding.epss = fmt::format("{:.5f}", *highest);
  return {};
}

}  // namespace

Status ListedCves::take(std::string_view content) {
  if (is_exploited_list(content)) take_list(exploited_, TRY(read_exploited(content)));
  else take_list(likelihood_, TRY(read_likelihood(content)));
  return {};
}
std::string ListedCves::exploited_list() const { return named(exploited_.rows.size(), exploited_.released); }
std::string ListedCves::likelihood_list() const {
  return named(likelihood_.rows.size(), likelihood_.released);
}
Result<std::optional<Exploited>> ListedCves::exploited(std::uint64_t cve) const {
  return row_of(exploited_.rows, cve);
}
Result<std::optional<Likelihood>> ListedCves::likelihood(std::uint64_t cve) const {
  return row_of(likelihood_.rows, cve);
}

std::shared_ptr<const CveFacts> cve_facts_of(std::shared_ptr<const AdvisoryStore> store) {
  return std::make_shared<StoredCves>(std::move(store));
}

Status add_facts(FindingChange& finding, const CveFacts* facts, const FindingChange* before) {
  const std::set<std::uint64_t> cves = cves_of(finding);
  finding.exploited.clear();
  finding.epss.clear();
  finding.by_ransomware = false;
  if (facts != nullptr && !facts->exploited_list().empty()) TRY(add_exploited(finding, *facts, cves));
  else if (before != nullptr) {
    finding.exploited = before->exploited;
    finding.by_ransomware = before->by_ransomware;
  }
  if (facts != nullptr && !facts->likelihood_list().empty()) return add_likelihood(finding, *facts, cves);
  if (before != nullptr) finding.epss = before->epss;
  return {};
}

std::optional<double> epss_of(const FindingChange& finding) {
  double value = 0;
  const char* const end = finding.epss.data() + finding.epss.size();
  const auto read = std::from_chars(finding.epss.data(), end, value);
  return finding.epss.empty() || read.ptr != end ? std::nullopt : std::optional(value);
}

bool same_facts(const FindingChange& a, const FindingChange& b) {
  if (a.exploited != b.exploited || a.by_ransomware != b.by_ransomware) return false;
  const auto epss_a = epss_of(a), epss_b = epss_of(b);
  if (epss_a.has_value() != epss_b.has_value()) return false;
  return !epss_a || std::abs(*epss_a - *epss_b) < epss_step;
}

}  // namespace weir::vuln
