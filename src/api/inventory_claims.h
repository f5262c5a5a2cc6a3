// The server's side of inventories: the documents that reporters send, and the claims in their reports that name them.
// Format: docs/formats/host-inventory.md.
#pragma once
#include "api/service.h"
#include "runtime/report.h"
#include "store/view_runtime.h"

namespace weir::api {

// Keeps a document that a recognised reporter sent. Errors: invalid for what is no CycloneDX in JSON.
Status keep_inventory_document(const Ports& ports, BytesView body);

// Of a report's claims, those whose documents are all here. `lacking`: a document of another is not.
struct Claims {
  std::vector<runtime::HostInventoryTaken> whole;
  bool lacking = false;
};
Result<Claims> claims_of(const Ports& ports, const store::ReporterChain& chain,
                         const runtime::Report& report);
Status check_claims(const runtime::Report& report, Instant now);

}  // namespace weir::api
