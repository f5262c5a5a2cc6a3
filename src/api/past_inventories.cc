#include "api/past_inventories.h"

#include <algorithm>
#include <iterator>

#include "api/urgency.h"
#include "evidence/inventory.h"
#include "jobs/read_bill.h"
#include "store/view_running.h"

namespace weir::api {
namespace {

constexpr std::size_t past_bills_max = 1000;  // kept for one answer

std::optional<std::vector<vuln::Component>> read_parts(blob::BlobStore& blobs, const std::vector<Sha256>& parts) {
  std::vector<vuln::Component> all;
  for (const Sha256& part : parts) {
    const auto content = blobs.read(part);
    if (!content.ok()) return std::nullopt;
    const auto inventory = evidence::read_inventory(*content);
    if (!inventory.ok()) return std::nullopt;
    std::ranges::move(vuln::components_of(*inventory), std::back_inserter(all));
  }
  return all;
}

}  // namespace

Result<PastInventories> inventories_then(const ReadCall& call, Instant at) {
  PastInventories past;
  for (store::HostInventoryRow& row : TRY(store::packages_in_force(call.db, at))) {
    const bool same = exposure_of(call).read(
        [&](const jobs::Exposure::State& state) { return state.index.attestation_of(row.holder) == row.entry; });
    (same ? past.now : past.then).push_back(std::move(row));
  }
  return past;
}

Status each_installed(const ReadCall& call, std::vector<store::HostInventoryRow> rows,
                      const std::function<Status(const store::HostInventoryRow&, const Installed&)>& call_with) {
  std::ranges::stable_sort(rows, {}, [](const auto& row) -> const auto& { return row.claim.parts; });
  std::optional<std::vector<vuln::Component>> held;
  const std::vector<Sha256>* read = nullptr;
  for (const store::HostInventoryRow& row : rows) {
    if (read == nullptr || *read != row.claim.parts) held = read_parts(*call.ports.blobs, row.claim.parts);
    read = &row.claim.parts;
    TRY(call_with(row, held ? Installed(*held) : std::nullopt));
  }
  return {};
}

Result<OtherBills> each_bill_then(
    const ReadCall& call, const std::set<Sha256>& artifacts, Instant at, std::size_t most,
    const std::function<void(const Sha256& artifact, std::vector<vuln::Component> components)>& tell) {
  OtherBills past;
  std::size_t told = 0;
  const std::int64_t newest = TRY(store::last_bill_until(call.db, at));
  for (const Sha256& artifact : artifacts) {
    const auto known = exposure_of(call).read(
        [&](const jobs::Exposure::State& state) { return state.index.attestation_of(artifact); });
    if (!known || *known <= newest) continue;
    const auto bill = TRY(store::bill_until(call.db, artifact, at));
    if (!bill) {
      past.without.insert(artifact);
      continue;
    }
    auto read = told < most ? jobs::read_bill(call.db, *call.ports.blobs, *bill)
                            : Result<jobs::ReadBill>(invalid("too many"));
    if (read.ok()) tell(artifact, std::move(read->components)), ++told;
    else past.unread.insert(artifact);
  }
  return past;
}

Result<PastBills> bills_then(const ReadCall& call, const std::set<Sha256>& artifacts, Instant at) {
  PastBills past;
  OtherBills others =
      TRY(each_bill_then(call, artifacts, at, past_bills_max,
                         [&](const Sha256& artifact, std::vector<vuln::Component> components) {
                           past.held.emplace(artifact, std::move(components));
                         }));
  past.without = std::move(others.without);
  past.unread = std::move(others.unread);
  return past;
}

}  // namespace weir::api
