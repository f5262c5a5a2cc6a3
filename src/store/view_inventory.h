// What is installed on hosts and loaded by programs, as their agents claimed it: what holds now, what held before, and
// which workloads it explains.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/inventory.h"
#include "store/sql.h"
#include "store/view_finding.h"

namespace weir::store {

struct HostInventoryRow {
  std::int64_t entry = 0;
  std::string reporter, host, environment;
  Sha256 holder;
  runtime::InventoryClaim claim;
  Instant at;
};

struct HostFilter {
  std::string environment, host;  // empty: any
};
// The packages that each host has now, by environment and host.
Result<std::vector<HostInventoryRow>> list_hosts(Database& db, const HostFilter& filter);
// The packages that a host was first seen with.
Result<std::optional<HostInventoryRow>> first_inventory(Database& db, const HostFilter& host);
// All that were claimed of the packages of a holder, the newest first.
Result<std::vector<HostInventoryRow>> inventories_of(Database& db, const Sha256& holder, std::int64_t limit);

// A program that runs, with what it has loaded.
struct ProgramRow {
  std::string workload, name;
  HostInventoryRow inventory;  // the first that named these archives
};
Result<std::vector<ProgramRow>> programs_of(Database& db, const std::string& environment,
                                            const std::string& host);

// Whether the tables know this claim already.
Result<bool> is_known(Database& db, const runtime::HostInventoryTaken& taken);
// Whether the reporter's host has any packages claimed by it.
Result<bool> has_inventory(Database& db, std::string_view reporter);

// The packages that each host had at a moment; none given: now.
Result<std::vector<HostInventoryRow>> packages_in_force(Database& db, std::optional<Instant> at);
// As a row of what runs.
RunningRow running_host(const HostInventoryRow& inventory);

// The rows that stand for inventories in running_artifacts. A host's has the id "host ENV/HOST".
Result<std::vector<RunningRow>> running_inventories(Database& db, std::optional<Instant> at);

// What runs on a host and is a package's, as program or as interpreter.
Result<std::vector<RunningRow>> running_of_package(Database& db, const HostFilter& host,
                                                   const std::string& name, const std::string& version);

}  // namespace weir::store
