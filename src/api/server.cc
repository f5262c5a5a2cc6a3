#include <unistd.h>

#include <fstream>

#include "api/answers.h"
#include "api/handlers.h"

namespace weir::api {
namespace {

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

struct MetricRow {
  std::string_view name, kind, help, sql;
};
constexpr std::array metric_rows{
    MetricRow{"weir_ledger_entries", "counter", "Entries in the ledger.", "SELECT size FROM head"},
    MetricRow{"weir_workloads_live", "gauge", "Workloads that run now.",
              "SELECT count(*) FROM workload WHERE live>0"},
    MetricRow{"weir_alerts_open", "gauge", "Alerts that are open.",
              "SELECT count(*) FROM alert WHERE state='open'"},
    MetricRow{"weir_reporters", "gauge", "Reporters enrolled.",
              "SELECT count(*) FROM reporter WHERE removed_at IS NULL"},
    MetricRow{"weir_reporters_faulted", "gauge", "Reporters silent or at fault.",
              "SELECT count(*) FROM reporter WHERE fault<>''"},
    MetricRow{"weir_unjudged_workloads", "gauge", "Workloads that wait for a verdict.",
              "SELECT count(*) FROM unjudged"},
    MetricRow{"weir_deliveries_pending", "gauge", "Deliveries that wait.",
              "SELECT count(*) FROM delivery WHERE state='pending'"},
    MetricRow{"weir_deliveries_dead", "gauge", "Deliveries given up.",
              "SELECT count(*) FROM delivery WHERE state='dead'"},
};

}  // namespace

Result<http::Response> health(const ReadCall&) { return record_response(Health{"live"}); }

Result<http::Response> readiness(const ReadCall& call) {
  const bool ready = call.ports.sequencer.accepts_writes();
  // Anybody may ask, so what was found and where is not said here.
  const auto remedy = ready ? std::string_view() : alert::row_of(alert::Cause::ledger_damaged).remedy;
  return json_response(
      format::encode(Health{ready ? "ready" : "damaged", call.config.version, std::string(remedy)}),
      ready ? 200 : 503);
}

Result<http::Response> metrics(const ReadCall& call) {
  std::string out;
  const auto line = [&](const MetricRow& row, std::int64_t value) {
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n{} {}\n", row.name, row.help, row.name, row.kind,
                       row.name, value);
  };
  for (const MetricRow& row : metric_rows) line(row, TRY(query_count(call.db, row.sql)));
  line({"weir_writes_accepted", "gauge", "1 while the ledger accepts writes.", ""},
       call.ports.sequencer.accepts_writes());
  line({"weir_resident_bytes", "gauge", "Resident memory of the server.", ""}, resident_bytes());
  if (call.ports.metrics) out += call.ports.metrics();
  return http::Response{.body = std::move(out), .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

Result<http::Response> openapi(const ReadCall& call) {
  static const std::string document = openapi_document(call.config.version);  // anybody may ask for it
  return json_response(document);
}

Result<http::Response> who_am_i(const ReadCall& call) {
  const access::Actor& actor = call.actor;
  return record_response(Me{.name = actor.name,
                            .kind = actor.kind,
                            .roles = actor.roles,
                            .groups = actor.groups,
                            .organization = call.ports.sequencer.identity().organization,
                            .scopes = {actor.flows, actor.environments},
                            .server = {call.config.version, call.now}});
}

}  // namespace weir::api
