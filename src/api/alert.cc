#include "api/answers.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "base/name.h"
#include "store/view_alert.h"

namespace weir::api {
namespace {

using sequencer::Decision;

Result<store::AlertFilter> filter_of(const http::Request& request) {
  store::AlertFilter filter{.state = text_of(request, "state"),
                            .environment = text_of(request, "environment")};
  filter.incident = TRY(number_of(request, "incident"));
  filter.limit = TRY(limit_of(request));
  filter.before = TRY(cursor_of(request));
  return filter;
}

// Acknowledges those of the alerts that are open; the others stay as they are.
Result<Decision> acknowledge(store::Database& db, const access::Actor& actor,
                             const std::vector<std::int64_t>& ids, const std::string& note) {
  std::vector<std::int64_t> open;
  for (const std::int64_t id : ids) {
    const auto found = TRY(query_one(
        db, "SELECT state, environment FROM alert WHERE id=$1",
        [](const store::Row& row) { return std::pair(row.string(0), row.string(1)); }, id));
    if (!found) return not_found(fmt::format("there is no alert {}", id));
    TRY(access::check_environment_scope(actor, found->second));
    if (found->first == "open") open.push_back(id);
  }
  const Acknowledged acknowledged{static_cast<std::int64_t>(open.size())};
  const auto answer = [acknowledged](auto) { return format::encode(acknowledged); };
  if (open.empty()) return Decision{.answer = answer};
  return Decision{.events = {alert::AlertsAcknowledged{std::move(open), note}}, .answer = answer};
}

}  // namespace

Result<http::Response> list_alerts(const ReadCall& call) {
  const auto filter = TRY(filter_of(call.request));
  const auto alerts = TRY(store::list_alerts(call.db, filter));
  const bool full = alerts.size() == static_cast<std::size_t>(filter.limit);
  return list_response("alerts", alerts, full ? std::to_string(alerts.back().id) : "");
}

Result<http::Response> find_alert(const ReadCall& call) {
  const std::int64_t id = TRY(id_of(call.request, "id"));
  const auto alert = TRY(store::find_alert(call.db, id));
  if (!alert) return not_found(fmt::format("there is no alert {}", id));
  return record_response(*alert);
}

Result<Write> acknowledge_alerts(const Call& call) {
  const auto request = TRY(body_of<AcknowledgeRequest>(call.request));
  TRY(check_text(request.note, "note"));
  if (request.ids.empty() || request.ids.size() > limits::page_rows_max)
    return invalid("'ids' names 1 to 1000 alerts", "ids");
  return Write{[request, actor = call.actor](store::Database& db, Instant) {
    return acknowledge(db, actor, request.ids, request.note);
  }};
}

Result<http::Response> list_incidents(const ReadCall& call) {
  const auto filter = TRY(filter_of(call.request));
  const auto incidents = TRY(store::list_incidents(call.db, filter, call.now));
  const bool full = incidents.size() == static_cast<std::size_t>(filter.limit);
  return list_response("incidents", incidents, full ? std::to_string(incidents.back().id) : "");
}

Result<http::Response> find_incident(const ReadCall& call) {
  const std::int64_t id = TRY(id_of(call.request, "id"));
  const auto found = TRY(store::list_incidents(call.db, {.incident = id, .limit = 1}, call.now));
  if (found.empty()) return not_found(fmt::format("there is no incident {}", id));
  return record_response(found.front());
}

Result<Write> acknowledge_incident(const Call& call) {
  const auto request = TRY(body_of<NoteRequest>(call.request));
  TRY(check_text(request.note, "note"));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[id, request, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    if (TRY(query_count(db, "SELECT count(*) FROM incident WHERE id=$1", id)) == 0)
      return not_found(fmt::format("there is no incident {}", id));
    const auto open = TRY(query(
        db, "SELECT id FROM alert WHERE incident=$1 AND state='open' LIMIT 1000",
        [](const store::Row& row) { return row.integer(0); }, id));
    return acknowledge(db, actor, open, request.note);
  }};
}

}  // namespace weir::api
