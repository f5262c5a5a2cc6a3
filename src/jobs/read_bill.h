// What a bill of materials says an artifact holds, as it is matched.
#pragma once
#include <string>
#include <vector>

#include "blob/store.h"
#include "store/view_finding.h"
#include "vuln/component_index.h"

namespace weir::jobs {

struct ReadBill {
  std::vector<vuln::Component> components;  // with those of the artifact's other bills
  std::string subject;                      // package URL of what the bill is of; empty where it says none
};
// Errors: what cannot be read, of the bill itself; another of the artifact's bills is passed over.
Result<ReadBill> read_bill(store::Database& db, blob::BlobStore& blobs, const store::BillRow& bill);

}  // namespace weir::jobs
