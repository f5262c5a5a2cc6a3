// The same statement (VEX) for everything of some owners of a campaign that is affected and open: one document for each
// artifact, attested as any evidence is.
#include <algorithm>
#include <map>

#include "api/artifact_scope.h"
#include "api/attestation.h"
#include "api/campaign_runs.h"
#include "api/handlers_campaign.h"
#include "store/view_record.h"
#include "vuln/campaign_statement.h"

namespace weir::api {
namespace {

using sequencer::Decision;
using vuln::AffectedRun;

constexpr std::size_t artifacts_max = 100;  // of one request

const jobs::Exposure& exposure_of(const Call& call) {
  static const jobs::Exposure nothing;
  return call.ports.exposure == nullptr ? nothing : *call.ports.exposure;
}

struct Place {
  std::string flow, trail;
};
// Where an artifact was recorded; nothing for what was adopted.
Result<std::optional<Place>> place_of(store::Database& db, const Sha256& artifact) {
  return query_one(
      db,
      "SELECT flow, trail FROM artifact WHERE digest=$1 AND coalesce(flow,'')<>'' AND coalesce(trail,'')<>''",
      [](const store::Row& row) { return Place{row.string(0), row.string(1)}; }, artifact);
}

struct Stated {
  std::vector<Evidence> evidence;
  std::vector<CampaignSkipped> skipped;
};

Result<Evidence> evidence_of(const Call& call, const store::Campaign& campaign,
                             const CampaignStatements& body, const AffectedRun& run, const Place& place) {
  const vuln::CampaignStatement statement{.cluster = campaign.opened.cluster,
                                          .records = campaign.opened.records,
                                          .artifact = run.artifact,
                                          .components = run.components,
                                          .status = body.status,
                                          .justification = body.justification,
                                          .impact = body.impact,
                                          .action = body.action,
                                          .author = call.actor.name,
                                          .at = call.now};
  return read_evidence(call,
                       {.flow = place.flow,
                        .trail = place.trail,
                        .name = fmt::format("vex {}", campaign.opened.cluster),
                        .type = "vex",
                        .artifact = run.artifact,
                        .artifact_name = run.artifact_name,
                        .description = fmt::format("by campaign {}", campaign.id),
                        .media_type = "application/json"},
                       dump(vuln::openvex_of(statement)));
}

Result<Stated> stated_by(const Call& call, std::int64_t id, const CampaignStatements& body) {
  const auto db = TRY(call.ports.open_reader());
  const auto campaign = TRY(open_campaign_at(*db, id));
  const auto runs = TRY(affected_runs(exposure_of(call), *db, campaign, call.now));
  TRY(check_owners(body.owners, runs));
  std::map<Sha256, const AffectedRun*> wanted;
  for (const AffectedRun& run : runs)
    if (is_open(run) && std::ranges::find(body.owners, run.owner) != body.owners.end())
      wanted.emplace(run.artifact, &run);
  if (wanted.size() > artifacts_max)
    return Error{Errc::too_large,
                 fmt::format("this would be {} statements, at most {} are made at once; name fewer owners",
                             wanted.size(), artifacts_max),
                 "owners"};
  Stated stated;
  for (const auto& [artifact, run] : wanted) {
    const auto place = TRY(place_of(*db, artifact));
    if (!place) {
      stated.skipped.push_back(
          {artifact, run->artifact_name, run->environment, "it is recorded on no trail"});
      continue;
    }
    TRY(check_artifact_scope(*db, call.actor, artifact));
    Evidence evidence = TRY(evidence_of(call, campaign, body, *run, *place));
    stated.evidence.push_back(std::move(evidence));
  }
  return stated;
}

}  // namespace

Result<Write> state_for_campaign(const Call& call) {
  const auto body = TRY(body_of<CampaignStatements>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  const auto stated = std::make_shared<const Stated>(TRY(stated_by(call, id, body)));
  return Write{[stated](store::Database&, Instant) -> Result<Decision> {
    Decision decision{.answer = [stated](auto appended) {
      CampaignStated view{.attestations = {}, .skipped = stated->skipped};
      for (std::size_t i = 0; i < appended.size(); ++i) {
        const evidence::AttestationRecorded& record = stated->evidence[i].record;
        view.attestations.push_back(
            {appended[i].index, *record.artifact, record.artifact_name, record.flow, record.trail});
      }
      return format::encode(view);
    }};
    for (const Evidence& each : stated->evidence) decision.events.push_back(each.record);
    return decision;
  }};
}

}  // namespace weir::api
