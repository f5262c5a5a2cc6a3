#include "store/view_integration.h"

#include <algorithm>
#include <map>

#include "store/stored.h"

namespace weir::store {
namespace {

using integration::IntegrationDeclared;

constexpr std::string_view integration_columns =
    "SELECT i.declared, i.entry, (SELECT count(*) FROM caller_request r WHERE r.integration=i.name AND "
    "r.state='pending'), (SELECT count(*) FROM caller_request r WHERE r.integration=i.name AND "
    "r.state='dead') "
    "FROM integration i";

IntegrationView integration_of(const Row& row) {
  return {.declared = read_stored<IntegrationDeclared>(row.text(0)),
          .entry = row.integer(1),
          .pending = row.integer(2),
          .dead = row.integer(3)};
}

std::string whole_text(const Row& row, int column) { return row.is_null(column) ? "" : row.string(column); }

}  // namespace

Result<std::vector<IntegrationView>> list_integrations(Database& db) {
  return query(db, fmt::format("{} ORDER BY i.name", integration_columns), integration_of);
}

Result<std::optional<IntegrationView>> find_integration(Database& db, std::string_view name) {
  return query_one(db, fmt::format("{} WHERE i.name=$1", integration_columns), integration_of, name);
}

Result<std::optional<integration::Secrets>> find_secrets(Database& db, std::string_view integration) {
  return query_one(
      db, "SELECT secrets FROM integration_secret WHERE integration=$1",
      [](const Row& row) { return read_stored<integration::Secrets>(row.text(0)); }, integration);
}

Status keep_secrets(Database& db, std::string_view integration, const integration::Secrets& secrets) {
  return execute(
      db,
      "INSERT INTO integration_secret (integration, secrets) VALUES ($1,$2) ON CONFLICT (integration) "
      "DO UPDATE SET secrets=excluded.secrets",
      integration, format::encode(secrets));
}

Result<std::vector<CallerRequestView>> list_caller_requests(Database& db, const CallerRequestFilter& filter) {
  return query(
      db,
      "SELECT id, integration, asked, state, said, attempts, received_at, next_at, until_at, answered_at, "
      "coalesce(last_status, 0), last_error FROM caller_request WHERE ($1='' OR integration=$2) AND ($3='' "
      "OR "
      "state=$4) AND ($5 IS NULL OR id=$6) AND id<$7 ORDER BY id DESC LIMIT $8",
      [](const Row& row) {
        return CallerRequestView{.id = row.integer(0),
                                 .integration = row.string(1),
                                 .asked = read_stored<integration::Asked>(row.text(2)),
                                 .state = format::enum_from<CallerState>(row.text(3)).value(),
                                 .said = row.string(4),
                                 .attempts = row.integer(5),
                                 .received_at = row.instant(6),
                                 .next_at = row.instant(7),
                                 .until = row.instant(8),
                                 .answered_at = row.maybe_instant(9),
                                 .last_status = row.integer(10),
                                 .last_error = whole_text(row, 11)};
      },
      filter.integration, filter.integration, filter.state, filter.state, filter.id, filter.id, filter.before,
      filter.limit);
}

Result<std::vector<PendingCaller>> list_pending_callers(Database& db, std::string_view integration,
                                                        std::string_view repository, std::int64_t limit) {
  return query(
      db,
      "SELECT id, integration, asked, told, attempts, next_at, until_at, comments, waits FROM caller_request "
      "WHERE "
      "integration=$1 AND state='pending' AND coalesce(json_extract(asked, '$.repository'), '')=$2 ORDER BY id LIMIT "
      "$3",
      [](const Row& row) {
        return PendingCaller{.id = row.integer(0),
                             .integration = row.string(1),
                             .asked = read_stored<integration::Asked>(row.text(2)),
                             .told = row.string(3),
                             .comments = row.integer(7),
                             .attempts = row.integer(4),
                             .waits = row.boolean(8),
                             .next_at = row.instant(5),
                             .until = row.instant(6)};
      },
      integration, repository, limit);
}

Result<std::vector<BuiltArtifact>> built_from(Database& db, const IntegrationDeclared& of,
                                              const integration::Asked& asked, std::size_t limit) {
  struct Found {
    BuiltArtifact artifact;
    std::string addresses[3];     // of the trail, of the build, of the service
    bool vouched_by_other = false;  // by another flow than the artifact's own
  };
  const auto rows = TRY(query(
      db,
      "SELECT a.digest, a.name, t.url, a.build_url, s.repository, 0 FROM artifact a LEFT JOIN trail t ON "
      "t.flow=a.flow AND t.name=a.trail LEFT JOIN flow f ON f.name=a.flow LEFT JOIN service s ON s.name=f.service "
      "WHERE a.commit_id=$1 AND a.commit_id<>'' UNION "
      "SELECT a.digest, o.name, t.url, CASE WHEN a.flow=t.flow THEN a.build_url END, s.repository, a.flow<>t.flow "
      "FROM trail t JOIN artifact_on_trail o ON o.flow=t.flow AND o.trail=t.name JOIN artifact a ON "
      "a.digest=o.digest LEFT JOIN flow f ON f.name=t.flow LEFT JOIN service s ON s.name=f.service "
      "WHERE t.commit_id=$2 AND t.commit_id<>'' ORDER BY 2, 1",
      [](const Row& row) {
        return Found{{row.digest(0), row.string(1)},
                     {whole_text(row, 2), whole_text(row, 3), whole_text(row, 4)},
                     row.boolean(5)};
      },
      asked.commit, asked.commit));
  std::vector<BuiltArtifact> built;
  for (const Found& each : rows) {
    bool here = false, elsewhere = false;
    for (const std::string& address : each.addresses) {
      const auto speaks = integration::speaks_of(address, of.base_url, asked.repository);
      if (speaks) (*speaks ? here : elsewhere) = true;
    }
    const auto same = [&](const BuiltArtifact& other) { return other.digest == each.artifact.digest; };
    if ((elsewhere && !here) || std::any_of(built.begin(), built.end(), same)) continue;
    // Another flow's word that this is of the commit counts only where its service is known to be of the repository.
    if (each.vouched_by_other &&
        !integration::speaks_of(each.addresses[2], of.base_url, asked.repository).value_or(false))
      continue;
    built.push_back(each.artifact);
    if (built.size() > limit) break;
  }
  return built;
}

}  // namespace weir::store
