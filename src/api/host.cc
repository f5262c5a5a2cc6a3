#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "api/handlers_host.h"
#include "api/past_inventories.h"
#include "format/purl.h"
#include "jobs/exposure.h"

namespace weir::api {
namespace {

using jobs::Exposure;
using vuln::ComponentId;

constexpr std::int64_t inventories_walked_max = 64;

struct Held {
  std::vector<InstalledView> components;
  bool read = false;
};

InstalledView view_of(const vuln::Component& component) {
  InstalledView view{.component = component.text,
                     .name = component.name,
                     .version = component.version,
                     .source = {},
                     .open = {}};
  const auto& names = component.package.names;
  if (names.size() > 1 || (!names.empty() && names.front() != component.name)) view.source = names.front();
  return view;
}

Held held_by(const ReadCall& call, const Sha256& holder) {
  Held held;
  if (call.ports.exposure == nullptr) return held;
  call.ports.exposure->read([&](const Exposure::State& state) {
    held.read = state.index.holds(holder);
    for (const ComponentId id : state.index.of(holder)) {
      InstalledView view = view_of(state.index.component(id));
      if (const auto open = state.open.find(id); open != state.open.end())
        for (const vuln::FindingChange& finding : open->second)
          view.open.push_back({finding.cluster, finding.severity, finding.fixed});
      held.components.push_back(std::move(view));
    }
  });
  std::ranges::sort(held.components, {},
                    [](const InstalledView& each) { return std::tie(each.name, each.component); });
  return held;
}

void add_flaws(const ReadCall& call, const Sha256& holder, std::set<std::string>& flaws) {
  if (call.ports.exposure == nullptr) return;
  call.ports.exposure->read([&](const Exposure::State& state) {
    for (const ComponentId id : state.index.of(holder))
      if (const auto open = state.open.find(id); open != state.open.end())
        for (const vuln::FindingChange& finding : open->second) flaws.insert(finding.cluster);
  });
}

Result<HostView> view_of(const ReadCall& call, const store::HostInventoryRow& row) {
  HostView view{.host = row.host,
                .environment = row.environment,
                .reporter = row.reporter,
                .distribution = row.claim.distribution,
                .packages = row.claim.components,
                .taken_at = row.claim.taken_at,
                .entry = row.entry};
  std::set<std::string> flaws, programs;
  add_flaws(call, row.holder, flaws);
  for (const store::ProgramRow& program : TRY(store::programs_of(call.db, row.environment, row.host))) {
    programs.insert(program.workload);
    add_flaws(call, program.inventory.holder, flaws);
  }
  view.programs = static_cast<std::int64_t>(programs.size());
  view.open = static_cast<std::int64_t>(flaws.size());
  view.read = call.ports.exposure != nullptr && call.ports.exposure->read([&](const Exposure::State& state) {
    return state.index.attestation_of(row.holder) == row.entry;
  });
  return view;
}

Result<store::HostInventoryRow> the_host(const ReadCall& call) {
  const std::string host(call.request.parameter("host"));
  auto rows =
      TRY(store::list_hosts(call.db, {.environment = text_of(call.request, "environment"), .host = host}));
  if (rows.empty()) return not_found(fmt::format("no agent has told what is installed on '{}'", host));
  if (rows.size() > 1)
    return Error{Errc::conflict, fmt::format("{} environments have a host '{}'; name one", rows.size(), host),
                 "environment"};
  return std::move(rows.front());
}

// ---- where it runs ----

// Package URLs stand in documents as they are in the index: their form is canonical and names the release.
class Documents {
 public:
  explicit Documents(blob::BlobStore& blobs) : blobs_(blobs) {}
  bool hold(const runtime::InventoryClaim& claim, const std::string& component) {
    const std::string wanted = "\"purl\":" + format::encode(component);
    return std::ranges::any_of(claim.parts, [&](const Sha256& part) {
      const auto [at, added] = known_.try_emplace({part, component}, false);
      if (added)
        if (const auto content = blobs_.read(part); content.ok())
          at->second = content->find(wanted) != content->npos;
      return at->second;
    });
  }

 private:
  blob::BlobStore& blobs_;
  std::map<std::pair<Sha256, std::string>, bool> known_;
};

// Since the first of the inventories, without a break up to then, that lists the component.
Status set_since(const ReadCall& call, Documents& documents, std::optional<Instant> at, WhereRow& row) {
  for (const store::HostInventoryRow& inventory :
       TRY(store::inventories_of(call.db, row.artifact, inventories_walked_max))) {
    if (at && inventory.at > *at) continue;
    if (!documents.hold(inventory.claim, row.component)) break;
    row.since = inventory.claim.taken_at;
  }
  return {};
}

void set_package(const ReadCall& call, WhereRow& row) {
  if (call.ports.exposure == nullptr) return;
  const bool known = call.ports.exposure->read([&](const Exposure::State& state) {
    const auto id = state.index.find(row.component);
    if (!id) return false;
    const InstalledView view = view_of(state.index.component(*id));
    row.package = view.name;
    row.source = view.source;
    return true;
  });
  if (known) return;  // else no host has it any more
  if (const auto purl = format::parse_purl(row.component, format::PurlReading::tolerant); purl.ok())
    row.package = purl->name;
}

}  // namespace

Status add_host_facts(const ReadCall& call, std::optional<Instant> at, WhereView& view) {
  Documents documents(*call.ports.blobs);
  std::vector<WhereRow> owned;
  for (WhereRow& row : view.running) {
    if (row.kind != "packages") continue;
    set_package(call, row);
    TRY(set_since(call, documents, at, row));
    const auto purl = format::parse_purl(row.component, format::PurlReading::tolerant);
    if (at || !purl.ok()) continue;
    for (const store::RunningRow& running :
         TRY(store::running_of_package(call.db, {row.environment, row.host}, purl->name, purl->version))) {
      WhereRow own = row;
      own.workload = running.workload;
      own.name = running.name;
      own.verdict = running.verdict;
      own.since = running.since;
      own.service = running.service;
      own.team = running.team;
      own.exposure = TRY(store::exposure_of(call.db, running.workload, at));
      owned.push_back(std::move(own));
    }
  }
  std::ranges::move(owned, std::back_inserter(view.running));
  return {};
}

Result<http::Response> list_hosts(const ReadCall& call) {
  std::vector<HostView> views;
  for (const store::HostInventoryRow& row :
       TRY(store::list_hosts(call.db, {.environment = text_of(call.request, "environment"), .host = {}}))) {
    const HostView view = TRY(view_of(call, row));
    views.push_back(view);
  }
  return whole_list_response(call.request, "hosts", std::move(views));
}

// A name may stand for several (of two architectures, two kernels): then each version that is new or gone is news.
Result<http::Response> find_host_news(const ReadCall& call) {
  const store::HostInventoryRow now = TRY(the_host(call));
  const auto first = TRY(store::first_inventory(call.db, {.environment = now.environment, .host = now.host}));
  HostNewsView view{.host = now.host,
                    .environment = now.environment,
                    .since = first ? first->claim.taken_at : now.claim.taken_at,
                    .taken_at = now.claim.taken_at};
  if (!first || first->claim.parts == now.claim.parts) return record_response(view);
  std::map<std::string, std::array<std::set<std::string>, 2>> versions;  // of each name, then and now
  TRY(each_installed(call, {*first, now},
                     [&](const store::HostInventoryRow& row, const Installed& held) -> Status {
                       if (!held)
                         return not_found(fmt::format("what '{}' had installed at {} can't be read any more",
                                                      row.host, to_string(row.claim.taken_at)));
                       for (const vuln::Component& component : *held)
                         versions[component.name][row.entry == now.entry].insert(component.version);
                       return {};
                     }));
  for (const auto& [name, held] : versions) {
    std::vector<std::string> gone, come;
    std::ranges::set_difference(held[0], held[1], std::back_inserter(gone));
    std::ranges::set_difference(held[1], held[0], std::back_inserter(come));
    for (std::size_t i = 0; i < std::max(gone.size(), come.size()); ++i)
      view.news.push_back({name, i < gone.size() ? gone[i] : "", i < come.size() ? come[i] : ""});
  }
  return record_response(view);
}

Result<http::Response> find_host_inventory(const ReadCall& call) {
  const store::HostInventoryRow row = TRY(the_host(call));
  const auto limit = static_cast<std::size_t>(TRY(limit_of(call.request)));
  const auto from = static_cast<std::size_t>(TRY(number_of(call.request, "cursor")).value_or(0));
  HostInventoryView view;
  view.host = TRY(view_of(call, row));
  const bool open = flag_of(call.request, "open");
  const auto narrow = [&](std::vector<InstalledView>& components) {
    if (open) std::erase_if(components, [](const InstalledView& each) { return each.open.empty(); });
  };
  if (from == 0)
    for (const store::ProgramRow& program : TRY(store::programs_of(call.db, row.environment, row.host))) {
      Held held = held_by(call, program.inventory.holder);
      narrow(held.components);
      view.running.push_back({program.workload, program.name, std::move(held.components)});
    }
  view.installed = held_by(call, row.holder).components;
  narrow(view.installed);
  view.installed.erase(view.installed.begin(), view.installed.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                            from, view.installed.size())));
  if (view.installed.size() > limit) {
    view.installed.resize(limit);
    view.next = std::to_string(from + limit);
  }
  return record_response(view);
}

}  // namespace weir::api
