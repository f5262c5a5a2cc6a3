#include "store/view_record.h"

#include <map>

#include "store/stored.h"

namespace weir::store {
namespace {

constexpr std::string_view service_columns =
    "name, team, contact, tier, repository, coalesce(runbook, ''), entry";

ServiceView service_row(const Row& row) {
  return {{row.string(0), row.string(1), row.string(2), row.string(3), row.string(4), row.string(5)},
          row.integer(6)};
}

TrailView trail_row(const Row& row) {
  return {.flow = row.string(0),
          .name = row.string(1),
          .commit = row.string(2),
          .branch = row.string(3),
          .url = row.string(4),
          .author = row.string(5),
          .description = row.string(6),
          .begun_at = row.instant(7),
          .entry = row.integer(8)};
}
constexpr std::string_view trail_columns =
    "flow, name, commit_id, branch, url, author, description, begun_at, entry";

std::optional<bool> maybe_boolean(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.boolean(column));
}

Result<TrailView> with_beads(Database& db, TrailView trail, const evidence::Template& required) {
  const auto attested = TRY(query(
      db,
      "SELECT name, type, coalesce(artifact_name, ''), compliant, entry FROM attestation WHERE "
      "flow=$1 AND trail=$2 ORDER BY entry",
      [](const Row& row) {
        return evidence::Attested{row.string(0), row.string(1), row.string(2), maybe_boolean(row, 3),
                                  row.integer(4)};
      },
      trail.flow, trail.name));
  std::map<std::pair<std::string, std::string>, evidence::Attested> latest;
  for (const evidence::Attested& each : attested) latest.insert_or_assign({each.artifact, each.name}, each);
  std::vector<evidence::Attested> newest;
  for (auto& [key, each] : latest) newest.push_back(std::move(each));
  trail.beads = evidence::beads_of(required, newest);
  trail.compliant = evidence::is_compliant(trail.beads);
  trail.missing = evidence::missing_of(trail.beads);
  trail.artifacts = TRY(query(
      db, "SELECT name, digest FROM artifact_on_trail WHERE flow=$1 AND trail=$2",
      [](const Row& row) { return ArtifactOnTrail{row.string(0), row.digest(1)}; }, trail.flow, trail.name));
  return trail;
}

Result<evidence::Template> template_of(Database& db, std::string_view flow) {
  const auto text = TRY(query_one(
      db, "SELECT template FROM flow WHERE name=$1", [](const Row& row) { return row.string(0); }, flow));
  return text ? read_stored<evidence::Template>(*text) : evidence::Template();
}

Result<FlowView> with_latest_trail(Database& db, FlowView flow) {
  flow.trails = TRY(query_count(db, "SELECT count(*) FROM trail WHERE flow=$1", flow.name));
  auto latest = TRY(query_one(
      db, fmt::format("SELECT {} FROM trail WHERE flow=$1 ORDER BY entry DESC LIMIT 1", trail_columns),
      trail_row, flow.name));
  if (latest) flow.latest_trail = TRY(with_beads(db, std::move(*latest), flow.required));
  return flow;
}

FlowView flow_row(const Row& row) {
  return {.name = row.string(0),
          .service = row.string(1),
          .description = row.string(2),
          .required = read_stored<evidence::Template>(row.text(3)),
          .tags = read_stored<std::map<std::string, std::string>>(row.text(5)),
          .entry = row.integer(4)};
}
constexpr std::string_view flow_columns = "name, service, description, template, entry, tags";

evidence::Signature signature_shown(std::string_view stored) {
  const auto found = format::enum_from<evidence::Signature>(stored).value_or(evidence::Signature::none);
  return found == evidence::Signature::none ? evidence::Signature::unsigned_ : found;
}

AttestationView attestation_row(const Row& row) {
  return {.entry = row.integer(0),
          .flow = row.string(1),
          .trail = row.string(2),
          .name = row.string(3),
          .type = row.string(4),
          .artifact = row.maybe_digest(5),
          .compliant = maybe_boolean(row, 6),
          .summary = format::parse_json(row.text(7)).value(),
          .description = row.string(8),
          .url = row.string(9),
          .media_type = row.string(10),
          .signature = signature_shown(row.text(15)),
          .signer = row.is_null(16) ? std::nullopt : std::optional(read_stored<evidence::Signer>(row.text(16))),
          .content_digest = row.maybe_digest(11),
          .content_size = row.integer(12),
          .recorded_at = row.instant(13),
          .actor = row.string(14)};
}
constexpr std::string_view attestation_columns =
    "t.entry, t.flow, t.trail, t.name, t.type, t.artifact, t.compliant, t.summary, t.description, t.url, "
    "t.media_type, t.content, "
    "t.content_size, t.recorded_at, coalesce(p.name, hex(t.actor)), t.signature, t.signer";

ArtifactView artifact_row(const Row& row) {
  return {.digest = row.digest(0),
          .name = row.string(1),
          .kind = row.string(2),
          .flow = row.string(3),
          .trail = row.string(4),
          .commit = row.string(5),
          .build_url = row.string(6),
          .created_at = row.instant(7),
          .entry = row.integer(8),
          .service = row.string(9)};
}
constexpr std::string_view artifact_columns =
    "a.digest, a.name, a.kind, a.flow, a.trail, a.commit_id, a.build_url, a.recorded_at, a.entry, "
    "coalesce(f.service, '')";

Result<std::vector<std::string>> running_in(Database& db, const Sha256& digest) {
  return query(
      db,
      "SELECT DISTINCT w.environment FROM identity n JOIN workload_digest wd ON wd.digest=n.child JOIN "
      "workload w ON "
      "w.id=wd.workload WHERE n.root=$1 AND w.live>0 ORDER BY 1",
      [](const Row& row) { return row.string(0); }, digest);
}

Result<std::vector<RunView>> runs_of(Database& db, const Sha256& digest) {
  return query(
      db,
      "SELECT DISTINCT w.environment, w.host, w.verdict, w.id, w.first_started, (SELECT max(i.ended_at) FROM "
      "instance i "
      "WHERE i.workload=w.id), w.live FROM identity n JOIN workload_digest wd ON wd.digest=n.child JOIN "
      "workload w ON "
      "w.id=wd.workload WHERE n.root=$1 ORDER BY w.first_started DESC LIMIT 200",
      [](const Row& row) {
        const bool live = row.integer(6) > 0;
        return RunView{row.string(0), row.string(1),  row.string(2),
                       row.string(3), row.instant(4), live ? std::nullopt : row.maybe_instant(5),
                       row.integer(6)};
      },
      digest);
}

constexpr std::string_view attestation_type_columns =
    "name, description, schema, coalesce(rule, ''), coalesce(predicate_type, ''), entry";
AttestationTypeView attestation_type_row(const Row& row) {
  return {
      {row.string(0), row.string(1), format::parse_json(row.text(2)).value(), row.string(3), row.string(4)},
      row.integer(5)};
}

}  // namespace

Result<std::vector<ServiceView>> list_services(Database& db) {
  return query(db, fmt::format("SELECT {} FROM service ORDER BY name", service_columns), service_row);
}

Result<std::optional<ServiceView>> find_service(Database& db, std::string_view name) {
  return query_one(db, fmt::format("SELECT {} FROM service WHERE name=$1", service_columns), service_row, name);
}

Result<std::vector<FlowView>> list_flows(Database& db) {
  auto flows = TRY(query(db, fmt::format("SELECT {} FROM flow ORDER BY name", flow_columns), flow_row));
  for (FlowView& flow : flows) flow = TRY(with_latest_trail(db, std::move(flow)));
  return flows;
}

Result<std::optional<FlowView>> find_flow(Database& db, std::string_view name) {
  auto flow =
      TRY(query_one(db, fmt::format("SELECT {} FROM flow WHERE name=$1", flow_columns), flow_row, name));
  if (flow) flow = TRY(with_latest_trail(db, std::move(*flow)));
  return flow;
}

Result<bool> flow_exists(Database& db, std::string_view name) {
  return TRY(query_count(db, "SELECT count(*) FROM flow WHERE name=$1", name)) > 0;
}

Result<std::vector<std::string>> flows_of_service(Database& db, std::string_view service) {
  return query(db, "SELECT name FROM flow WHERE service=$1 ORDER BY name",
               [](const Row& row) { return row.string(0); }, service);
}

Result<bool> trail_exists(Database& db, std::string_view flow, std::string_view name) {
  return TRY(query_count(db, "SELECT count(*) FROM trail WHERE flow=$1 AND name=$2", flow, name)) > 0;
}

Result<std::optional<TrailView>> find_trail(Database& db, std::string_view flow, std::string_view name) {
  auto trail = TRY(query_one(db, fmt::format("SELECT {} FROM trail WHERE flow=$1 AND name=$2", trail_columns),
                             trail_row, flow, name));
  if (!trail) return trail;
  const evidence::Template required = TRY(template_of(db, flow));
  trail = TRY(with_beads(db, std::move(*trail), required));
  return trail;
}

Result<std::vector<TrailView>> list_trails(Database& db, std::string_view flow, const Page& page) {
  auto trails =
      TRY(query(db,
                fmt::format("SELECT {} FROM trail WHERE flow=$1 AND entry<$2 ORDER BY entry DESC LIMIT $3",
                            trail_columns),
                trail_row, flow, page.before, page.limit));
  const evidence::Template required = TRY(template_of(db, flow));
  for (TrailView& trail : trails) trail = TRY(with_beads(db, std::move(trail), required));
  return trails;
}

Result<std::vector<ArtifactView>> list_artifacts(Database& db, const ArtifactFilter& filter,
                                                 const Page& page) {
  const std::string like = "%" + filter.text + "%";
  auto artifacts = TRY(query(db,
                             fmt::format("SELECT {} FROM artifact a LEFT JOIN flow f ON f.name=a.flow WHERE "
                                         "($1='' OR a.name=$2) AND ($3='' OR "
                                         "a.flow=$4) AND ($5 IS NULL OR a.digest IN (SELECT root FROM "
                                         "identity WHERE child=$6)) AND ($7='' OR a.name "
                                         "LIKE $8 OR lower(hex(a.digest)) LIKE $9 OR a.commit_id LIKE $10) "
                                         "AND a.entry<$11 ORDER BY a.entry DESC LIMIT $12",
                                         artifact_columns),
                             artifact_row, filter.name, filter.name, filter.flow, filter.flow, filter.digest,
                             filter.digest, filter.text, like, like, like, page.before, page.limit));
  for (ArtifactView& artifact : artifacts) artifact.running_in = TRY(running_in(db, artifact.digest));
  return artifacts;
}

Result<std::optional<ArtifactStory>> find_artifact(Database& db, const Sha256& digest, Instant now) {
  const auto root = TRY(query_one(
      db,
      "SELECT n.root FROM identity n JOIN artifact a ON a.digest=n.root WHERE n.child=$1 ORDER BY "
      "n.root=$2 DESC LIMIT 1",
      [](const Row& row) { return row.digest(0); }, digest, digest));
  if (!root) return std::optional<ArtifactStory>();
  auto artifact = TRY(
      query_one(db,
                fmt::format("SELECT {} FROM artifact a LEFT JOIN flow f ON f.name=a.flow WHERE a.digest=$1",
                            artifact_columns),
                artifact_row, *root));
  if (!artifact) return std::optional<ArtifactStory>();
  ArtifactStory story{.artifact = std::move(*artifact)};
  story.artifact.running_in = TRY(running_in(db, *root));
  story.identity = TRY(query(
      db, "SELECT child, relation, coalesce(platform, ''), parent FROM identity WHERE root=$1",
      [](const Row& row) {
        return IdentityView{row.digest(0), row.string(1), row.string(2), row.maybe_digest(3)};
      },
      *root));
  story.attestations = TRY(list_attestations(db, {.artifact = *root}, {.limit = 1000}));
  story.approvals = TRY(list_approvals(db, {.artifact = *root}, now));
  story.deployments = TRY(list_deployments(db, {.artifact = *root}, now));
  story.runs = TRY(runs_of(db, *root));
  return std::optional(std::move(story));
}

Result<bool> artifact_exists(Database& db, const Sha256& digest) {
  return TRY(query_count(db, "SELECT count(*) FROM artifact WHERE digest=$1", digest)) > 0;
}

Result<std::vector<std::string>> flows_of_artifact(Database& db, const Sha256& digest) {
  return query(
      db,
      "WITH shared AS (SELECT root FROM identity WHERE child IN (SELECT $1 UNION SELECT child FROM identity "
      "WHERE "
      "root=$2)) SELECT flow FROM artifact WHERE digest IN shared AND flow IS NOT NULL UNION SELECT flow "
      "FROM "
      "artifact_on_trail WHERE digest IN shared ORDER BY 1",
      [](const Row& row) { return row.string(0); }, digest, digest);
}

Result<std::string> artifact_name_on_trail(Database& db, std::string_view flow, std::string_view trail,
                                           const Sha256& digest) {
  const auto name = TRY(query_one(
      db, "SELECT name FROM artifact_on_trail WHERE flow=$1 AND trail=$2 AND digest=$3",
      [](const Row& row) { return row.string(0); }, flow, trail, digest));
  return name.value_or("");
}

Result<std::vector<AttestationView>> list_attestations(Database& db, const AttestationFilter& filter,
                                                       const Page& page) {
  return query(
      db,
      fmt::format(
          "SELECT {} FROM attestation t LEFT JOIN account p ON p.id=t.actor WHERE ($1 IS NULL OR "
          "t.artifact=$2) "
          "AND ($3='' OR t.flow=$4) AND ($5='' OR t.trail=$6) AND t.entry<$7 ORDER BY t.entry DESC LIMIT $8",
          attestation_columns),
      attestation_row, filter.artifact, filter.artifact, filter.flow, filter.flow, filter.trail, filter.trail,
      page.before, page.limit);
}

Result<std::optional<AttestationView>> find_attestation(Database& db, std::int64_t entry) {
  return query_one(
      db,
      fmt::format("SELECT {} FROM attestation t LEFT JOIN account p ON p.id=t.actor WHERE t.entry=$1",
                  attestation_columns),
      attestation_row, entry);
}

Result<std::vector<AttestationTypeView>> list_attestation_types(Database& db) {
  return query(db, fmt::format("SELECT {} FROM attestation_type ORDER BY name", attestation_type_columns),
               attestation_type_row);
}

Result<std::optional<AttestationTypeView>> find_attestation_type(Database& db, std::string_view name) {
  return query_one(db, fmt::format("SELECT {} FROM attestation_type WHERE name=$1", attestation_type_columns),
                   attestation_type_row, name);
}

}  // namespace weir::store
