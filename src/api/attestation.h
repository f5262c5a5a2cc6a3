// How evidence is read before it is recorded, for every door that takes some.
#pragma once
#include <vector>

#include "api/service.h"
#include "evidence/attestation.h"

namespace weir::api {

struct Evidence {
  evidence::AttestationRecorded record;
  std::vector<Sha256> subjects;  // that the evidence itself names
};

// Errc::invalid, with the nearest name, when evidence of such a type cannot be recorded; not_found: a type of one's own
// that is not declared.
Status check_type_exists(store::Database& db, const std::string& type, const std::string& field);

// Reads the evidence and makes its bytes durable; the entry that names them comes after.
Result<Evidence> read_evidence(const Call& call, evidence::AttestationRecorded record, Bytes content);

}  // namespace weir::api
