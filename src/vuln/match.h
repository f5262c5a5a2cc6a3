// Advisories by what they are about, and bills of materials held against them. A set is built once and read by
// many threads.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evidence/inventory.h"
#include "vuln/advisory.h"
#include "vuln/evaluate.h"
#include "vuln/package.h"

namespace weir::vuln {

class AdvisorySet {
 public:
  // Withdrawn ones say nothing about a package. Of two with one id the later one by `modified` counts.
  void add(Advisory advisory);
  void index();  // after the last one was added
  // In place of what has its id, whatever is later, in the index too. What pointed to it sees the new one; pointers to
  // its lists of affected packages end.
  void put(Advisory advisory);
  std::size_t size() const { return advisories_.size(); }
  const std::map<std::string, Advisory>& records() const { return advisories_; }  // by id, withdrawn ones too

  struct Entry {
    const Advisory* advisory = nullptr;
    const Affected* affected = nullptr;
    std::string release;  // that its ecosystem names; empty for none
  };
  // What is said about the package of that name in any release of the ecosystem (given without suffix).
  std::span<const Entry> about(std::string_view ecosystem, std::string_view name) const;

 private:
  void enter(const Advisory& advisory);
  void strike(const Advisory& advisory);

  std::map<std::string, Advisory> advisories_;  // by id: pointers into it stay
  std::unordered_map<std::string, std::vector<Entry>> entries_;
};

struct Finding {
  std::string purl, advisory, fixed;  // purl: or name@version; fixed: empty when no fixed version is known
  std::vector<std::string> aliases;
  std::string summary;
  Scope scope = Scope::exact;
  std::optional<double> score;  // the highest base score that the record gives
  VersionOrder order = VersionOrder::semver;
  Verdict verdict;
};

struct Scanned {
  std::size_t components = 0;
  std::vector<Finding> findings;  // by purl, then advisory; one for each pair
};

// What a document says around its items. The inventory must stay.
class Surroundings {
 public:
  explicit Surroundings(const evidence::Inventory& inventory);
  // For an item. Nothing for one without a package URL that the document lists with one too: scanners see a program
  // where a package manager has told of its package.
  const std::optional<Release>& of(const evidence::Item& item) const;

 private:
  std::optional<Release> release_, none_;
  std::set<std::string_view> listed_;  // names with a package URL
};

// What names an item of a bill: its package URL, or name@version.
std::string text_of(const evidence::Item& item);
// Which package an item of a bill is; nothing when no ecosystem of advisories covers it.
std::optional<Package> package_of_item(const evidence::Item& item, const std::optional<Release>& document);
// Adds a finding for each of the entries, of one of the package's names, that says the package is affected.
void match_entries(const Package& package, std::string_view purl, std::span<const AdvisorySet::Entry> entries,
                   std::vector<Finding>& findings);

Scanned match(const evidence::Inventory& inventory, const AdvisorySet& advisories);

// Advisories that lie elsewhere than in memory. What is answered stays as long as `held` does. The advisories of the
// entries may come without their list of affected packages; the one that is asked about is `affected`.
struct AboutPackage {
  std::span<const AdvisorySet::Entry> entries;
  std::shared_ptr<const void> held;
};
class AdvisoryReader {
 public:
  virtual ~AdvisoryReader() = default;
  virtual Result<AboutPackage> about(std::string_view ecosystem, std::string_view name) const = 0;
};
// Errors: those of the reader.
Result<Scanned> match(const evidence::Inventory& inventory, const AdvisoryReader& advisories);

// Whether what an advisory says of the release may be said of the package, and how sure that is.
std::optional<Scope> scope_of(std::string_view advisory_release, const Package& package);
VersionOrder order_for(std::string_view ecosystem);
// As lists of versions have it: "v1.2.3" of Go stands for "1.2.3".
std::string_view evaluated_version(const Package& package);

std::optional<double> highest_score(const Advisory& advisory, const Affected& affected);

}  // namespace weir::vuln
