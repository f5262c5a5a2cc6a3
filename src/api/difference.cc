#include "api/difference.h"

#include "access/limits.h"
#include "artifact/image_settings.h"
#include "artifact/record.h"
#include "crypto/digest.h"
#include "evidence/components.h"
#include "sequencer/ledger_store.h"
#include "store/view_record.h"

namespace weir::api {
namespace {

using deploy::Release;

constexpr std::int64_t attestations_max = 1000;

// Evidence about the artifact itself or about the trail it came from, newest first.
Result<std::vector<store::AttestationView>> evidence_of(store::Database& db,
                                                        const deploy::ReleaseSide& side) {
  auto all = TRY(store::list_attestations(db, {.artifact = side.digest}, {.limit = attestations_max}));
  if (side.trail.empty()) return all;
  for (auto& each : TRY(store::list_attestations(db, {.flow = side.flow, .trail = side.trail},
                                                 {.limit = attestations_max})))
    if (!each.artifact) all.push_back(std::move(each));
  return all;
}

// Of the newest bill of materials that is about the artifact, kept, and of a form that can be read.
std::optional<evidence::ComponentLists> components_of(blob::BlobStore& blobs,
                                                  const std::vector<store::AttestationView>& evidence) {
  for (const store::AttestationView& each : evidence) {
    if (each.type != "sbom" || !each.content_digest) continue;
    const auto content = blobs.read(*each.content_digest);
    if (!content.ok()) continue;
    auto components = evidence::read_components(*content);
    if (components.ok()) return std::move(*components);
  }
  return std::nullopt;
}

using Settings = std::map<std::string, artifact::Settings>;

// By platform, from the configuration documents that were recorded with the image.
Result<std::optional<Settings>> settings_of(store::Database& db, blob::BlobStore& blobs, std::int64_t entry) {
  const auto stored = TRY(sequencer::read_entry(db, blobs, entry));
  if (!stored.payload) return std::optional<Settings>();
  const auto recorded =
      TRY(format::decode_text<artifact::ArtifactRecorded>(*stored.payload, format::Unknown::ignore));
  Settings all;
  for (const std::string& text : recorded.documents) {
    const Bytes document = TRY(decode_base64(text));
    const Sha256 digest = crypto::sha256(document);
    for (const artifact::RecordedLink& link : recorded.links) {
      if (link.child != digest || link.relation != "config") continue;
      if (auto settings = artifact::read_settings(document); settings.ok())
        all[link.platform] = std::move(*settings);
    }
  }
  return all.empty() ? std::optional<Settings>() : std::optional(std::move(all));
}

using Flaws = std::map<std::string, deploy::Flaw>;

void take(Flaws& flaws, const vuln::FindingChange& finding) {
  deploy::Flaw& flaw = flaws[finding.cluster];
  if (flaw.severity.empty() || deploy::is_worse(finding.severity, flaw.severity))
    flaw.severity = finding.severity;
  flaw.components.push_back(finding.component);
  if (flaw.fixed.empty()) flaw.fixed = finding.fixed;
  flaw.exploited |= !finding.exploited.empty();
}

// What is open in the artifact; nothing while its bill was not held against advisories.
std::optional<Flaws> flaws_of(const jobs::Exposure& exposure, const Sha256& artifact) {
  return exposure.read([&](const jobs::Exposure::State& state) -> std::optional<Flaws> {
    if (!state.matched_at || state.advisories == nullptr || !state.index.holds(artifact)) return std::nullopt;
    Flaws flaws;
    for (const vuln::ComponentId id : state.index.of(artifact))
      if (const auto open = state.open.find(id); open != state.open.end())
        for (const vuln::FindingChange& finding : open->second)
          if (!jobs::is_suppressed(state, id, finding.cluster, artifact)) take(flaws, finding);
    return flaws;
  });
}

Result<Release> release_of(store::Database& db, blob::BlobStore& blobs, const jobs::Exposure& exposure,
                           const Sha256& digest) {
  Release made{.side = {.digest = digest}};
  const auto entry = TRY(query_one(
      db,
      "SELECT a.name, coalesce(a.flow, ''), coalesce(a.trail, ''), coalesce(a.commit_id, ''), "
      "coalesce(t.branch, ''), coalesce(t.author, ''), coalesce(t.commit_id, ''), a.entry FROM artifact a "
      "LEFT "
      "JOIN trail t ON t.flow=a.flow AND t.name=a.trail WHERE a.digest=$1",
      [&](const store::Row& row) {
        const std::string commit = row.string(3).empty() ? row.string(6) : row.string(3);
        made.side = {digest, row.string(0), row.string(1), row.string(2),
                     commit, row.string(4), row.string(5), {}};
        return row.integer(7);
      },
      digest));
  const auto evidence = TRY(evidence_of(db, made.side));
  for (const store::AttestationView& each : evidence)
    made.evidence.try_emplace({each.type, each.name}, deploy::EvidenceFact{each.entry, each.compliant});
  if (auto components = components_of(blobs, evidence)) {
    made.components = std::move(components->versions);
    made.licences = std::move(components->licences);
  }
  if (entry) made.settings = TRY(settings_of(db, blobs, *entry));
  made.flaws = flaws_of(exposure, digest);
  return made;
}

// The runs of their flow that the newer release holds and the older does not.
Result<std::optional<std::vector<deploy::CommitFact>>> commits_between(store::Database& db,
                                                                       const deploy::ReleaseSide& before,
                                                                       const deploy::ReleaseSide& after) {
  using Commits = std::vector<deploy::CommitFact>;
  if (before.flow.empty() || before.flow != after.flow) return std::optional<Commits>();
  return std::optional(TRY(query(
      db,
      "SELECT t.commit_id, t.name, t.branch, t.author, t.entry FROM trail t JOIN trail b ON b.flow=t.flow "
      "AND "
      "b.name=$1 JOIN trail a ON a.flow=t.flow AND a.name=$2 WHERE t.flow=$3 AND t.entry>b.entry AND "
      "t.entry<=a.entry AND t.commit_id<>'' ORDER BY t.entry LIMIT $4",
      [](const store::Row& row) {
        return deploy::CommitFact{row.string(0), row.string(1), row.string(2), row.string(3), row.integer(4)};
      },
      before.trail, after.trail, before.flow, static_cast<std::int64_t>(limits::difference_rows_max))));
}

struct Running {
  Sha256 digest;
  Instant since;
};
// What lives in the environment, is no member of the artifact itself, and was recorded under its name.
Result<std::optional<Running>> running_beside(store::Database& db, const Sha256& artifact,
                                              std::string_view environment) {
  return query_one(
      db,
      "SELECT o.digest, min(i.started_at) FROM artifact a JOIN artifact o ON o.name=a.name AND "
      "o.digest<>a.digest "
      "JOIN identity n ON n.root=o.digest JOIN workload_digest d ON d.digest=n.child JOIN workload w ON "
      "w.id=d.workload AND w.environment=$1 AND w.live>0 JOIN instance i ON i.workload=w.id AND i.ended_at "
      "IS NULL "
      "WHERE a.digest=$2 AND NOT EXISTS (SELECT 1 FROM identity s WHERE s.root=a.digest AND "
      "s.child=d.digest) GROUP "
      "BY o.digest ORDER BY o.entry DESC LIMIT 1",
      [](const store::Row& row) { return Running{row.digest(0), row.instant(1)}; }, environment, artifact);
}

}  // namespace

Result<deploy::ReleaseDifference> release_difference(store::Database& db, blob::BlobStore& blobs,
                                                     const jobs::Exposure& exposure, const Sha256& artifact,
                                                     std::string_view environment) {
  const Release after = TRY(release_of(db, blobs, exposure, artifact));
  const auto running = TRY(running_beside(db, artifact, environment));
  if (!running) return deploy::difference(std::nullopt, after);
  Release before = TRY(release_of(db, blobs, exposure, running->digest));
  before.side.running_since = running->since;
  auto made = deploy::difference(before, after);
  made.commits = TRY(commits_between(db, before.side, after.side));
  return made;
}

}  // namespace weir::api
