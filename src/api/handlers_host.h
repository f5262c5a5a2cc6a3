// The handlers of what is installed on hosts, and what they answer; see handlers.h.
#pragma once
#include "api/handlers_vulnerability.h"
#include "store/view_inventory.h"

namespace weir::api {

struct HostView {
  std::string host, environment, reporter, distribution;
  std::int64_t packages = 0;  // as they were counted by the agent
  std::int64_t programs = 0;  // workloads whose archives are known
  std::int64_t open = 0;      // flaws in both that are open
  bool read = false;          // the packages are in the index of bills
  Instant taken_at;           // by the host's clock
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("host", self.host);
    visit("environment", self.environment);
    visit("reporter", self.reporter);
    visit("distribution", self.distribution);
    visit("packages", self.packages);
    visit("programs", self.programs);
    visit("open", self.open);
    visit("read", self.read);
    visit("taken_at", self.taken_at);
    visit("entry", self.entry);
  }
};

struct HostFlawView {
  std::string cluster, severity, fixed;
  static void members(auto& visit, auto& self) {
    visit("cluster", self.cluster);
    visit("severity", self.severity);
    visit("fixed", self.fixed);
  }
};
struct InstalledView {
  std::string component, name, version, source;
  std::vector<HostFlawView> open;
  static void members(auto& visit, auto& self) {
    visit("component", self.component);
    visit("name", self.name);
    visit("version", self.version);
    visit("source", self.source);
    visit("open", self.open);
  }
};
struct HostProgramView {
  std::string workload, name;
  std::vector<InstalledView> archives;
  static void members(auto& visit, auto& self) {
    visit("workload", self.workload);
    visit("name", self.name);
    visit("archives", self.archives);
  }
};
struct HostInventoryView {
  HostView host;
  std::vector<HostProgramView> running;  // with the first page
  std::vector<InstalledView> installed;
  std::optional<std::string> next;
  static void members(auto& visit, auto& self) {
    visit("host", self.host);
    visit("running", self.running);
    visit("installed", self.installed);
    visit("next", self.next);
  }
};

// What a package was when the host was first seen, and is now.
struct PackageNews {
  std::string name, before, now;  // versions; empty: it was not, or is not, installed
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("before", self.before);
    visit("now", self.now);
  }
};
struct HostNewsView {
  std::string host, environment;
  Instant since, taken_at;  // of the first inventory, and of the one in force
  std::vector<PackageNews> news;
  static void members(auto& visit, auto& self) {
    visit("host", self.host);
    visit("environment", self.environment);
    visit("since", self.since);
    visit("taken_at", self.taken_at);
    visit("news", self.news);
  }
};

Result<http::Response> find_host_news(const ReadCall& call);
Result<http::Response> list_hosts(const ReadCall& call);
Result<http::Response> find_host_inventory(const ReadCall& call);

// Fills in what only inventories know of the rows: package and source, since when a host has it; and adds the workloads
// that are the package's own.
Status add_host_facts(const ReadCall& call, std::optional<Instant> at, WhereView& view);

}  // namespace weir::api
