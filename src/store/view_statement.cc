#include "store/view_statement.h"

#include "store/stored.h"

namespace weir::store {
namespace {

constexpr std::string_view document_columns =
    "t.entry, t.artifact, t.content, t.recorded_at, t.signer, coalesce(p.name, ''), "
    "coalesce(p.kind='person', 0)";
constexpr std::string_view document_tables = "attestation t LEFT JOIN account p ON p.id=t.actor";

StatementDocument document_row(const Row& row) {
  StatementDocument document{.attestation = row.integer(0),
                             .artifact = row.maybe_digest(1),
                             .content = row.maybe_digest(2),
                             .recorded_at = row.instant(3),
                             .signer = std::nullopt,
                             .account = row.string(5),
                             .by_person = row.boolean(6)};
  if (!row.is_null(4)) document.signer = read_stored<evidence::Signer>(row.text(4));
  return document;
}

vuln::FindingStated stated_row(const Row& row) { return read_stored<vuln::FindingStated>(row.text(0)); }

}  // namespace

Result<std::vector<StatementDocument>> statements_taken(Database& db) {
  return query(
      db,
      fmt::format("SELECT {} FROM {} JOIN statements_read s ON s.attestation=t.entry WHERE s.error='' ORDER "
                  "BY t.entry",
                  document_columns, document_tables),
      document_row);
}

Result<std::vector<StatementDocument>> statements_after(Database& db, std::int64_t attestation,
                                                        std::int64_t limit) {
  return query(db,
               fmt::format("SELECT {} FROM {} WHERE t.type='vex' AND t.entry>$1 ORDER BY t.entry LIMIT $2",
                           document_columns, document_tables),
               document_row, attestation, limit);
}

Result<std::int64_t> statements_taken_through(Database& db) {
  return query_count(db, "SELECT coalesce(max(attestation), -1) FROM statements_read");
}

Result<std::vector<vuln::FindingStated>> stated_now(Database& db) {
  return query(db, "SELECT said FROM finding_stated WHERE until_at IS NULL", stated_row);
}

Result<std::vector<vuln::FindingStated>> stated_then(Database& db, Instant at) {
  return query(db, "SELECT said FROM finding_stated WHERE at<=$1 AND (until_at IS NULL OR until_at>$2)", stated_row, at,
               at);
}

Result<std::vector<vuln::FindingStated>> stated_of(Database& db, std::string_view cluster,
                                                   std::string_view component, std::optional<Instant> at) {
  if (!at)
    return query(db, "SELECT said FROM finding_stated WHERE cluster=$1 AND component=$2 AND until_at IS NULL",
                 stated_row, cluster, component);
  return query(
      db,
      "SELECT said FROM finding_stated WHERE cluster=$1 AND component=$2 AND at<=$3 AND (until_at IS NULL "
      "OR until_at>$4)",
      stated_row, cluster, component, *at, *at);
}

Result<bool> is_suppressed_anywhere(Database& db, std::string_view cluster) {
  return TRY(query_count(
             db,
             "SELECT count(*) FROM (SELECT 1 FROM finding_stated WHERE cluster=$1 AND until_at IS NULL AND "
             "suppresses=1 LIMIT 1)",
             cluster)) > 0;
}

Result<std::vector<StatedStep>> stated_steps(Database& db, std::string_view cluster,
                                             std::string_view component) {
  return query(
      db,
      "SELECT said, at, until_at, entry FROM finding_stated WHERE cluster=$1 AND component=$2 ORDER BY "
      "entry, artifact",
      [](const Row& row) {
        return StatedStep{row.instant(1), row.maybe_instant(2), row.integer(3), stated_row(row)};
      },
      cluster, component);
}

Result<std::vector<Sha256>> artifacts_called(Database& db, std::string_view name) {
  return query(
      db, "SELECT digest FROM artifact WHERE name=$1", [](const Row& row) { return row.digest(0); }, name);
}

Result<std::vector<Sha256>> artifacts_with(Database& db, const Sha256& digest) {
  return query(
      db, "SELECT root FROM identity WHERE child=$1 UNION SELECT $2 ORDER BY 1",
      [](const Row& row) { return row.digest(0); }, digest, digest);
}

Result<std::vector<Sha256>> artifacts_of_package(Database& db, std::string_view package) {
  return query(
      db,
      "SELECT DISTINCT t.artifact FROM bill_read b JOIN attestation t ON t.entry=b.attestation WHERE "
      "b.subject_package=$1 AND t.artifact IS NOT NULL",
      [](const Row& row) { return row.digest(0); }, package);
}

Result<ArtifactNames> names_of_artifact(Database& db, const Sha256& artifact) {
  ArtifactNames names{.digests = {artifact}, .purls = {}, .names = {}};
  const auto digest = [](const Row& row) { return row.digest(0); };
  const auto text = [](const Row& row) { return row.string(0); };
  for (const Sha256& child : TRY(query(
           db, "SELECT child FROM identity WHERE root=$1 AND child<>root ORDER BY 1", digest, artifact)))
    names.digests.push_back(child);
  names.purls =
      TRY(query(db,
                "SELECT DISTINCT b.subject FROM attestation t JOIN bill_read b ON b.attestation=t.entry "
                "WHERE t.artifact=$1 AND t.type='sbom' AND b.subject<>''",
                text, artifact));
  names.names = TRY(query(db, "SELECT name FROM artifact WHERE digest=$1", text, artifact));
  return names;
}

}  // namespace weir::store
