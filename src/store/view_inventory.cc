#include "store/view_inventory.h"

#include <fmt/format.h>

#include <iterator>

#include "store/stored.h"

namespace weir::store {
namespace {

constexpr std::string_view inventory_columns =
    "h.entry, h.reporter, h.host, h.environment, h.holder, h.claim, h.at";

HostInventoryRow inventory_row(const Row& row) {
  return {.entry = row.integer(0),
          .reporter = row.string(1),
          .host = row.string(2),
          .environment = row.string(3),
          .holder = row.digest(4),
          .claim = read_stored<runtime::InventoryClaim>(row.text(5)),
          .at = row.instant(6)};
}

constexpr std::string_view host_prefix = "host ";

// A workload, in the columns of read_running; who owns it is known by what was recorded of its own content.
std::string program_columns(std::string_view holder) {
  return fmt::format(
      "w.id, w.name, w.host, w.environment, w.verdict, min(i.started_at), {}, coalesce(nullif(max(a.flow),''), "
      "'programs of ' || w.environment), coalesce(max(a.flow),''), coalesce(max(f.service),''), "
      "coalesce(max(s.team),'')",
      holder);
}
constexpr std::string_view owner_tables =
    "LEFT JOIN workload_digest d ON d.workload=w.id LEFT JOIN identity n ON n.child=d.digest LEFT JOIN "
    "artifact a ON "
    "a.digest=n.root LEFT JOIN flow f ON f.name=a.flow LEFT JOIN service s ON s.name=f.service";

RunningRow program_row(const Row& row) {
  RunningRow running = read_running(row);
  running.kind = "program";
  return running;
}

std::string alive(std::optional<Instant> at) {
  if (!at) return "i.ended_at IS NULL";
  return fmt::format("i.started_at<={0} AND (i.ended_at IS NULL OR i.ended_at>{0})", at->micros);
}

}  // namespace

// By its hosts, so that one flaw is one notice for all hosts of an environment.
RunningRow running_host(const HostInventoryRow& inventory) {
  return {.workload = fmt::format("{}{}/{}", host_prefix, inventory.environment, inventory.host),
          .name = "installed packages",
          .host = inventory.host,
          .environment = inventory.environment,
          .verdict = "",
          .since = inventory.claim.taken_at,
          .artifact = inventory.holder,
          .artifact_name = fmt::format("hosts of {}", inventory.environment),
          .flow = "",
          .service = "",
          .team = "",
          .kind = "packages"};
}

Result<std::vector<HostInventoryRow>> list_hosts(Database& db, const HostFilter& filter) {
  return query(
      db,
      fmt::format("SELECT {} FROM host_inventory h WHERE h.kind='packages' AND h.replaced IS NULL AND "
                  "($1='' OR h.environment=$2) AND ($3='' OR h.host=$4) ORDER BY h.environment, h.host",
                  inventory_columns),
      inventory_row, filter.environment, filter.environment, filter.host, filter.host);
}

Result<std::optional<HostInventoryRow>> first_inventory(Database& db, const HostFilter& host) {
  return query_one(
      db,
      fmt::format("SELECT {} FROM host_inventory h WHERE h.kind='packages' AND h.environment=$1 AND "
                  "h.host=$2 ORDER BY h.entry LIMIT 1",
                  inventory_columns),
      inventory_row, host.environment, host.host);
}

Result<std::vector<HostInventoryRow>> inventories_of(Database& db, const Sha256& holder, std::int64_t limit) {
  return query(db,
               fmt::format("SELECT {} FROM host_inventory h WHERE h.holder=$1 ORDER BY h.entry DESC LIMIT $2",
                           inventory_columns),
               inventory_row, holder, limit);
}

Result<std::vector<ProgramRow>> programs_of(Database& db, const std::string& environment,
                                            const std::string& host) {
  return query(
      db,
      fmt::format("SELECT {}, w.id, w.name FROM workload w JOIN instance i ON i.workload=w.id AND i.ended_at "
                  "IS NULL JOIN program_bill p ON p.reporter=i.reporter AND p.instance=i.id JOIN "
                  "host_inventory h ON h.entry=(SELECT min(e.entry) FROM host_inventory e WHERE "
                  "e.holder=p.holder) WHERE w.environment=$1 AND w.host=$2 AND w.live>0 GROUP BY w.id, "
                  "p.holder ORDER BY w.name, w.id",
                  inventory_columns),
      [](const Row& row) { return ProgramRow{row.string(7), row.string(8), inventory_row(row)}; },
      environment, host);
}

Result<bool> is_known(Database& db, const runtime::HostInventoryTaken& taken) {
  const Sha256 holder = runtime::holder_of(taken);
  if (taken.claim.kind == runtime::InventoryKind::program) {
    for (const std::string& instance : taken.claim.instances)
      if (TRY(query_count(db,
                          "SELECT count(*) FROM program_bill WHERE reporter=$1 AND instance=$2 AND holder=$3",
                          taken.reporter, instance, holder)) == 0)
        return false;
    return true;
  }
  const auto last = TRY(inventories_of(db, holder, 1));
  return !last.empty() && last.front().reporter == taken.reporter &&
         last.front().claim.parts == taken.claim.parts;
}

Result<bool> has_inventory(Database& db, std::string_view reporter) {
  return TRY(query_count(
             db,
             "SELECT count(*) FROM reporter r JOIN host_inventory h ON h.environment=r.environment AND "
             "h.host=r.host AND h.kind='packages' AND h.replaced IS NULL WHERE r.id=$1",
             reporter)) > 0;
}

Result<std::vector<HostInventoryRow>> packages_in_force(Database& db, std::optional<Instant> at) {
  const std::string then = at ? fmt::format(
                                    "h.at<={0} AND (h.replaced IS NULL OR (SELECT r.at FROM host_inventory r "
                                    "WHERE r.entry=h.replaced)>{0})",
                                    at->micros)
                              : "h.replaced IS NULL";
  return query(db,
               fmt::format("SELECT {} FROM host_inventory h WHERE h.kind='packages' AND {} ORDER BY h.environment, "
                           "h.host",
                           inventory_columns, then),
               inventory_row);
}

Result<std::vector<RunningRow>> running_inventories(Database& db, std::optional<Instant> at) {
  std::vector<RunningRow> rows;
  for (const HostInventoryRow& host : TRY(packages_in_force(db, at))) rows.push_back(running_host(host));
  // In this order (SQLite reorders no CROSS JOIN): what programs have loaded is little, what runs may be much.
  auto programs = TRY(query(
      db,
      fmt::format(
          "SELECT {} FROM program_bill p CROSS JOIN instance i CROSS JOIN workload w {} WHERE "
          "i.reporter=p.reporter AND i.id=p.instance AND {} AND w.id=i.workload "
          "GROUP BY w.id, p.holder ORDER BY w.id",
          program_columns("p.holder"), owner_tables, alive(at)),
      program_row));
  std::ranges::move(programs, std::back_inserter(rows));
  return rows;
}

Result<std::vector<RunningRow>> running_of_package(Database& db, const HostFilter& host,
                                                   const std::string& name, const std::string& version) {
  return query(
      db,
      fmt::format(
          "SELECT {} FROM workload_package k JOIN workload w ON w.id=k.workload AND "
          "w.environment=$1 AND w.host=$2 AND w.live>0 JOIN instance i ON i.workload=w.id AND "
          "i.ended_at IS NULL {} WHERE k.name=$3 AND k.version=$4 GROUP BY w.id ORDER BY w.name, w.id",
          program_columns("zeroblob(32)"), owner_tables),
      program_row, host.environment, host.host, name, version);
}

}  // namespace weir::store
