// What hosts had installed at a past moment, where that is not what they have now: read from the documents that their
// agents sent then, which are kept.
#pragma once
#include <functional>
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

}  // namespace weir::api
