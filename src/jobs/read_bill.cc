#include "jobs/read_bill.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "evidence/inventory.h"

namespace weir::jobs {
namespace {

constexpr std::int64_t other_bills_max = 64;     // of one artifact; those that came first
constexpr std::size_t subject_bytes_max = 2048;  // of a bill: a package URL

// An inventory of a host or a program may come in several documents.
Result<ReadBill> read_parts(blob::BlobStore& blobs, const std::vector<Sha256>& parts) {
  ReadBill read;
  for (const Sha256& part : parts) {
    const Bytes content = TRY(blobs.read(part));
    const auto inventory = TRY(evidence::read_inventory(content));
    std::ranges::move(vuln::components_of(inventory), std::back_inserter(read.components));
  }
  return read;
}

// What the artifact's other bills list: of another flow, or under another name. A bill takes the place of the one
// before it of its own flow and name alone; else whoever records for one flow could say that another's artifact
// holds nothing.
Status add_others(store::Database& db, blob::BlobStore& blobs, const store::BillRow& bill, ReadBill& read) {
  const auto others = TRY(store::other_bills(db, bill.artifact, bill.attestation, other_bills_max));
  if (others.empty()) return {};
  std::set<std::string> known;
  for (const vuln::Component& each : read.components) known.insert(each.text);
  for (const Sha256& digest : others) {
    const Bytes content = TRY(blobs.read(digest));
    const auto inventory = evidence::read_inventory(content);
    if (!inventory.ok()) continue;  // said when it was its turn
    for (vuln::Component& each : vuln::components_of(*inventory))
      if (known.insert(each.text).second) read.components.push_back(std::move(each));
  }
  return {};
}

}  // namespace

Result<ReadBill> read_bill(store::Database& db, blob::BlobStore& blobs, const store::BillRow& bill) {
  if (!bill.parts.empty()) return read_parts(blobs, bill.parts);
  if (!bill.content) return invalid("the attestation has no file");
  const Bytes content = TRY(blobs.read(*bill.content));
  const auto inventory = TRY(evidence::read_inventory(content));
  ReadBill read{.components = vuln::components_of(inventory)};
  if (inventory.subject.purl.size() <= subject_bytes_max) read.subject = inventory.subject.purl;
  TRY(add_others(db, blobs, bill, read));
  return read;
}

}  // namespace weir::jobs
