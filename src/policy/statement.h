// What is signed about policies and decisions, ready for DSSE (format/dsse.h); signing itself is the ledger
// key's work. Both payloads are canonical JSON (RFC 8785). Pure.
#pragma once
#include "base/bytes.h"
#include "policy/decision.h"

namespace weir::policy {

struct ToSign {
  std::string payload_type;
  Bytes payload;
};

inline constexpr std::string_view policy_payload_type = "application/vnd.weir.policy.v1+json";
inline constexpr std::string_view statement_payload_type = "application/vnd.in-toto+json";
inline constexpr std::string_view vsa_predicate_type = "https://slsa.dev/verification_summary/v1";

// A version of a policy as an object: name, version, form, digest of the source's bytes, and the source.
ToSign policy_statement(const PolicyCreated& policy);

// Reads what policy_statement wrote. Errc::invalid when the digest is not the source's, or the bytes are not
// canonical.
Result<PolicyCreated> read_policy_statement(BytesView payload);

}  // namespace weir::policy
