// What hosts had installed, and artifacts held, at a past moment, where that is not what is known of them now: read
// from the documents that their agents sent then, and the bills that were attested by then, which are kept.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <span>

#include "api/handlers_vulnerability.h"
#include "store/view_inventory.h"
#include "vuln/component_index.h"

namespace weir::api {

struct PastInventories {
  std::vector<store::HostInventoryRow> now;   // the same inventory holds now: the index knows it
  std::vector<store::HostInventoryRow> then;  // replaced since
};
Result<PastInventories> inventories_then(const ReadCall& call, Instant at);

// What a host had; nullopt when a document of that time can't be read any more. Those of `rows` that sent the same
// documents are read once.
using Installed = std::optional<std::span<const vuln::Component>>;
Status each_installed(const ReadCall& call, std::vector<store::HostInventoryRow> rows,
                      const std::function<Status(const store::HostInventoryRow&, const Installed&)>& call_with);

// Of artifacts that have another bill since. Those that are not named here hold what the index knows.
struct OtherBills {
  std::set<Sha256> without;  // had none then
  std::set<Sha256> unread;   // whose bill of then can't be read any more, or which are too many to read
};
// `tell`: what such an artifact held, one after the other, of at most `most` of them; the others are unread.
Result<OtherBills> each_bill_then(
    const ReadCall& call, const std::set<Sha256>& artifacts, Instant at, std::size_t most,
    const std::function<void(const Sha256& artifact, std::vector<vuln::Component> components)>& tell);

struct PastBills : OtherBills {
  std::map<Sha256, std::vector<vuln::Component>> held;
};
// All at once, so of fewer.
Result<PastBills> bills_then(const ReadCall& call, const std::set<Sha256>& artifacts, Instant at);

}  // namespace weir::api
