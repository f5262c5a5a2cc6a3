#include "cli/alert_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "cli/shapes.h"

namespace weir::cli {
namespace {

using format::Json;

std::string id_of(const Json& alert) {
  const Json& id = alert.at("id");
  return id.string() != nullptr ? *id.string() : dump(id);
}

// What a change is measured by: the stable shape, without counts that move while nothing happens.
std::string fingerprint_of(const Json& alert) {
  Json shape = stable_alert(alert);
  shape.set("acknowledged_by", alert.at("acknowledged_by"));
  shape.set("note", alert.at("note"));
  if (Json::Object* members = shape.object(); members != nullptr)
    for (auto& [name, value] : *members)
      if (name == "workload" && value.object() != nullptr) value.set("count", Json());
  return dump_canonical(shape);
}

}  // namespace

bool AlertFeed::wanted(const Json& alert) const {
  return (filter_.state.empty() || alert.text("state") == filter_.state) &&
         (filter_.environment.empty() || alert.text("environment") == filter_.environment) &&
         (filter_.incident.empty() || alert.text("incident") == filter_.incident);
}

// All that are open or acknowledged, and those handed on before that are neither any more.
Result<Json::Array> AlertFeed::standing() {
  Json::Array found;
  std::set<std::string> ids;
  for (const std::string_view state : {"open", "acknowledged"}) {
    const Json::Array rows = TRY(api_.list("alerts", "alerts",
                                           {{"state", std::string(state)},
                                            {"environment", filter_.environment},
                                            {"incident", filter_.incident}}));
    for (const Json& row : rows)
      if (ids.insert(id_of(row)).second) found.push_back(row);
  }
  std::sort(found.begin(), found.end(),
            [](const Json& a, const Json& b) { return a.text("opened_at") < b.text("opened_at"); });
  for (const auto& [id, what] : known_) {
    if (ids.contains(id)) continue;
    const Result<Json> gone = api_.read(path_of({"alerts", id}));
    if (gone) found.push_back(*gone);
    else if (gone.error().code != Errc::not_found) return gone.error();
  }
  return found;
}

Status AlertFeed::look(const OnAlert& on_alert) {
  const Json::Array alerts = TRY(standing());
  for (const Json& alert : alerts) {
    const std::string what = fingerprint_of(alert);
    std::string& before = known_[id_of(alert)];
    const bool changed = before != what;
    before = what;
    if (changed && wanted(alert)) on_alert(alert);
    if (alert.text("state") == "resolved") known_.erase(id_of(alert));
  }
  return {};
}

Status AlertFeed::follow(const OnAlert& on_alert) {
  Status looked = look(on_alert);
  if (!looked) return looked;
  bool first = true;
  const Status ended = api_.follow("events", [&](const Json& event) {
    const Json::Array& topics = event.items("topics");
    const bool about_alerts = std::find(topics.begin(), topics.end(), Json("alerts")) != topics.end();
    // The first word says that the stream is open, a comment that it still is: what nobody told is found
    // then.
    if (!std::exchange(first, false) && !event.is_null() && !about_alerts) return Follow::more;
    looked = look(on_alert);
    return looked.ok() ? Follow::more : Follow::enough;
  });
  return looked.ok() ? ended : looked;
}

std::string alert_line(const Json& alert, Color color) {
  const std::string host = cleaned(
      member(alert, "workload.host").string() != nullptr ? *member(alert, "workload.host").string() : "");
  const std::string_view title =
      alert.text("title").empty() ? alert.at("workload").text("name") : alert.text("title");
  return fmt::format("{} {} {} {} {} {}{} ({})", cell({"", "opened_at", Show::time}, alert),
                     marked(alert.text("state"), color), cleaned(alert.text("severity")),
                     cleaned(alert.text("cause")), cleaned(alert.text("environment")), cleaned(title),
                     host.empty() || title.ends_with(" on " + host) ? "" : " on " + host,
                     cleaned(id_of(alert)));
}

}  // namespace weir::cli
