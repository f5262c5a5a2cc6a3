#include "store/view_overview.h"

#include "policy/decision.h"

#include <algorithm>

#include "ledger/entry.h"
#include "store/view_needs.h"

namespace weir::store {
namespace {

constexpr Duration ending_soon = days(14);
constexpr std::int64_t starts_counted_max = 100'000;
constexpr std::size_t blind_max = 20;
constexpr std::size_t minutes_shown = 60;

constexpr std::string_view rank_of_verdict =
    "CASE verdict WHEN 'unknown' THEN 0 WHEN 'unapproved' THEN 1 WHEN 'changed' THEN 2 WHEN 'revoked' THEN 3 "
    "WHEN "
    "'expired' THEN 4 WHEN 'early' THEN 5 WHEN 'late' THEN 6 WHEN 'approved' THEN 7 ELSE 8 END";
constexpr std::string_view rank_of_severity =
    "CASE x.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END";

bool is_fine(std::string_view verdict) {
  return verdict == "approved" || verdict == "explained" || verdict == "late";
}

// ---- lake ----

Result<std::vector<PoolView>> lake_of(Database& db, Instant now) {
  std::vector<PoolView> lake;
  std::vector<EnvironmentView> environments = TRY(list_environments(db, now));
  for (EnvironmentView& environment : environments) {
    auto tiles = TRY(query(
        db,
        fmt::format("SELECT id, verdict, name, live FROM workload WHERE environment=$1 AND live>0 "
                    "ORDER BY {}, name, id LIMIT $2",
                    rank_of_verdict),
        [](const Row& row) { return TileView{row.string(0), row.string(1), row.string(2), row.integer(3)}; },
        environment.name, tiles_max));
    lake.push_back({std::move(environment), std::move(tiles)});
  }
  return lake;
}

// ---- sentence ----

// How many there are of something, over all environments, and in which of them.
struct Total {
  std::int64_t count = 0;
  std::vector<std::string> environments;
  void add(std::int64_t more, const std::string& environment) {
    count += more;
    if (more > 0) environments.push_back(environment);
  }
};

std::string link_to(const Total& total, std::string_view view = {}) {
  if (total.environments.size() != 1) return "/environments";
  return fmt::format("/environments/{}{}", total.environments.front(), view);
}

void say(std::vector<SentencePart>& sentence, const Total& total, SentencePart number, const std::string& one,
         const std::string& many) {
  if (total.count == 0) return;
  if (!sentence.empty()) sentence.push_back({" ", "", ""});
  number.text = std::to_string(total.count);
  sentence.push_back(std::move(number));
  sentence.push_back({total.count == 1 ? one : many, "", ""});
}

std::vector<SentencePart> sentence_of(const std::vector<PoolView>& lake) {
  if (lake.empty()) return {{"Nothing is watched yet.", "/environments", ""}};
  Total all, unapproved, missing, silent, unwatched;
  for (const auto& [environment, tiles] : lake) {
    for (const auto& [verdict, count] : environment.counts) {
      all.add(count, environment.name);
      if (!is_fine(verdict)) unapproved.add(count, environment.name);
    }
    const auto quiet = std::count_if(environment.reporters.begin(), environment.reporters.end(),
                                     [](const ReporterView& reporter) { return reporter.state != "live"; });
    missing.add(environment.missing, environment.name);
    silent.add(quiet, environment.name);
    unwatched.add(environment.reporters.empty() && environment.kind != "logical", environment.name);
  }
  for (Total* each : {&all, &unapproved})
    each->environments.erase(std::unique(each->environments.begin(), each->environments.end()),
                             each->environments.end());
  std::vector<SentencePart> sentence;
  say(sentence, unapproved, {"", link_to(unapproved), "red"}, " thing runs that nobody approved.",
      " things run that nobody approved.");
  if (unapproved.count == 0 && all.count > 0)
    sentence = {{"All ", "", ""},
                {fmt::format("{} workloads", all.count), link_to(all), "water"},
                {" are approved or explained.", "", ""}};
  if (all.count == 0 && unwatched.count == 0)
    sentence = {{"Nothing runs where we look.", "/environments", ""}};
  say(sentence, missing, {"", link_to(missing, "?view=deployments"), "amber"},
      " approved deployment never appeared.", " approved deployments never appeared.");
  say(sentence, silent, {"", link_to(silent), "amber"}, " reporter is silent.", " reporters are silent.");
  say(sentence, unwatched, {"", link_to(unwatched), "amber"}, " environment is watched by nobody.",
      " environments are watched by nobody.");
  return sentence;
}

std::map<std::string, std::int64_t> counts_of(const std::vector<PoolView>& lake) {
  std::map<std::string, std::int64_t> counts{
      {"alerts_open", 0}, {"incidents_open", 0}, {"missing", 0}, {"adopted", 0}};
  for (const auto& [environment, tiles] : lake) {
    for (const auto& [verdict, count] : environment.counts) counts[verdict] += count;
    counts["alerts_open"] += environment.alerts_open;
    counts["incidents_open"] += environment.incidents_open;
    counts["missing"] += environment.missing;
    counts["adopted"] += environment.adopted;
  }
  return counts;
}

// ---- needs ----

Status add_incidents(Database& db, std::vector<NeedView>& needs) {
  auto found = TRY(query(
      db,
      fmt::format(
          "SELECT i.id, i.title, i.environment, coalesce(s.team, ''), coalesce(s.tier, ''), i.opened_at, "
          "min({}) "
          "FROM alert x JOIN incident i ON i.id=x.incident LEFT JOIN service s ON s.name=i.service WHERE "
          "x.state<>'resolved' AND x.state='open' GROUP BY i.id ORDER BY 7, i.opened_at LIMIT $1",
          rank_of_severity),
      [](const Row& row) {
        return NeedView{.kind = NeedKind::incident,
                        .id = row.integer(0),
                        .title = row.string(1),
                        .where = row.string(2),
                        .owner = row.string(3),
                        .tier = row.string(4),
                        .since = row.instant(5),
                        .severity = static_cast<alert::Severity>(row.integer(6))};
      },
      needs_max));
  std::move(found.begin(), found.end(), std::back_inserter(needs));
  return {};
}

Status add_missed_deployments(Database& db, std::vector<NeedView>& needs) {
  auto found = TRY(query(
      db,
      "SELECT d.entry, coalesce(r.name, ''), d.environment, coalesce(s.team, ''), coalesce(s.tier, ''), "
      "d.declared_at, "
      "d.artifact FROM deployment d LEFT JOIN artifact r ON r.digest=d.artifact LEFT JOIN flow f ON "
      "f.name=r.flow LEFT "
      "JOIN service s ON s.name=f.service WHERE d.state='missed' ORDER BY d.entry DESC LIMIT $1",
      [](const Row& row) {
        const std::string name = row.text(1).empty() ? to_hex(row.digest(6)).substr(0, 12) : row.string(1);
        return NeedView{.kind = NeedKind::deployment,
                        .id = row.integer(0),
                        .title = "Approved, not seen: " + name,
                        .where = row.string(2),
                        .owner = row.string(3),
                        .tier = row.string(4),
                        .since = row.instant(5),
                        .severity = alert::Severity::high};
      },
      needs_max));
  std::move(found.begin(), found.end(), std::back_inserter(needs));
  return {};
}

// Approvals that end soon while what they allow runs, and no later one takes over. What was adopted together ends
// together: one need per environment.
Status add_ending_approvals(Database& db, std::vector<NeedView>& needs, Instant now) {
  constexpr std::string_view still_needed =
      "EXISTS (SELECT 1 FROM identity n JOIN workload_digest wd ON wd.digest=n.child JOIN workload w ON "
      "w.id=wd.workload "
      "WHERE n.root=a.artifact AND w.environment=a.environment AND w.live>0) AND NOT EXISTS (SELECT 1 FROM "
      "approval b WHERE "
      "b.artifact=a.artifact AND b.environment=a.environment AND b.revoked_at IS NULL AND (b.until_at IS "
      "NULL OR "
      "b.until_at>$3))";
  const Instant soon = now + ending_soon;
  auto found = TRY(query(
      db,
      fmt::format("SELECT min(a.entry), count(*), a.environment, coalesce(s.team, ''), coalesce(s.tier, ''), "
                  "min(a.until_at), coalesce(r.name, ''), a.artifact, a.adopted FROM approval a LEFT JOIN "
                  "artifact r ON "
                  "r.digest=a.artifact LEFT JOIN flow f ON f.name=r.flow LEFT JOIN service s ON "
                  "s.name=f.service WHERE "
                  "a.until_at>$1 AND a.until_at<=$2 AND a.revoked_at IS NULL AND {} GROUP BY CASE WHEN "
                  "a.adopted=1 THEN "
                  "a.environment ELSE '#' || a.entry END ORDER BY 6 LIMIT $4",
                  still_needed),
      [now](const Row& row) {
        const std::string name = row.text(6).empty() ? to_hex(row.digest(7)).substr(0, 12) : row.string(6);
        const std::string what = row.boolean(8) ? fmt::format("{} adopted program{}", row.integer(1),
                                                              row.integer(1) == 1 ? "" : "s")
                                                : name;
        const std::int64_t left = (row.instant(5) - now).micros / days(1).micros;
        return NeedView{
            .kind = NeedKind::approval,
            .id = row.integer(0),
            .title = fmt::format("Approval ends in {} day{}: {}", left, left == 1 ? "" : "s", what),
            .where = row.string(2),
            .owner = row.string(3),
            .tier = row.string(4),
            .since = row.instant(5) - ending_soon,
            .severity = left < 2 ? alert::Severity::medium : alert::Severity::low};
      },
      now, soon, soon, needs_max));
  std::move(found.begin(), found.end(), std::back_inserter(needs));
  return {};
}

// Requests for approval that people have not answered.
Status add_requests(Database& db, std::vector<NeedView>& needs, Instant now) {
  auto found = TRY(query(
      db,
      "SELECT q.entry, coalesce(p.name, ''), coalesce(r.name, ''), q.artifact, q.environment, "
      "coalesce(s.team, ''), coalesce(s.tier, ''), q.requested_at FROM approval_request q LEFT JOIN account p ON "
      "p.id=q.account LEFT JOIN artifact r ON r.digest=q.artifact LEFT JOIN flow f ON f.name=r.flow LEFT JOIN "
      "service s ON s.name=f.service WHERE q.ended='' AND q.expires_at>$1 ORDER BY q.expires_at LIMIT $2",
      [](const Row& row) {
        const std::string name = row.text(2).empty() ? to_hex(row.digest(3)).substr(0, 12) : row.string(2);
        return NeedView{.kind = NeedKind::request,
                        .id = row.integer(0),
                        .title = fmt::format("{} asks for {} in {}", row.text(1), name, row.text(4)),
                        .where = row.string(4),
                        .owner = row.string(5),
                        .tier = row.string(6),
                        .since = row.instant(7),
                        .severity = alert::Severity::medium};
      },
      now, needs_max));
  std::move(found.begin(), found.end(), std::back_inserter(needs));
  return {};
}

Result<std::vector<NeedView>> needs_of(Database& db, Instant now) {
  std::vector<NeedView> needs;
  TRY(add_incidents(db, needs));
  TRY(add_missed_deployments(db, needs));
  TRY(add_ending_approvals(db, needs, now));
  TRY(add_requests(db, needs, now));
  order_needs(needs);
  return needs;
}

// ---- trust ----

void add_blind(std::vector<std::string>& blind, std::string words) {
  if (blind.size() < blind_max && std::find(blind.begin(), blind.end(), words) == blind.end())
    blind.push_back(std::move(words));
}

void add_watchers(TrustView& trust, const EnvironmentView& environment) {
  std::map<std::string, bool> hosts;  // whether one of its reporters is live
  for (const ReporterView& reporter : environment.reporters) {
    hosts[reporter.host] |= reporter.state == "live";
    trust.events_lost += reporter.events_lost;
    for (const runtime::Source& source : reporter.sources)
      if (!source.blind.empty()) add_blind(trust.blind, fmt::format("{} on {}", source.blind, reporter.host));
  }
  std::int64_t silent = 0;
  for (const auto& [host, live] : hosts) silent += !live;
  trust.hosts += static_cast<std::int64_t>(hosts.size());
  trust.hosts_reporting += static_cast<std::int64_t>(hosts.size()) - silent;
  if (silent > 0)
    add_blind(trust.blind, fmt::format("{} host{} of {} {} silent", silent, silent == 1 ? "" : "s",
                                       environment.name, silent == 1 ? "is" : "are"));
  if (environment.reporters.empty() && environment.kind != "logical")
    add_blind(trust.blind, fmt::format("nobody watches {}", environment.name));
}

Result<std::int64_t> count_exclusions(Database& db, Instant now) {
  const auto rules = TRY(query(db, "SELECT rule FROM scope", [](const Row& row) {
    return format::decode_text<runtime::ScopeRule>(row.text(0), format::Unknown::ignore).value();
  }));
  return std::count_if(rules.begin(), rules.end(), [now](const runtime::ScopeRule& rule) {
    return rule.effect == runtime::ScopeEffect::exclude && (!rule.expires_at || *rule.expires_at > now);
  });
}

Result<TrustView> trust_of(Database& db, const std::vector<PoolView>& lake, Instant now) {
  TrustView trust;
  for (const PoolView& pool : lake) add_watchers(trust, pool.environment);
  trust.scopes_excluded = TRY(count_exclusions(db, now));
  trust.channels =
      TRY(query(db,
                "SELECT c.name, (SELECT d.delivered_at FROM delivery d WHERE d.channel=c.name AND "
                "d.state='delivered' ORDER BY d.id "
                "DESC LIMIT 1) FROM channel c ORDER BY c.name",
                [](const Row& row) { return ChannelTrust{row.string(0), row.maybe_instant(1)}; }));
  const auto head = TRY(query_one(db, "SELECT size, at FROM head",
                                  [](const Row& row) { return std::pair(row.integer(0), row.instant(1)); }));
  if (head) trust.ledger = {.size = head->first, .checkpoint_at = head->second};
  const auto checked = TRY(query_one(db, "SELECT at FROM timer WHERE name='ledger-checked'",
                                     [](const Row& row) { return row.instant(0); }));
  trust.ledger.checked_at = checked;
  return trust;
}

// ---- numbers over time ----

Result<Instant> time_of_entry(Database& db, std::int64_t index) {
  const auto leaf = TRY(query_one(
      db, "SELECT leaf FROM entry WHERE idx=$1",
      [](const Row& row) { return ledger::decode_leaf(row.bytes(0)); }, index));
  if (!leaf) return Error{Errc::corrupt, fmt::format("entry {} is missing", index)};
  if (!leaf->ok()) return leaf->error();
  return (*leaf)->at;
}

// Within [low, high): halves until the border is found.
Result<std::int64_t> first_entry_between(Database& db, Instant at, std::int64_t low, std::int64_t high) {
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    const Instant time = TRY(time_of_entry(db, middle));
    if (time < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

Result<std::int64_t> size_of_ledger(Database& db) {
  return query_count(db, "SELECT coalesce(max(idx)+1, 0) FROM entry");
}

Result<std::vector<std::int64_t>> entries_per_minute(Database& db, Instant now) {
  std::vector<std::int64_t> counts(minutes_shown, 0);
  std::int64_t until = TRY(size_of_ledger(db));
  for (std::size_t i = minutes_shown; i-- > 0 && until > 0;) {
    const Instant begin = now - minutes(static_cast<std::int64_t>(minutes_shown - i));
    const Instant newest = TRY(time_of_entry(db, until - 1));
    const std::int64_t first = newest < begin ? until : TRY(first_entry_between(db, begin, 0, until));
    counts[i] = until - first;
    until = first;
  }
  return counts;
}

Result<SinceView> since_of(Database& db, Instant since) {
  SinceView view{.from = since};
  const std::int64_t first = TRY(first_entry_since(db, since));
  view.starts =
      TRY(query_count(db,
                      "SELECT count(*) FROM (SELECT 1 FROM instance WHERE environment IN (SELECT name FROM "
                      "environment) AND started_at>=$1 LIMIT $2)",
                      since, starts_counted_max));
  view.deployments = TRY(query_count(db, "SELECT count(*) FROM deployment WHERE entry>=$1", first));
  for (const std::string_view table : {"scope", "flow", "attestation_type"})
    view.policy_changes +=
        TRY(query_count(db, fmt::format("SELECT count(*) FROM {} WHERE entry>=$1", table), first));
  return view;
}

Instant midnight_before(Instant now) { return {now.micros - now.micros % days(1).micros}; }

Result<GateView> gate_of(Database& db, Instant since) {
  const std::int64_t from = TRY(first_entry_since(db, since));
  const auto counted = TRY(query(
      db, "SELECT verdict, count(*) FROM decision WHERE entry>=$1 AND purpose='start' GROUP BY verdict",
      [](const Row& row) { return std::pair(format::enum_from<policy::Verdict>(row.text(0)), row.integer(1)); },
      from));
  GateView gate;
  for (const auto& [verdict, count] : counted)
    (verdict && policy::passes(*verdict) ? gate.allowed : gate.denied) += count;
  return gate;
}

}  // namespace

Result<std::int64_t> first_entry_since(Database& db, Instant at) {
  const std::int64_t size = TRY(size_of_ledger(db));
  return first_entry_between(db, at, 0, size);
}

Result<OverviewView> find_overview(Database& db, Instant since, Instant now) {
  OverviewView view;
  view.lake = TRY(lake_of(db, now));
  view.sentence = sentence_of(view.lake);
  view.counts = counts_of(view.lake);
  view.river = TRY(list_flows(db));
  view.needs = TRY(needs_of(db, now));
  view.trust = TRY(trust_of(db, view.lake, now));
  view.since = TRY(since_of(db, since));
  view.entries_per_minute = TRY(entries_per_minute(db, now));
  view.weir = TRY(gate_of(db, midnight_before(now)));
  return view;
}

}  // namespace weir::store
