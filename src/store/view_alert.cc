#include "store/view_alert.h"

#include <algorithm>

#include "store/stored.h"

namespace weir::store {
namespace {

constexpr std::string_view owner_of_service =
    "coalesce((SELECT s.team FROM service s WHERE s.name=a.service), '')";
constexpr std::string_view runbook_of_service =
    "coalesce((SELECT s.runbook FROM service s WHERE s.name=a.service), '')";

AlertView alert_row(const Row& row) {
  AlertView view{.id = row.integer(0),
                 .incident = row.integer(1),
                 .state = *format::enum_from<alert::State>(row.text(2)),
                 .severity = row.string(3),
                 .cause = row.string(4),
                 .environment = row.string(5),
                 .started_at = row.maybe_instant(12),
                 .opened_at = row.instant(13),
                 .resolved_at = row.maybe_instant(14),
                 .acknowledged_at = row.maybe_instant(15),
                 .acknowledged_by = row.string(16),
                 .note = row.string(17),
                 .resolved_why = row.string(18),
                 .title = row.string(6),
                 .service = row.string(10),
                 .owner = row.string(19),
                 .runbook = row.string(22),
                 .link = fmt::format("/alerts/{}", row.integer(0)),
                 .subject = row.string(20)};
  const std::string host = row.string(21);
  view.story = {.what = row.string(6),
                .where = host.empty() ? view.environment : fmt::format("{} in {}", host, view.environment),
                .who = row.string(7),
                .why = row.string(8),
                .remedy = row.string(9)};
  view.workload.id = row.text(11).empty() ? std::nullopt : std::optional(row.string(11));
  return view;
}

// What a deployment or a reporter is about when no workload was ever seen: the artifact, without an id.
Result<WorkloadView> unseen_workload(Database& db, const AlertView& alert) {
  WorkloadView view{.environment = alert.environment};
  view.reasons.push_back({runtime::ReasonCode::not_judged_yet, alert.story.why, std::nullopt});
  constexpr std::string_view deployment = "deployment ";
  if (!std::string_view(alert.subject).starts_with(deployment)) return view;
  const auto found = TRY(query_one(
      db,
      "SELECT d.artifact, coalesce(r.name, ''), coalesce(r.kind, ''), coalesce(f.service, '') FROM "
      "deployment d LEFT JOIN artifact r ON r.digest=d.artifact LEFT JOIN flow f ON f.name=r.flow "
      "WHERE d.entry=$1",
      [](const Row& row) { return std::tuple(row.digest(0), row.string(1), row.string(2), row.string(3)); },
      static_cast<std::int64_t>(std::atoll(alert.subject.c_str() + deployment.size()))));
  if (!found) return view;
  view.digests = {std::get<0>(*found)};
  view.name = std::get<1>(*found);
  view.kind =
      std::get<2>(*found) == "image" ? runtime::WorkloadKind::container : runtime::WorkloadKind::process;
  view.service = std::get<3>(*found);
  view.verdict = runtime::Verdict::approved;
  return view;
}

Result<AlertView> with_workload(Database& db, AlertView alert) {
  if (alert.workload.id) {
    auto found = TRY(find_workload(db, *alert.workload.id));
    if (found) alert.workload = std::move(*found);
  } else {
    alert.workload = TRY(unseen_workload(db, alert));
  }
  return alert;
}

IncidentView incident_row(const Row& row) {
  IncidentView view{.id = row.integer(0),
                    .title = row.string(1),
                    .environment = row.string(2),
                    .host = row.string(3),
                    .service = row.string(4),
                    .owner = row.string(11),
                    .first = row.string(13),
                    .origin = read_stored<alert::IncidentOrigin>(row.text(5)),
                    .alerts = row.integer(6),
                    .open = row.integer(7),
                    .opened_at = row.instant(8),
                    .updated_at = row.instant(9)};
  const std::int64_t acknowledged = row.integer(12);
  view.state = view.open > 0 ? "open" : acknowledged > 0 ? "acknowledged" : "resolved";
  view.severity = std::string(
      names_of(alert::Severity{})[static_cast<std::size_t>(std::clamp<std::int64_t>(row.integer(10), 0, 3))]);
  return view;
}

// Of the open alerts of an incident (of an environment, without one): what each was last opened for.
Result<std::vector<runtime::Instance>> alerted_instances(Database& db, std::string_view environment,
                                                         std::optional<std::int64_t> incident) {
  std::vector<runtime::Instance> alerted;
  (void)TRY(query(
      db,
      "SELECT (SELECT i.detail FROM instance i WHERE i.workload=a.workload ORDER BY i.started_at DESC LIMIT "
      "1) FROM alert a "
      "WHERE a.environment=$1 AND a.state='open' AND a.workload<>'' AND ($2 IS NULL OR a.incident=$3)",
      [&](const Row& row) {
        if (!row.is_null(0)) alerted.push_back(read_stored<runtime::Instance>(row.text(0)));
        return 0;
      },
      environment, incident, incident));
  return alerted;
}

SuggestionView preview_of(const runtime::ScopeRule& rule, std::span<const runtime::Instance> alerted) {
  SuggestionView view{.rule = rule, .of = static_cast<std::int64_t>(alerted.size())};
  for (const runtime::Instance& instance : alerted) view.silences += runtime::matches(rule, instance);
  return view;
}

}  // namespace

Result<std::vector<AlertView>> list_alerts(Database& db, const AlertFilter& filter) {
  auto alerts =
      TRY(query(db,
                fmt::format("SELECT a.id, a.incident, a.state, a.severity, a.cause, a.environment, a.title, "
                            "a.who, a.why, a.remedy, a.service, "
                            "a.workload, a.started_at, a.opened_at, a.resolved_at, a.acknowledged_at, "
                            "coalesce(p.name, ''), coalesce(a.note, ''), "
                            "coalesce(a.resolved_why, ''), {}, a.subject, a.host, {} FROM alert a LEFT JOIN "
                            "account p ON p.id=a.acknowledged_by WHERE "
                            "($1='' OR a.state=$2) AND ($3='' OR a.environment=$4) AND ($5 IS NULL OR "
                            "a.incident=$6) AND ($7 IS NULL OR "
                            "a.id=$8) AND a.id<$9 ORDER BY a.id DESC LIMIT $10",
                            owner_of_service, runbook_of_service),
                alert_row, filter.state, filter.state, filter.environment, filter.environment,
                filter.incident, filter.incident, filter.id, filter.id, filter.before, filter.limit));
  for (AlertView& alert : alerts) alert = TRY(with_workload(db, std::move(alert)));
  return alerts;
}

Result<std::optional<AlertView>> find_alert(Database& db, std::int64_t id) {
  auto found = TRY(list_alerts(db, {.id = id, .limit = 1}));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<std::vector<IncidentView>> list_incidents(Database& db, const AlertFilter& filter, Instant now) {
  constexpr std::string_view worst =
      "(SELECT min(CASE x.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 "
      "END) FROM alert x WHERE "
      "x.incident=a.id)";
  auto incidents = TRY(query(
      db,
      fmt::format("SELECT a.id, a.title, a.environment, a.host, a.service, a.origin, count(x.id), "
                  "sum(x.state='open'), a.opened_at, "
                  "a.updated_at, {}, {}, sum(x.state='acknowledged'), (SELECT f.title "
                  "FROM alert f WHERE f.incident=a.id ORDER BY f.id LIMIT 1) FROM incident a JOIN alert x "
                  "ON x.incident=a.id WHERE ($1='' OR "
                  "a.environment=$2) AND ($3 IS NULL OR a.id=$4) AND a.id<$5 GROUP BY a.id HAVING "
                  "$6='' OR ($7='open' AND "
                  "sum(x.state='open')>0) OR ($8='acknowledged' AND sum(x.state='open')=0 AND "
                  "sum(x.state='acknowledged')>0) OR "
                  "($9='resolved' AND sum(x.state<>'resolved')=0) ORDER BY a.id DESC LIMIT $10",
                  worst, owner_of_service),
      incident_row, filter.environment, filter.environment, filter.incident, filter.incident, filter.before,
      filter.state, filter.state, filter.state, filter.state, filter.limit));
  for (IncidentView& incident : incidents) {
    if (incident.open == 0) continue;
    const auto alerted = TRY(alerted_instances(db, incident.environment, incident.id));
    auto suggestion = preview_of(alert::suggest_scope(incident.origin, alerted, now), alerted);
    if (suggestion.silences > 0) incident.suggestion = std::move(suggestion);
  }
  return incidents;
}

Result<SuggestionView> preview_scope(Database& db, std::string_view environment,
                                     const runtime::ScopeRule& rule) {
  return preview_of(rule, TRY(alerted_instances(db, environment, std::nullopt)));
}

namespace {
OpenAlert open_alert_row(const Row& row) {
  return {row.integer(0), *format::enum_from<alert::State>(row.text(1)), row.string(2),
          *format::enum_from<alert::Severity>(row.text(3))};
}
}  // namespace

Result<std::optional<OpenAlert>> find_open_alert(Database& db, std::string_view key) {
  return query_one(db, "SELECT id, state, cause, severity FROM alert WHERE key=$1 AND state<>'resolved'",
                   open_alert_row, key);
}

Result<std::vector<OpenAlert>> open_alerts_of_workload(Database& db, std::string_view workload) {
  return query(db, "SELECT id, state, cause, severity FROM alert WHERE workload=$1 AND state<>'resolved'",
               open_alert_row, workload);
}

Result<std::vector<OpenAlert>> open_alerts_of_subject(Database& db, std::string_view subject) {
  return query(db, "SELECT id, state, cause, severity FROM alert WHERE subject=$1 AND state<>'resolved'",
               open_alert_row, subject);
}

Result<std::vector<ChannelView>> list_channels(Database& db) {
  auto channels =
      TRY(query(db,
                "SELECT c.name, c.kind, c.address, c.environments, c.secrets, c.entry, (SELECT count(*) FROM "
                "delivery d WHERE d.channel=c.name AND "
                "d.state='pending'), (SELECT count(*) FROM delivery d WHERE d.channel=c.name AND "
                "d.state='dead') FROM channel c ORDER BY c.name",
                [](const Row& row) {
                  return ChannelView{.name = row.string(0),
                                     .kind = row.string(1),
                                     .url = row.string(2),
                                     .environments = read_stored<std::vector<std::string>>(row.text(3)),
                                     .secrets = row.integer(4),
                                     .pending = row.integer(6),
                                     .dead = row.integer(7),
                                     .entry = row.integer(5)};
                }));
  for (ChannelView& channel : channels) {
    channel.last_delivery = TRY(query_one(
        db,
        "SELECT coalesce(delivered_at, next_at), coalesce(last_status, 0), coalesce(last_error, '') FROM "
        "delivery WHERE channel=$1 AND attempts>0 ORDER BY id DESC LIMIT 1",
        [](const Row& row) { return LastDelivery{row.instant(0), row.integer(1), row.string(2)}; },
        channel.name));
    channel.state = !channel.last_delivery                 ? "unused"
                    : channel.last_delivery->error.empty() ? "working"
                                                           : "failing";
  }
  return channels;
}

Result<std::vector<DeliveryView>> list_deliveries(Database& db, std::string_view channel,
                                                  std::string_view state, std::int64_t before,
                                                  std::int64_t limit) {
  return query(
      db,
      "SELECT id, channel, alert, change, state, attempts, made_at, next_at, delivered_at, "
      "coalesce(last_status, 0), "
      "coalesce(last_error, '') FROM delivery WHERE ($1='' OR channel=$2) AND ($3='' OR state=$4) AND id<$5 "
      "ORDER BY id DESC "
      "LIMIT $6",
      [](const Row& row) {
        return DeliveryView{.id = row.integer(0),
                            .channel = row.string(1),
                            .alert = row.maybe_integer(2),
                            .change = row.string(3),
                            .state = row.string(4),
                            .attempts = row.integer(5),
                            .made_at = row.instant(6),
                            .next_at = row.instant(7),
                            .delivered_at = row.maybe_instant(8),
                            .last_status = row.integer(9),
                            .last_error = row.string(10)};
      },
      channel, channel, state, state, before, limit);
}

}  // namespace weir::store
