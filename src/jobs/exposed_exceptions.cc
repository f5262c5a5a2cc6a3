// Exceptions for findings that end because more is known of the flaw than when they were granted: a fixed version, that
// it is exploited, a higher EPSS. Rule: docs/formats/exception.md.
#include <algorithm>

#include "jobs/exception_end.h"
#include "jobs/find_vulnerabilities.h"
#include "store/view_exception.h"
#include "store/view_finding.h"

namespace weir::jobs {
namespace {

using exceptions::EndsOn;
using exceptions::Exception;
using store::Database;
using vuln::FindingChange;

constexpr double rise_least = 0.1;  // of an EPSS: a probability

bool looks_at_flaws(const Exception& exception) {
  if (exception.asked.scope.finding.empty() || !exception.asked.scope.artifact || !exception.granted)
    return false;
  return exceptions::ends_on(exception, EndsOn::fix_available) ||
         exceptions::ends_on(exception, EndsOn::known_exploitation) ||
         exceptions::ends_on(exception, EndsOn::likelihood_rise);
}

// What the artifact has of the flaw now.
std::vector<FindingChange> findings_of(const Exposure& exposure, const Exception& exception) {
  const std::string& flaw = exception.asked.scope.finding;
  return exposure.read([&](const Exposure::State& state) {
    std::vector<FindingChange> findings;
    for (const vuln::ComponentId id : state.index.of(*exception.asked.scope.artifact)) {
      const auto open = state.open.find(id);
      if (open == state.open.end()) continue;
      for (const FindingChange& finding : open->second)
        if (finding.cluster == flaw || std::ranges::find(finding.records, flaw) != finding.records.end())
          findings.push_back(finding);
    }
    return findings;
  });
}

// What was said of it when the exception was granted; nothing was when it was not known then.
Result<FindingChange> as_granted(Database& db, const Exception& exception, const FindingChange& finding) {
  const store::FindingFilter same{.cluster = finding.cluster, .component = finding.component};
  for (const store::FindingRow& row : TRY(store::list_findings(db, same)))
    if (auto step = TRY(store::finding_at(db, row.id, exception.decided_at.value_or(exception.requested_at))))
      return std::move(step->change);
  return FindingChange{};
}

void add(exceptions::Facts& facts, const FindingChange& was, const FindingChange& now) {
  const auto say = [&](std::optional<bool>& fact, const std::string& what) {
    fact = true;
    if (facts.note.size() < 1000)
      facts.note += fmt::format("{}{}: {}", facts.note.empty() ? "" : "; ", now.component, what);
  };
  if (was.exploited.empty() && !now.exploited.empty())
    say(facts.known_exploited, fmt::format("known to be exploited since {}", now.exploited));
  if (was.fixed.empty() && !now.fixed.empty())
    say(facts.fix_available, fmt::format("fixed in {}", now.fixed));
  const double before = vuln::epss_of(was).value_or(0), after = vuln::epss_of(now).value_or(0);
  if (after - before >= rise_least)
    say(facts.likelihood_risen, fmt::format("EPSS rose from {:.2f} to {:.2f}", before, after));
}

class ExposedExceptions final : public Job {
 public:
  ExposedExceptions(Shared shared, std::shared_ptr<const Exposure> exposure, std::unique_ptr<Database> reader)
      : shared_(shared), exposure_(std::move(exposure)), reader_(std::move(reader)) {}

  Result<Step> tick(Instant now) override {
    const std::int64_t newest = TRY(query_count(*reader_, "SELECT coalesce(max(idx), 0) FROM entry"));
    if (newest == looked_at_) return Step::idle;
    const auto ended = TRY(ending(now));
    looked_at_ = newest;
    if (ended.empty()) return Step::idle;
    TRY(act(shared_, [ended](Database& tables, Instant at) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      for (const exceptions::ExceptionEnded& each : ended) {
        const auto found = TRY(store::find_exception(tables, each.exception));
        if (found && exceptions::state_at(*found, at) == exceptions::State::in_force)
          TRY(add_exception_end(tables, each, decision.events));
      }
      return decision;
    }));
    return Step::idle;
  }

 private:
  Result<std::vector<exceptions::ExceptionEnded>> ending(Instant now) {
    std::vector<exceptions::ExceptionEnded> ended;
    for (const Exception& exception : TRY(store::exceptions_due(*reader_, now))) {
      if (!looks_at_flaws(exception) || exceptions::state_at(exception, now) != exceptions::State::in_force)
        continue;
      exceptions::Facts facts;
      // Growth and evidence are the exception watch's; what it covers is taken as it was shown.
      facts.coverage = {exception.asked.scope.workloads, exception.asked.scope.digests};
      for (const FindingChange& finding : findings_of(*exposure_, exception))
        add(facts, TRY(as_granted(*reader_, exception, finding)), finding);
      if (auto over = exceptions::ending_of(exception, facts, now)) ended.push_back(std::move(*over));
    }
    return ended;
  }

  Shared shared_;
  std::shared_ptr<const Exposure> exposure_;
  std::unique_ptr<Database> reader_;
  std::int64_t looked_at_ = -1;
};

}  // namespace

std::unique_ptr<Job> make_exposed_exceptions(Shared shared, std::shared_ptr<const Exposure> exposure,
                                             std::unique_ptr<store::Database> reader) {
  return std::make_unique<ExposedExceptions>(shared, std::move(exposure), std::move(reader));
}

}  // namespace weir::jobs
