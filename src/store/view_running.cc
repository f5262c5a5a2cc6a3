#include "store/view_running.h"

#include <set>

#include "store/stored.h"

namespace weir::store {
namespace {

constexpr std::string_view release_columns =
    "b.digest, b.name, coalesce(b.flow,''), coalesce(b.trail,''), coalesce(nullif(b.commit_id,''), "
    "t.commit_id, ''), "
    "b.recorded_at, b.entry";

}  // namespace

Result<std::vector<ChangedWorkload>> workloads_changed_after(Database& db, std::int64_t entry) {
  struct Found {
    ChangedWorkload workload;
    std::vector<Sha256> digests;
  };
  auto found = TRY(query(
      db,
      "SELECT w.id, w.name, w.host, w.environment, w.live, w.digests, w.changed, CASE WHEN w.live>0 THEN "
      "coalesce((SELECT min(i.started_at) FROM instance i WHERE i.workload=w.id AND i.ended_at IS NULL), "
      "w.last_started) ELSE 0 END FROM workload w WHERE w.changed>$1 ORDER BY w.changed",
      [](const Row& row) {
        return Found{{.id = row.string(0),
                      .name = row.string(1),
                      .host = row.string(2),
                      .environment = row.string(3),
                      .lives = row.integer(4) > 0,
                      .since = row.instant(7),
                      .artifacts = {},
                      .changed = row.integer(6)},
                     read_stored<std::vector<Sha256>>(row.text(5))};
      },
      entry));
  std::vector<ChangedWorkload> workloads;
  for (Found& each : found) {
    if (each.workload.lives)
      for (const Sha256& digest : each.digests)
        for (const Sha256& root : TRY(query(
                 db, "SELECT n.root FROM identity n JOIN artifact a ON a.digest=n.root WHERE n.child=$1",
                 [](const Row& row) { return row.digest(0); }, digest)))
          each.workload.artifacts.push_back(root);
    workloads.push_back(std::move(each.workload));
  }
  return workloads;
}

Result<std::vector<Sha256>> artifacts_ended_after(Database& db, std::int64_t entry) {
  std::set<Sha256> digests, artifacts;
  for (const auto& of_one : TRY(query(
           db, "SELECT digests FROM workload WHERE changed>$1 AND live=0",
           [](const Row& row) { return read_stored<std::vector<Sha256>>(row.text(0)); }, entry)))
    digests.insert(of_one.begin(), of_one.end());
  for (const Sha256& digest : digests)
    for (const Sha256& root : TRY(query(
             db, "SELECT n.root FROM identity n JOIN artifact a ON a.digest=n.root WHERE n.child=$1",
             [](const Row& row) { return row.digest(0); }, digest)))
      artifacts.insert(root);
  return std::vector<Sha256>(artifacts.begin(), artifacts.end());
}

Result<std::optional<RunningRow>> owner_of_artifact(Database& db, const Sha256& artifact) {
  return query_one(
      db,
      "SELECT a.name, coalesce(a.flow,''), coalesce(f.service,''), coalesce(s.team,'') FROM artifact a LEFT JOIN "
      "flow f ON f.name=a.flow LEFT JOIN service s ON s.name=f.service WHERE a.digest=$1",
      [&](const Row& row) {
        RunningRow owner;
        owner.artifact = artifact;
        owner.artifact_name = row.string(0);
        owner.flow = row.string(1);
        owner.service = row.string(2);
        owner.team = row.string(3);
        return owner;
      },
      artifact);
}

Result<std::string> why_uncovered(Database& db, const Sha256& artifact) {
  const auto error = TRY(query_one(
      db,
      "SELECT b.error FROM attestation t LEFT JOIN bill_read b ON b.attestation=t.entry WHERE t.artifact=$1 "
      "AND "
      "t.type='sbom' ORDER BY t.entry DESC LIMIT 1",
      [](const Row& row) { return row.is_null(0) ? std::optional<std::string>() : row.string(0); },
      artifact));
  if (!error) return std::string("no SBOM");
  if (!*error || (*error)->empty()) return std::string("SBOM not read yet");
  return "SBOM unreadable: " + **error;
}

std::string coverage_sentence(std::int64_t covered, std::int64_t running) {
  std::string sentence = fmt::format("covers {} of {} running workloads", covered, running);
  const std::int64_t missing = running - covered;
  if (missing > 0)
    sentence += fmt::format("; {} {} no SBOM that can be read", missing, missing == 1 ? "has" : "have");
  return sentence;
}

Result<std::vector<ReleaseAt>> releases_at(Database& db, std::string_view flow, std::string_view name) {
  return query(
      db, "SELECT digest, entry FROM artifact WHERE name=$1 AND flow=$2 ORDER BY entry",
      [](const Row& row) { return ReleaseAt{row.digest(0), row.integer(1)}; }, name, flow);
}

Result<std::optional<FlowReleaseView>> flow_release(Database& db, const Sha256& artifact) {
  return query_one(
      db,
      fmt::format(
          "SELECT {} FROM artifact b LEFT JOIN trail t ON t.flow=b.flow AND t.name=b.trail WHERE b.digest=$1",
          release_columns),
      [](const Row& row) {
        return FlowReleaseView{row.digest(0), row.string(1),  row.string(2), row.string(3),
                               row.string(4), row.instant(5), row.integer(6)};
      },
      artifact);
}

Result<std::int64_t> last_bill_until(Database& db, Instant at) {
  return query_count(
      db, "SELECT coalesce(max(entry), -1) FROM attestation WHERE type='sbom' AND recorded_at<=$1", at);
}

Result<std::optional<BillRow>> bill_until(Database& db, const Sha256& artifact, Instant at) {
  return query_one(
      db,
      "SELECT entry, artifact, content FROM attestation WHERE artifact=$1 AND type='sbom' AND "
      "recorded_at<=$2 "
      "ORDER BY entry DESC LIMIT 1",
      [](const Row& row) { return BillRow{row.integer(0), row.digest(1), row.maybe_digest(2)}; }, artifact,
      at);
}

}  // namespace weir::store
