#include "api/campaign_runs.h"

#include <algorithm>
#include <map>
#include <optional>

#include "store/view_running.h"

namespace weir::api {
namespace {

using jobs::Exposure;
using vuln::AffectedRun;
using vuln::CampaignStanding;
using vuln::Span;

std::vector<Span> open_spans(const std::vector<store::FindingStep>& steps) {
  std::vector<Span> spans;
  for (const store::FindingStep& step : steps) {
    const bool was_open = !spans.empty() && !spans.back().until;
    const bool is_open = vuln::is_open(step.change.state);
    if (is_open && !was_open) spans.push_back({step.at, std::nullopt});
    if (!is_open && was_open) spans.back().until = step.at;
  }
  return spans;
}

// A finding in one artifact.
struct HeldFlaw {
  const CampaignFlaw* flaw = nullptr;
  bool is_answered = false;  // by a statement that it is not affected there, or fixed
  bool stands() const { return flaw->is_open() && !is_answered; }
};
using Held = std::map<Sha256, std::vector<HeldFlaw>>;

// Of what runs, or has run until after the campaign began. Work goes by that, not by who holds a component.
Result<Held> holders_of(const Exposure& exposure, store::Database& db, const std::vector<CampaignFlaw>& flaws,
                        const store::Campaign& campaign) {
  const auto ended = TRY(store::artifacts_ended_after(db, campaign.id));
  jobs::WhatRuns& runs = exposure.runs();
  const auto lock = runs.lock();
  TRY(runs.update(db));
  return exposure.read([&](const Exposure::State& state) {
    runs.find_bills(state.index);
    vuln::ArtifactSet ran = runs.artifacts();
    ran.make_room(state.index.artifacts());
    for (const Sha256& each : ended)
      if (const auto number = state.index.number_of(each)) ran.add(*number);
    Held held;
    for (const CampaignFlaw& flaw : flaws) {
      const auto id = state.index.find(flaw.finding.component);
      if (!id) continue;
      vuln::ArtifactSet holders = state.index.holders_of(*id);
      holders.intersect(ran);
      holders.each([&](vuln::ArtifactNumber number) {
        const Sha256& digest = state.index.artifact(number);
        held[digest].push_back({&flaw, jobs::is_suppressed(state, *id, flaw.finding.cluster, digest)});
      });
    }
    return held;
  });
}

// The releases of programs, and which of them have the flaw yet; each program is looked up once.
class Releases {
 public:
  Releases(const Exposure& exposure, store::Database& db, const std::vector<CampaignFlaw>& flaws)
      : exposure_(exposure), db_(db), flaws_(flaws) {}

  // Of the releases after the artifact, the newest whose bill names no component with the flaw: its commit.
  Result<std::string> fixed_after(const store::RunningRow& running) {
    if (running.flow.empty()) return std::string();
    const auto [all, is_new] = of_.try_emplace({running.flow, running.artifact_name});
    if (is_new) all->second = TRY(store::releases_at(db_, running.flow, running.artifact_name));
    const std::vector<store::ReleaseAt>& releases = all->second;
    if (std::ranges::find(releases, running.artifact, &store::ReleaseAt::artifact) == releases.end())
      return std::string();
    for (auto each = releases.rbegin(); each->artifact != running.artifact; ++each) {
      if (!is_fixed(each->artifact)) continue;
      const auto release = TRY(store::flow_release(db_, each->artifact));
      return release && !release->commit.empty() ? release->commit : to_string(each->artifact);
    }
    return std::string();
  }

 private:
  bool is_fixed(const Sha256& artifact) {
    return exposure_.read([&](const Exposure::State& state) {
      const auto number = state.index.number_of(artifact);
      if (!number) return false;
      return std::ranges::none_of(flaws_, [&](const CampaignFlaw& flaw) {
        const auto id = flaw.is_open() ? state.index.find(flaw.finding.component) : std::nullopt;
        return id && state.index.has(*number, *id) &&
               !jobs::is_suppressed(state, *id, flaw.finding.cluster, artifact);
      });
    });
  }

  const Exposure& exposure_;
  store::Database& db_;
  const std::vector<CampaignFlaw>& flaws_;
  std::map<std::pair<std::string, std::string>, std::vector<store::ReleaseAt>> of_;  // by flow and name
};

// One artifact with the flaw, and what all its workloads share.
class Artifact {
 public:
  Artifact(store::Database& db, const Sha256& digest, const std::vector<HeldFlaw>& flaws, Instant now)
      : db_(db), digest_(digest), flaws_(flaws), now_(now) {}

  Result<AffectedRun> run(const store::RanRow& row, std::string release) {
    AffectedRun run{.owner = owner_of(row.running),
                    .service = row.running.service,
                    .workload = row.running.workload,
                    .name = row.running.name,
                    .host = row.running.host,
                    .environment = row.running.environment,
                    .artifact = digest_,
                    .artifact_name = row.running.artifact_name,
                    .fixed_release = std::move(release),
                    .runs = row.lives};
    for (const HeldFlaw& held : flaws_) {
      run.components.push_back(held.flaw->finding.component);
      const std::string& fixed = held.flaw->finding.fixed;
      if (!fixed.empty() && std::ranges::find(run.fixed, fixed) == run.fixed.end())
        run.fixed.push_back(fixed);
    }
    TRY(set_standing(run));
    return run;
  }

  std::vector<Span> open() const {
    std::vector<Span> all;
    for (const HeldFlaw& held : flaws_) all.insert(all.end(), held.flaw->open.begin(), held.flaw->open.end());
    return all;
  }

 private:
  Status set_standing(AffectedRun& run) {
    run.standing = CampaignStanding::rolled_out;
    if (!run.runs) return {};
    const auto* exceptions = TRY(exceptions_in(run.environment));
    bool stands = false;
    for (const HeldFlaw& held : flaws_) {
      if (!held.stands()) continue;
      const store::ExceptionInForce* covers = store::covering(*exceptions, held.flaw->finding);
      if (covers == nullptr) {
        stands = true;
        continue;
      }
      run.exception = covers->id;
      run.accepted_until = covers->until;
    }
    if (stands)
      run.standing =
          run.fixed_release.empty() ? CampaignStanding::not_started : CampaignStanding::fix_released;
    else run.standing = run.exception ? CampaignStanding::accepted : CampaignStanding::not_affected;
    return {};
  }

  Result<const std::vector<store::ExceptionInForce>*> exceptions_in(const std::string& environment) {
    if (const auto known = exceptions_.find(environment); known != exceptions_.end()) return &known->second;
    auto found = TRY(store::exceptions_in_force(db_, digest_, environment, now_));
    return &exceptions_.emplace(environment, std::move(found)).first->second;
  }

  store::Database& db_;
  const Sha256& digest_;
  const std::vector<HeldFlaw>& flaws_;
  Instant now_;
  std::map<std::string, std::vector<store::ExceptionInForce>> exceptions_;  // by environment
};

constexpr std::size_t owners_max = 200;

}  // namespace

Result<store::Campaign> open_campaign_at(store::Database& db, std::int64_t id) {
  auto found = TRY(store::find_campaign(db, id));
  if (!found) return not_found(fmt::format("there is no campaign {}", id));
  if (found->closed_at) return Error{Errc::conflict, fmt::format("campaign {} is closed", id)};
  return std::move(*found);
}

Status check_owners(const std::vector<std::string>& owners, const std::vector<AffectedRun>& runs) {
  if (owners.empty()) return invalid("'owners' must name at least one", "owners");
  if (owners.size() > owners_max)
    return invalid(fmt::format("at most {} owners at once", owners_max), "owners");
  for (const std::string& owner : owners)
    if (std::ranges::find(runs, owner, &AffectedRun::owner) == runs.end())
      return not_found(fmt::format("'{}' owns nothing that this campaign is about", owner));
  return {};
}

std::string owner_of(const store::RunningRow& running) {
  for (const std::string* name : {&running.team, &running.service, &running.flow})
    if (!name->empty()) return *name;
  return running.artifact_name;
}

Result<std::vector<CampaignFlaw>> flaws_of(store::Database& db, std::string_view cluster) {
  std::vector<CampaignFlaw> flaws;
  for (store::FindingRow& row : TRY(store::findings_naming(db, cluster))) {
    const auto steps = TRY(store::steps_of(db, row.id));
    flaws.push_back({std::move(row.last), open_spans(steps)});
  }
  return flaws;
}

Result<std::vector<AffectedRun>> affected_runs(const Exposure& exposure, store::Database& db,
                                               const store::Campaign& campaign, Instant now) {
  const std::vector<CampaignFlaw> flaws = TRY(flaws_of(db, campaign.opened.cluster));
  const Held held = TRY(holders_of(exposure, db, flaws, campaign));
  Releases releases(exposure, db, flaws);
  const std::vector<Span> while_open{{campaign.opened_at, campaign.closed_at}};
  std::vector<AffectedRun> runs;
  for (const auto& [digest, with] : held) {
    Artifact artifact(db, digest, with, now);
    const std::vector<Span> had_flaw = both(artifact.open(), while_open);
    if (had_flaw.empty()) continue;
    std::optional<std::string> release;
    for (const store::RanRow& row : TRY(store::ran_since(db, digest, campaign.opened_at))) {
      std::vector<Span> affected = both(row.ran, had_flaw);
      if (affected.empty()) continue;
      if (!release) release = TRY(releases.fixed_after(row.running));
      AffectedRun run = TRY(artifact.run(row, *release));
      run.affected = std::move(affected);
      runs.push_back(std::move(run));
    }
  }
  return runs;
}

}  // namespace weir::api
