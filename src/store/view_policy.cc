#include "store/view_policy.h"

#include <map>

namespace weir::store {
namespace {

constexpr std::string_view version_columns =
    "v.name, v.version, v.form, v.digest, v.source, v.description, coalesce(p.name, hex(v.actor)), "
    "v.created_at, v.entry, v.proposal";
constexpr std::string_view version_tables = "policy_version v LEFT JOIN account p ON p.id=v.actor";

PolicyVersionView version_row(const Row& row) {
  return {.name = row.string(0),
          .version = row.integer(1),
          .form = *format::enum_from<policy::Form>(row.text(2)),
          .digest = row.digest(3),
          .source = row.string(4),
          .description = row.string(5),
          .actor = row.string(6),
          .created_at = row.instant(7),
          .entry = row.integer(8),
          .proposal = row.maybe_integer(9)};
}

Result<std::vector<AttachmentView>> attachments_of(Database& db, std::string_view policy) {
  return query(
      db,
      "SELECT t.policy, t.environment, t.flow, t.mode, coalesce(p.name, hex(t.actor)), t.attached_at, t.entry "
      "FROM policy_attachment t LEFT JOIN account p ON p.id=t.actor WHERE $1='' OR t.policy=$2 ORDER BY "
      "t.policy, t.environment, t.flow",
      [](const Row& row) {
        return AttachmentView{.policy = row.string(0),
                              .environment = row.string(1),
                              .flow = row.string(2),
                              .mode = *format::enum_from<policy::Mode>(row.text(3)),
                              .actor = row.string(4),
                              .attached_at = row.instant(5),
                              .entry = row.integer(6)};
      },
      policy, policy);
}

}  // namespace

Result<std::vector<PolicyView>> list_policies(Database& db) {
  std::map<std::string, std::vector<AttachmentView>> attachments;
  for (AttachmentView& each : TRY(attachments_of(db, ""))) attachments[each.policy].push_back(std::move(each));
  return query(
      db,
      fmt::format("SELECT {} FROM policy n JOIN {} WHERE v.name=n.name AND v.version=n.version ORDER BY n.name",
                  version_columns, version_tables),
      [&](const Row& row) {
        PolicyVersionView newest = version_row(row);
        newest.source.clear();
        auto attached = std::move(attachments[newest.name]);
        return PolicyView{std::move(newest), std::move(attached)};
      });
}

Result<std::optional<PolicyView>> find_policy(Database& db, std::string_view name) {
  auto newest = TRY(query_one(
      db,
      fmt::format("SELECT {} FROM policy n JOIN {} WHERE v.name=n.name AND v.version=n.version AND n.name=$1",
                  version_columns, version_tables),
      version_row, name));
  if (!newest) return std::optional<PolicyView>();
  auto attachments = TRY(attachments_of(db, name));
  return std::optional(PolicyView{std::move(*newest), std::move(attachments)});
}

Result<std::vector<PolicyVersionView>> list_policy_versions(Database& db, std::string_view name) {
  return query(
      db, fmt::format("SELECT {} FROM {} WHERE v.name=$1 ORDER BY v.version DESC", version_columns, version_tables),
      version_row, name);
}

Result<std::optional<PolicyVersionView>> find_policy_version(Database& db, std::string_view name,
                                                             std::int64_t version) {
  return query_one(
      db, fmt::format("SELECT {} FROM {} WHERE v.name=$1 AND v.version=$2", version_columns, version_tables),
      version_row, name, version);
}

Result<std::optional<PolicyVersionView>> find_policy_by_digest(Database& db, const Sha256& digest) {
  return query_one(
      db, fmt::format("SELECT {} FROM {} WHERE v.digest=$1 LIMIT 1", version_columns, version_tables), version_row,
      digest);
}

Result<std::vector<Attached>> policies_for(Database& db, std::string_view environment,
                                           const Sha256& artifact) {
  auto rows = TRY(query(
      db,
      fmt::format(
          "SELECT {}, t.mode FROM policy_attachment t JOIN policy n ON n.name=t.policy JOIN {} WHERE "
          "v.name=n.name AND v.version=n.version AND ((t.environment=$1 AND t.flow='') OR "
          "(t.environment='' AND t.flow IN (SELECT flow FROM artifact WHERE digest=$2 UNION SELECT flow FROM "
          "artifact_on_trail WHERE digest=$3))) ORDER BY v.name",
          version_columns, version_tables),
      [](const Row& row) {
        return Attached{version_row(row), *format::enum_from<policy::Mode>(row.text(10))};
      },
      environment, artifact, artifact));
  std::vector<Attached> attached;
  for (Attached& each : rows)
    if (!attached.empty() && attached.back().policy.name == each.policy.name)
      attached.back().mode = std::max(attached.back().mode, each.mode);
    else attached.push_back(std::move(each));
  return attached;
}

}  // namespace weir::store
