// Alerts, incidents, channels and deliveries as the API shows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "alert/channel.h"
#include "store/sql.h"
#include "store/view_runtime.h"

namespace weir::store {

struct StoryView {
  std::string what, where, who, why, remedy;
  static void members(auto& visit, auto& self) {
    visit("what", self.what);
    visit("where", self.where);
    visit("who", self.who);
    visit("why", self.why);
    visit("remedy", self.remedy);
  }
};

struct AlertView {
  std::int64_t id = 0, incident = 0;
  alert::State state = alert::State::open;
  std::string severity, cause, environment;
  WorkloadView workload;
  std::optional<Instant> started_at;
  Instant opened_at;
  std::optional<Instant> resolved_at, acknowledged_at;
  std::string acknowledged_by, note, resolved_why, title;
  StoryView story;
  std::string service, owner, runbook, link, subject;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("incident", self.incident);
    visit("state", self.state);
    visit("severity", self.severity);
    visit("cause", self.cause);
    visit("environment", self.environment);
    visit("workload", self.workload);
    visit("started_at", self.started_at);
    visit("opened_at", self.opened_at);
    visit("resolved_at", self.resolved_at);
    visit("acknowledged_at", self.acknowledged_at);
    visit("acknowledged_by", self.acknowledged_by);
    visit("note", self.note);
    visit("resolved_why", self.resolved_why);
    visit("title", self.title);
    visit("story", self.story);
    visit("service", self.service);
    visit("owner", self.owner);
    visit("runbook", self.runbook);
    visit("link", self.link);
    visit("subject", self.subject);
    visit("entry", self.id);
  }
};

struct SuggestionView {
  runtime::ScopeRule rule;
  std::int64_t silences = 0, of = 0;
  static void members(auto& visit, auto& self) {
    visit("rule", self.rule);
    visit("silences", self.silences);
    visit("of", self.of);
  }
  bool operator==(const SuggestionView&) const = default;
};

struct IncidentView {
  std::int64_t id = 0;
  std::string state, severity, title, environment, host, service, owner;
  std::string first;  // title of its first alert: what, where `title` says who and where
  alert::IncidentOrigin origin;
  std::int64_t alerts = 0, open = 0;
  Instant opened_at, updated_at;
  std::optional<SuggestionView> suggestion;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("state", self.state);
    visit("severity", self.severity);
    visit("title", self.title);
    visit("first", self.first);
    visit("environment", self.environment);
    visit("host", self.host);
    visit("origin", self.origin);
    visit("alerts", self.alerts);
    visit("open", self.open);
    visit("opened_at", self.opened_at);
    visit("updated_at", self.updated_at);
    visit("service", self.service);
    visit("owner", self.owner);
    visit("suggestion", self.suggestion);
  }
};

struct AlertFilter {
  std::string state;  // empty: all
  std::string environment;
  std::optional<std::int64_t> incident, id;
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};
Result<std::vector<AlertView>> list_alerts(Database& db, const AlertFilter& filter);
Result<std::optional<AlertView>> find_alert(Database& db, std::int64_t id);
Result<std::vector<IncidentView>> list_incidents(Database& db, const AlertFilter& filter, Instant now);
// How many of an environment's open alerts, by what they were opened for, a rule would silence.
Result<SuggestionView> preview_scope(Database& db, std::string_view environment,
                                     const runtime::ScopeRule& rule);
struct OpenAlert {
  std::int64_t id = 0;
  alert::State state = alert::State::open;
  std::string cause;
  alert::Severity severity = alert::Severity::high;
};
Result<std::optional<OpenAlert>> find_open_alert(Database& db, std::string_view key);
Result<std::vector<OpenAlert>> open_alerts_of_workload(Database& db, std::string_view workload);
Result<std::vector<OpenAlert>> open_alerts_of_subject(Database& db, std::string_view subject);

struct LastDelivery {
  Instant at;
  std::int64_t status = 0;
  std::string error;
  static void members(auto& visit, auto& self) {
    visit("at", self.at);
    visit("status", self.status);
    visit("error", self.error);
  }
};
struct ChannelView {
  std::string name, kind, url;
  std::vector<std::string> environments;
  std::string state;  // working, failing, unused
  std::int64_t secrets = 0, pending = 0, dead = 0, entry = 0;
  std::optional<LastDelivery> last_delivery;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit("url", self.url);
    visit("environments", self.environments);
    visit("state", self.state);
    visit("secrets", self.secrets);
    visit("last_delivery", self.last_delivery);
    visit("pending", self.pending);
    visit("dead", self.dead);
    visit("entry", self.entry);
  }
};
Result<std::vector<ChannelView>> list_channels(Database& db);

enum class DeliveryState { pending, delivered, dead };
constexpr auto names_of(DeliveryState) {
  return std::array<std::string_view, 3>{"pending", "delivered", "dead"};
}
struct DeliveryView {
  std::int64_t id = 0;
  std::string channel;
  std::optional<std::int64_t> alert;
  std::string change, state;
  std::int64_t attempts = 0;
  Instant made_at, next_at;
  std::optional<Instant> delivered_at;
  std::int64_t last_status = 0;
  std::string last_error;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("channel", self.channel);
    visit("alert", self.alert);
    visit("change", self.change);
    visit("state", self.state);
    visit("attempts", self.attempts);
    visit("made_at", self.made_at);
    visit("next_at", self.next_at);
    visit("delivered_at", self.delivered_at);
    visit("last_status", self.last_status);
    visit("last_error", self.last_error);
  }
};
Result<std::vector<DeliveryView>> list_deliveries(Database& db, std::string_view channel,
                                                  std::string_view state, std::int64_t before,
                                                  std::int64_t limit);

}  // namespace weir::store
