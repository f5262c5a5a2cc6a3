#include "runtime/inventory.h"

#include <algorithm>

#include "base/limits.h"
#include "base/name.h"
#include "crypto/digest.h"

namespace weir::runtime {

Sha256 holder_of(const HostInventoryTaken& taken) {
  if (taken.claim.kind == InventoryKind::packages)
    return crypto::sha256(
        format::encode(std::vector<std::string>{"weir host", taken.environment, taken.host}));
  std::string parts;
  for (const Sha256& part : taken.claim.parts) parts += part.view();
  return crypto::sha256("weir program ", parts);
}

Status check(const InventoryClaim& claim) {
  if (claim.parts.empty() || claim.parts.size() > inventory_parts_max)
    return invalid("an inventory has 1 to 256 parts", "inventories.parts");
  const bool program = claim.kind == InventoryKind::program;
  if (program == claim.instances.empty() || claim.instances.size() > inventory_instances_max)
    return invalid("a program's inventory names its instances, a host's none", "inventories.instances");
  for (const std::string& instance : claim.instances) TRY(check_title(instance, "inventories.instances"));
  if (claim.components < 0) return invalid("'components' is a count", "inventories.components");
  if (claim.distribution.size() > limits::name_bytes_max)
    return invalid("'distribution' has at most 255 bytes", "inventories.distribution");
  return {};
}

}  // namespace weir::runtime
