#include <algorithm>

#include "jobs/exception_end.h"
#include "jobs/reconcile.h"
#include "store/view_alert.h"
#include "store/view_exception.h"

namespace weir::jobs {
namespace {

using exceptions::Exception;
using store::Database;

std::string subject_of(std::int64_t exception) { return fmt::format("exception {}", exception); }

std::string what_of(const exceptions::ExceptionScope& scope) {
  if (!scope.rule.empty()) return fmt::format("rule {}", scope.rule);
  return scope.finding.empty() ? fmt::format("workload {}", scope.workload)
                               : fmt::format("finding {}", scope.finding);
}

alert::AlertOpened warning_of(const Exception& exception) {
  const alert::CauseRow& cause = alert::row_of(alert::Cause::exception_ending);
  const exceptions::ExceptionScope& scope = exception.asked.scope;
  const std::string subject = subject_of(exception.id);
  return {.key = fmt::format("{} {}", cause.name, subject),
          .cause = std::string(cause.name),
          .severity = cause.severity,
          .title = fmt::format("Exception ends soon: {} in {}", what_of(scope), scope.environment),
          .who = fmt::format("owner {}", scope.owner),
          .why = fmt::format("it ends at {}; renewed {} times so far", to_string(exception.until),
                             exception.asked.renewals),
          .remedy = std::string(cause.remedy),
          .subject = subject,
          .origin = {.environment = scope.environment},
          .incident = subject};
}

Status add_events(Database& db, const Exception& exception, Instant now, std::vector<store::Event>& events) {
  if (!exception.granted) {
    if (exception.until <= now)
      events.push_back(
          exceptions::ExceptionEnded{exception.id, exceptions::Ending::time, "nobody decided about it"});
    return {};
  }
  const exceptions::Facts facts = TRY(store::ending_facts(db, exception));
  if (const auto ended = exceptions::ending_of(exception, facts, now))
    return add_exception_end(db, *ended, events);
  if (exception.warned_at || exceptions::warn_at(exception) > now) return {};
  events.push_back(exceptions::ExceptionWarned{exception.id, exception.until});
  events.push_back(warning_of(exception));
  return {};
}

Result<std::vector<store::Event>> events_due(Database& db, Instant now) {
  std::vector<store::Event> events;
  for (const Exception& exception : TRY(store::exceptions_due(db, now)))
    TRY(add_events(db, exception, now, events));
  return events;
}

class ExceptionWatch final : public Job {
 public:
  ExceptionWatch(Shared shared, std::unique_ptr<Database> reader)
      : shared_(shared), reader_(std::move(reader)) {}

  Result<Step> tick(Instant now) override {
    if (TRY(events_due(*reader_, now)).empty()) return Step::idle;
    TRY(act(shared_, [](Database& tables, Instant at) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      decision.events = TRY(events_due(tables, at));
      return decision;
    }));
    return Step::more;
  }

 private:
  Shared shared_;
  std::unique_ptr<Database> reader_;
};

}  // namespace

Status add_exception_end(Database& db, const exceptions::ExceptionEnded& ended,
                         std::vector<store::Event>& events) {
  events.push_back(ended);
  for (const store::OpenAlert& alert : TRY(store::open_alerts_of_subject(db, subject_of(ended.exception))))
    events.push_back(alert::AlertsResolved{{alert.id}, "the exception has ended"});
  return {};
}

std::unique_ptr<Job> make_exception_watch(Shared shared, std::unique_ptr<Database> reader) {
  return std::make_unique<ExceptionWatch>(shared, std::move(reader));
}

}  // namespace weir::jobs
