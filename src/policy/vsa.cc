#include "policy/vsa.h"

#include "crypto/digest.h"

namespace weir::policy {
namespace {

using format::Json;

Json digest_set(const Sha256& digest) { return Json::object({{"sha256", to_hex(digest)}}); }

// All that decided, as one policy: the digest is of the list of names, versions, digests and modes.
Json policy_of(const DecisionRecord& decision, const VsaOrigin& origin) {
  const Json list = format::parse_json(format::encode(decision.policies)).value();
  return Json::object({{"uri", origin.resource + "/policies"},
                       {"digest", digest_set(crypto::sha256(format::dump_canonical(list)))}});
}

Json details_of(const DecisionRecord& decision, const VsaOrigin& origin) {
  Json rules{Json::Array{}};
  for (const RuleResult& rule : decision.rules)
    rules.array()->push_back(Json::object({{"id", rule.id},
                                           {"policy", rule.policy},
                                           {"mode", format::name_of(rule.mode)},
                                           {"result", format::name_of(rule.result)}}));
  Json::Array inputs(decision.inputs.begin(), decision.inputs.end());
  return Json::object({{"decision", origin.decision},
                       {"environment", decision.environment},
                       {"verdict", format::name_of(decision.verdict)},
                       {"policies", format::parse_json(format::encode(decision.policies)).value()},
                       {"rules", std::move(rules)},
                       {"inputs", std::move(inputs)}});
}

}  // namespace

ToSign decision_statement(const DecisionRecord& decision, const VsaOrigin& origin) {
  const auto digest = parse_sha256(decision.artifact);
  Json subject = Json::object({{"name", decision.input.at("artifact").text("name")},
                               {"digest", digest.ok() ? digest_set(*digest) : Json::object({})}});
  const Json predicate = Json::object(
      {{"verifier", Json::object({{"id", origin.verifier}, {"version", Json::object({{"engine", decision.engine}})}})},
       {"timeVerified", to_string(decision.decided_at)},
       {"resourceUri", origin.resource},
       {"policy", policy_of(decision, origin)},
       {"verificationResult", passes(decision.verdict) ? "PASSED" : "FAILED"},
       {"verifiedLevels", Json::Array{passes(decision.verdict) ? "SLSA_BUILD_LEVEL_UNEVALUATED" : "FAILED"}},
       {"slsaVersion", "1.0"},
       {"weir", details_of(decision, origin)}});
  const Json statement = Json::object({{"_type", "https://in-toto.io/Statement/v1"},
                                       {"subject", Json::Array{std::move(subject)}},
                                       {"predicateType", vsa_predicate_type},
                                       {"predicate", predicate}});
  return {std::string(statement_payload_type), format::dump_canonical(statement)};
}

Result<VsaSaid> read_decision_statement(BytesView payload) {
  const Json statement = TRY(format::parse_json(payload));
  if (format::dump_canonical(statement) != payload)
    return invalid("the statement is not in its canonical form");
  if (statement.text("predicateType") != vsa_predicate_type)
    return invalid(fmt::format("it must be {}", vsa_predicate_type), "predicateType");
  const Json& predicate = statement.at("predicate");
  const Json& details = predicate.at("weir");
  const auto verdict = format::enum_from<Verdict>(details.text("verdict"));
  const std::int64_t* decision = details.at("decision").integer();
  if (!verdict || decision == nullptr || statement.items("subject").size() != 1)
    return invalid("it is no statement on a decision of Weir", "predicate.weir");
  if ((predicate.text("verificationResult") == "PASSED") != passes(*verdict))
    return invalid("the result is not that of the verdict", "predicate.verificationResult");
  const Json& digest = statement.items("subject")[0].at("digest");
  return VsaSaid{.verifier = std::string(predicate.at("verifier").text("id")),
                 .resource = std::string(predicate.text("resourceUri")),
                 .artifact = fmt::format("sha256:{}", digest.text("sha256")),
                 .environment = std::string(details.text("environment")),
                 .verdict = std::string(details.text("verdict")),
                 .time = std::string(predicate.text("timeVerified")),
                 .decision = *decision};
}

}  // namespace weir::policy
