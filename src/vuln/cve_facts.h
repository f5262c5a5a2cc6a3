// What lists say of CVEs besides their advisories, and what that means for a finding: since when it is known to be
// exploited (CISA's catalogue), how likely it is to be (EPSS). Reading is safe from many threads.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vuln/record.h"
#include "vuln/store/cve_table.h"

namespace weir::vuln {

class AdvisoryStore;

class CveFacts {
 public:
  virtual ~CveFacts() = default;
  // Which list it is, "1404 of 2026-11-20"; empty: there is none, and nothing is known of any CVE.
  virtual std::string exploited_list() const = 0;
  virtual std::string likelihood_list() const = 0;
  virtual Result<std::optional<Exploited>> exploited(std::uint64_t cve) const = 0;
  virtual Result<std::optional<Likelihood>> likelihood(std::uint64_t cve) const = 0;
};

// Lists that were read whole. Built by one thread.
class ListedCves final : public CveFacts {
 public:
  // One of the two, known by its beginning; of two of a kind the one that was released later counts.
  // Errors: invalid for what is no such list.
  Status take(std::string_view content);
  std::string exploited_list() const override;
  std::string likelihood_list() const override;
  Result<std::optional<Exploited>> exploited(std::uint64_t cve) const override;
  Result<std::optional<Likelihood>> likelihood(std::uint64_t cve) const override;

 private:
  CveList<Exploited> exploited_;
  CveList<Likelihood> likelihood_;
};

// The lists of a store, which stays open.
std::shared_ptr<const CveFacts> cve_facts_of(std::shared_ptr<const AdvisoryStore> store);

// Sets what the lists say of any of the finding's CVEs: the earliest day, the highest probability. What no list is
// there for stays as it was in `before`; null: it was not known before. Errors: unavailable, where lists are damaged.
Status add_facts(FindingChange& finding, const CveFacts* facts, const FindingChange* before);
// Whether people are told again: exploited or not, or an EPSS that moved by `epss_step` or more.
inline constexpr double epss_step = 0.05;
bool same_facts(const FindingChange& a, const FindingChange& b);
std::optional<double> epss_of(const FindingChange& finding);

}  // namespace weir::vuln
