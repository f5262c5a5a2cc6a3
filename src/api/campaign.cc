// Campaigns: opening and closing, what each owner has come to, and asking for the exceptions of many at once.
#include <algorithm>
#include <map>
#include <set>

#include "access/reach.h"
#include "api/asked_exception.h"
#include "api/campaign_runs.h"
#include "api/handlers_campaign.h"
#include "api/urgency.h"
#include "base/name.h"
#include "store/view_deploy.h"

namespace weir::api {
namespace {

using jobs::Exposure;
using sequencer::Decision;
using store::Campaign;
using vuln::AffectedRun;

constexpr std::size_t burn_points_max = 200;
constexpr std::size_t exceptions_max = 200;  // of one request

CampaignState state_of(const Campaign& campaign, Instant now) {
  if (campaign.closed_at) return CampaignState::closed;
  return campaign.opened.due && *campaign.opened.due <= now ? CampaignState::overdue : CampaignState::open;
}

CampaignProgress view_of(const Campaign& campaign, const std::vector<vuln::CampaignOwner>& owners, Instant now) {
  CampaignProgress view{.campaign = campaign, .state = state_of(campaign, now)};
  view.owners = static_cast<std::int64_t>(owners.size());
  for (const vuln::CampaignOwner& owner : owners) {
    view.owners_open += owner.open > 0 ? 1 : 0;
    view.workloads += owner.workloads;
    view.workloads_open += owner.open;
  }
  return view;
}

Result<Campaign> existing(store::Database& db, std::int64_t id) {
  auto found = TRY(store::find_campaign(db, id));
  if (!found) return not_found(fmt::format("there is no campaign {}", id));
  return std::move(*found);
}

// ---- opening ----

// What advisories know of a flaw under the name that somebody gives it.
struct Known {
  std::set<std::string> names;  // the flaws it may be
  std::string cluster;          // empty: no advisory names it
  std::string summary;
};

// By its own id, or by one that a record has for an alias.
bool is_named(const vuln::AdvisoryState& advisories, const std::string& flaw) {
  const auto& records = advisories.set().records();
  return records.contains(flaw) || std::ranges::any_of(records, [&](const auto& each) {
           return std::ranges::find(each.second.aliases, flaw) != each.second.aliases.end();
         });
}

Known known_of(const Exposure& exposure, const std::string& flaw) {
  Known known{.names = {flaw}};
  exposure.read([&](const Exposure::State& state) {
    if (state.advisories == nullptr) return;
    for (std::string& each : state.advisories->clusters_about(flaw)) known.names.insert(std::move(each));
    if (!is_named(*state.advisories, flaw)) return;
    known.cluster = state.advisories->cluster_of(flaw);
    const auto& records = state.advisories->set().records();
    if (const auto record = records.find(flaw); record != records.end())
      known.summary = record->second.summary;
  });
  return known;
}

// Of several flaws that a distribution's advisory speaks of, none is meant.
Result<vuln::CampaignOpened> flaw_of(store::Database& db, const CampaignRequest& request,
                                     const Known& known) {
  std::map<std::string, vuln::FindingChange> found;
  for (const std::string& name : known.names)
    for (store::FindingRow& row : TRY(store::findings_naming(db, name)))
      found.emplace(row.last.cluster, std::move(row.last));
  auto meant = found.find(request.flaw);
  if (meant == found.end() && !known.cluster.empty()) meant = found.find(known.cluster);
  if (meant == found.end() && found.size() == 1) meant = found.begin();
  vuln::CampaignOpened opened{.due = request.due, .note = request.note};
  if (meant != found.end()) {
    opened.cluster = meant->first;
    opened.records = meant->second.records;
    opened.severity = meant->second.severity;
    opened.summary = meant->second.summary;
    return opened;
  }
  if (!found.empty())
    return invalid(fmt::format("'{}' speaks of {} flaws, {} among them; name one of them", request.flaw,
                               found.size(), found.begin()->first),
                   "flaw");
  opened.cluster = known.cluster.empty() ? request.flaw : known.cluster;
  opened.summary = known.summary;
  return opened;
}

Result<Decision> decide_open(store::Database& db, const CampaignRequest& request, const Known& known,
                             const std::string& actor, Instant now) {
  vuln::CampaignOpened wanted = TRY(flaw_of(db, request, known));
  vuln::CampaignFacts facts{.is_known = !known.cluster.empty() || !wanted.records.empty()};
  facts.open_campaign = TRY(store::open_campaign_about(db, wanted.cluster));
  const vuln::CampaignOpened opened = TRY(vuln::open_campaign(std::move(wanted), facts, now));
  return Decision{
      .events = {opened}, .answer = [opened, actor](auto appended) {
        return format::encode(Campaign{
            .id = appended[0].index, .opened = opened, .opened_by = actor, .opened_at = appended[0].at});
      }};
}

// ---- exceptions of many ----

using Wanted = std::map<std::pair<Sha256, std::string>, const AffectedRun*>;  // by artifact and environment

Result<Wanted> open_of_owners(const std::vector<std::string>& owners, const std::vector<AffectedRun>& runs) {
  TRY(check_owners(owners, runs));
  Wanted wanted;
  for (const AffectedRun& run : runs)
    if (is_open(run) && std::ranges::find(owners, run.owner) != owners.end())
      wanted.emplace(std::pair(run.artifact, run.environment), &run);
  if (wanted.size() > exceptions_max)
    return Error{Errc::too_large,
                 fmt::format("this would be {} exceptions, at most {} are asked for at once; name "
                             "fewer owners",
                             wanted.size(), exceptions_max),
                 "owners"};
  return wanted;
}

struct Bulk {
  std::vector<exceptions::ExceptionRequest> requests;
  std::vector<std::string> artifact_names;  // of each
};

exceptions::ExceptionRequest request_for(const AffectedRun& run, const std::string& cluster,
                                         const CampaignExceptions& body) {
  return {.finding = cluster,
          .artifact = run.artifact,
          .environment = run.environment,
          .owner = run.owner,
          .reason = body.reason,
          .compensating_control = body.compensating_control,
          .until = body.until,
          .ends_on = body.ends_on};
}

Result<Bulk> bulk_of(const Call& call, std::int64_t id, const CampaignExceptions& body) {
  const auto db = TRY(call.ports.open_reader());
  const Campaign campaign = TRY(open_campaign_at(*db, id));
  const auto runs = TRY(affected_runs(exposure_of(call), *db, campaign, call.now));
  const Wanted wanted = TRY(open_of_owners(body.owners, runs));
  Bulk bulk;
  for (const auto& [key, run] : wanted) {
    bulk.requests.push_back(request_for(*run, campaign.opened.cluster, body));
    bulk.artifact_names.push_back(run->artifact_name);
  }
  return bulk;
}

struct Asked {
  std::vector<exceptions::ExceptionRequested> requested;
  std::vector<std::string> artifact_names;
  std::vector<CampaignSkipped> skipped;
};

Result<Asked> ask_all(store::Database& db, const access::Actor& actor, const Bulk& bulk, Instant now) {
  Asked asked;
  for (std::size_t i = 0; i < bulk.requests.size(); ++i) {
    const exceptions::ExceptionRequest& request = bulk.requests[i];
    if (TRY(store::is_exception_pending(db, *request.artifact, request.environment, request.finding, now))) {
      asked.skipped.push_back({*request.artifact, bulk.artifact_names[i], request.environment,
                               "an exception is asked for already"});
      continue;
    }
    asked.requested.push_back(TRY(asked_exception(db, actor, request, now)));
    asked.artifact_names.push_back(bulk.artifact_names[i]);
  }
  return asked;
}

std::string answer_of(const Asked& asked, const access::Actor& actor,
                      std::span<const sequencer::Appended> appended) {
  CampaignAsked view{.scopes = {}, .exceptions = {}, .skipped = asked.skipped};
  for (std::size_t i = 0; i < asked.requested.size(); ++i) {
    if (i >= appended.size()) view.scopes.push_back(asked.requested[i].scope);  // shown alone
    else
      view.exceptions.push_back(store::view_of({.id = appended[i].index,
                                                .asked = asked.requested[i],
                                                .artifact_name = asked.artifact_names[i],
                                                .account = actor.id,
                                                .requester = actor.name,
                                                .requested_at = appended[i].at,
                                                .until = asked.requested[i].scope.until},
                                               appended[i].at));
  }
  return format::encode(view);
}

}  // namespace

Result<Write> open_campaign(const Call& call) {
  const auto request = TRY(body_of<CampaignRequest>(call.request));
  TRY(check_title(request.flaw, "flaw"));
  TRY(access::check_unnarrowed(call.actor, "campaigns"));
  const Known known = known_of(exposure_of(call), request.flaw);
  return Write{[request, known, actor = call.actor.name](store::Database& db, Instant now) {
    return decide_open(db, request, known, actor, now);
  }};
}

Result<http::Response> list_campaigns(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  store::CampaignFilter filter{.open = flag_of(call.request, "open"), .limit = limit};
  filter.before = TRY(cursor_of(call.request));
  const auto campaigns = TRY(store::list_campaigns(call.db, filter));
  std::vector<CampaignProgress> views;
  for (const Campaign& campaign : campaigns) {
    const auto runs = TRY(affected_runs(exposure_of(call), call.db, campaign, call.now));
    views.push_back(view_of(campaign, vuln::owners_of(runs), call.now));
  }
  const bool full = campaigns.size() == static_cast<std::size_t>(limit);
  return list_response("campaigns", views, full ? std::to_string(campaigns.back().id) : "");
}

Result<http::Response> find_campaign(const ReadCall& call) {
  const std::int64_t id = TRY(id_of(call.request, "id"));
  const Campaign campaign = TRY(existing(call.db, id));
  const auto runs = TRY(affected_runs(exposure_of(call), call.db, campaign, call.now));
  CampaignStory story{.owners = vuln::owners_of(runs)};
  story.campaign = view_of(campaign, story.owners, call.now);
  story.coverage = TRY(store::bill_coverage(call.db, std::nullopt));
  TRY(store::add_outdated(call.db, std::nullopt, story.coverage));
  story.burn_down =
      vuln::burn_down(runs, campaign.opened_at, campaign.closed_at.value_or(call.now), burn_points_max);
  return record_response(story);
}

Result<http::Response> list_campaign_workloads(const ReadCall& call) {
  const std::int64_t id = TRY(id_of(call.request, "id"));
  const Campaign campaign = TRY(existing(call.db, id));
  const std::string owner = text_of(call.request, "owner"), standing = text_of(call.request, "standing");
  auto runs = TRY(affected_runs(exposure_of(call), call.db, campaign, call.now));
  std::ranges::stable_sort(runs, {}, &AffectedRun::standing);
  std::vector<CampaignWorkloadView> views;
  for (AffectedRun& run : runs)
    if ((owner.empty() || run.owner == owner) &&
        (standing.empty() || format::name_of(run.standing) == standing))
      views.push_back({std::move(run)});
  return whole_list_response(call.request, "workloads", std::move(views));
}

Result<Write> close_campaign(const Call& call) {
  const auto request = TRY(body_of<CampaignNote>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  TRY(check_text(request.note, "note"));
  TRY(access::check_unnarrowed(call.actor, "campaigns"));
  return Write{
      [note = request.note, id, actor = call.actor.name](store::Database& db, Instant) -> Result<Decision> {
        Campaign campaign = TRY(existing(db, id));
        if (campaign.closed_at)
          return Error{Errc::conflict, fmt::format("campaign {} is closed already", id)};
        return Decision{.events = {vuln::CampaignClosed{id, note}},
                        .answer = [campaign, note, actor](auto appended) mutable {
                          campaign.closed_at = appended[0].at;
                          campaign.closed_by = actor;
                          campaign.closed_note = note;
                          return format::encode(campaign);
                        }};
      }};
}

Result<Write> ask_campaign_exceptions(const Call& call) {
  const auto body = TRY(body_of<CampaignExceptions>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  const Bulk bulk = TRY(bulk_of(call, id, body));
  const bool preview = flag_of(call.request, "preview");
  return Write{[bulk, preview, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    const Asked asked = TRY(ask_all(db, actor, bulk, now));
    Decision decision{.answer = [asked, actor](auto appended) { return answer_of(asked, actor, appended); }};
    if (!preview) decision.events.assign(asked.requested.begin(), asked.requested.end());
    return decision;
  }};
}

}  // namespace weir::api
