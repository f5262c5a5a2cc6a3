// The rows of an answer to where something runs: what was found for them, and what the tables know of each. Rows have
// much in common (releases of one program, one flaw, one environment): that is looked up once for a page.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "api/urgency.h"
#include "store/view_exception.h"
#include "store/view_exposure.h"
#include "store/view_running.h"

namespace weir::api {

struct AskedComponent {
  std::string text;
  std::optional<vuln::ComponentId> id = {};                    // nothing: the index does not know it
  const std::vector<vuln::FindingChange>* findings = nullptr;  // empty: it was asked for itself
  std::size_t rows() const { return std::max<std::size_t>(findings->size(), 1); }
};
struct Held {
  vuln::ArtifactNumber artifact = 0;
  std::size_t component = 0;  // of those that were asked for
  auto operator<=>(const Held&) const = default;
};
struct Holding {
  std::vector<AskedComponent> components;
  vuln::ArtifactSet artifacts;  // that hold any of them, running or not
  std::vector<Held> found;      // among the candidates, by artifact
};

// One row of the answer, before it is looked up: which workload is which artifact with which component and flaw.
struct Place {
  std::string workload;
  Sha256 artifact;
  vuln::ArtifactNumber number = 0;
  const AskedComponent* component = nullptr;
  const vuln::FindingChange* finding = nullptr;  // null: nothing is said of it
};

// Of one page, within one transaction of the tables.
class WhereRows {
 public:
  // `at`: statements as they held then; else now. What is given must outlive it.
  WhereRows(const ReadCall& call, const Holding& holding, std::optional<Instant> at)
      : call_(call), holding_(holding), at_(at) {}
  // `exposure`: where it was read already. Errors: those of the tables.
  Result<WhereRow> row_of(const Place& place, const store::RunningRow& running,
                          std::optional<store::ExposureView> exposure = {});

 private:
  using Releases = std::vector<store::ReleaseAt>;
  using Release = std::optional<store::FlowReleaseView>;

  Status add_releases(const Place& place, const store::RunningRow& running, WhereRow& row);
  Status add_accepted(const vuln::FindingChange& finding, WhereRow& row);
  Status add_statement(WhereRow& row);
  Result<const Releases*> releases_of(const store::RunningRow& running);
  Result<Release> release(const std::optional<Sha256>& artifact);
  Result<bool> has_exceptions(const std::string& environment);

  const ReadCall& call_;
  const Holding& holding_;
  std::optional<Instant> at_;
  std::map<std::pair<std::string, std::string>, Releases> releases_;  // by flow and name
  // The release that brought a component, by flow, name and component.
  std::map<std::tuple<std::string, std::string, std::string>, std::optional<Sha256>> first_;
  std::map<Sha256, Release> seen_;
  std::map<std::string, bool> has_exceptions_;                                           // by environment
  std::map<std::pair<Sha256, std::string>, std::vector<store::ExceptionInForce>> accepted_;  // artifact, environment
  std::map<std::pair<std::string, std::string>, std::vector<vuln::FindingStated>> stated_;   // flaw, component
};

}  // namespace weir::api
