#include "api/inventory_claims.h"

#include <algorithm>

#include "base/limits.h"
#include "evidence/inventory.h"
#include "format/json_view.h"

namespace weir::api {

Status keep_inventory_document(const Ports& ports, BytesView body) {
  const auto document = TRY(format::JsonDocument::parse(body, limits::evidence_values_max));
  if (document.root().text("bomFormat") != "CycloneDX")
    return invalid("an inventory is a CycloneDX document in JSON", "bomFormat");
  if (!document.root().at("components").is_array()) return invalid("'components' must be an array", "components");
  (void)TRY(evidence::read_inventory(body));
  (void)TRY(ports.blobs->put(body));
  return {};
}

Status check_claims(const runtime::Report& report, Instant now) {
  if (report.inventories.size() > runtime::inventory_claims_max)
    return invalid("a report has at most 1024 inventories", "inventories");
  for (const runtime::InventoryClaim& claim : report.inventories) {
    TRY(check(claim));
    if (claim.taken_at > now + limits::clock_skew_max)
      return invalid("the inventory was taken in the future", "inventories.taken_at");
  }
  return {};
}

Result<Claims> claims_of(const Ports& ports, const store::ReporterChain& chain,
                         const runtime::Report& report) {
  Claims claims;
  for (const runtime::InventoryClaim& claim : report.inventories) {
    const bool here =
        std::ranges::all_of(claim.parts, [&](const Sha256& part) { return ports.blobs->read(part).ok(); });
    if (!here) claims.lacking = true;
    else claims.whole.push_back({chain.id, chain.host, chain.environment, claim});
  }
  return claims;
}

}  // namespace weir::api
