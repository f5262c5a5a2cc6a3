#include "policy/statement.h"

#include "crypto/digest.h"

namespace weir::policy {

using format::Json;

ToSign policy_statement(const PolicyCreated& policy) {
  const Json document = Json::object({{"digest", to_string(policy.digest)},
                                      {"form", format::name_of(policy.form)},
                                      {"name", policy.name},
                                      {"source", policy.source},
                                      {"version", policy.version}});
  return {std::string(policy_payload_type), format::dump_canonical(document)};
}

Result<PolicyCreated> read_policy_statement(BytesView payload) {
  const Json document = TRY(format::parse_json(payload));
  auto policy = TRY(format::decode<PolicyCreated>(document));
  if (crypto::sha256(policy.source) != policy.digest)
    return invalid("the digest is not that of the source", "digest");
  if (policy_statement(policy).payload != payload) return invalid("the statement is not in its canonical form");
  return policy;
}

}  // namespace weir::policy
