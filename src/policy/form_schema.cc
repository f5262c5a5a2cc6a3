#include "format/schema.h"
#include "policy/form.h"

namespace weir::policy {
namespace {

using format::Json;

// A sentence for each field, for editors and for docs. The test asks that every field has one.
struct Help {
  std::string_view field, text;
};
constexpr std::array help_table{
    Help{"Policy.apiVersion", "weir/v1"},
    Help{"Policy.kind", "Policy"},
    Help{"Policy.name", "Must equal the name the policy is created under, when it is given"},
    Help{"Policy.description", "What this policy is for"},
    Help{"Policy.approve_by_rule", "When every rule is met, `weir deploy` may record an approval by this rule"},
    Help{"Policy.when", "When the whole policy applies; always when absent"},
    Help{"Policy.rules", "What is asked"},
    Help{"Policy.tests", "The policy's own tests, run by `weir policy test`"},
    Help{"ApproveByRule.classes", "Classes of change that may be approved so"},
    Help{"Condition.environments", "Names of environments, as globs"},
    Help{"Condition.flows", "Names of the artifact's flows, as globs"},
    Help{"Condition.artifacts", "Names of artifacts, as globs"},
    Help{"Condition.classes", "Classes of change: standard, normal, emergency"},
    Help{"Condition.actors", "Authors of the artifact's trails, as globs"},
    Help{"Condition.tags", "Tags of the environment or the flow, with a glob for each value"},
    Help{"Condition.after", "From this moment on"},
    Help{"Condition.before", "Until this moment"},
    Help{"Rule.id", "Unique in the policy; small letters, digits, '.' and '-'"},
    Help{"Rule.title", "What it asks for, in one line"},
    Help{"Rule.stage", "Where on the way it looks: source, build, artifact, test, scan, deploy, runtime"},
    Help{"Rule.why", "Why it is asked for"},
    Help{"Rule.message", "What the developer reads when the rule is not met"},
    Help{"Rule.who", "Who can supply what is missing"},
    Help{"Rule.fix", "How to supply it"},
    Help{"Rule.severity", "How bad it is when it is not met"},
    Help{"Rule.controls", "Controls of frameworks that this rule serves"},
    Help{"Rule.when", "When the rule applies; always when absent"},
    Help{"Rule.require", "What must be so: exactly one key"},
    Help{"Requirement.attestation", "An attestation of a type, with conditions on what it says"},
    Help{"Requirement.provenance", "Build provenance about the artifact"},
    Help{"Requirement.trail", "The artifact's trails"},
    Help{"Requirement.review", "A review of the change, by somebody other than its author"},
    Help{"Requirement.ticket", "A ticket that asked for the change"},
    Help{"Requirement.approval", "Approvals in force here"},
    Help{"Requirement.vulnerabilities", "At most so many known vulnerabilities"},
    Help{"Requirement.posture", "The score of the environment's posture"},
    Help{"Requirement.promotion", "Order of environments, soak time, cooldown, daily cap, rollback target"},
    Help{"Requirement.environment", "The environment itself"},
    Help{"Requirement.workload", "Settings of the running workload, by their path"},
    Help{"Requirement.change", "The class of change"},
    Help{"Requirement.window", "No window or freeze is in the way"},
    Help{"Requirement.rego", "A Rego body that defines `violation contains {\"msg\": …}`"},
    Help{"RequireAttestation.type", "test, scan, sbom, provenance, review, ticket, generic, custom:NAME; or *"},
    Help{"RequireAttestation.name", "Its name, as a glob"},
    Help{"RequireAttestation.about", "About the artifact, its trail, or any of them"},
    Help{"RequireAttestation.which", "The latest of each name, all, the first, or the latest and none ever failed"},
    Help{"RequireAttestation.compliant", "Must be compliant; false: that it is there is enough"},
    Help{"RequireAttestation.at_least", "So many must meet the conditions"},
    Help{"RequireAttestation.where", "Conditions on summary.… and predicate.…"},
    Help{"RequireAttestation.by", "Accounts that recorded it, as globs; others do not count"},
    Help{"RequireAttestation.signer", "Who signed it, as verified by the server; others do not count"},
    Help{"RequireAttestation.max_age", "Older ones are no evidence"},
    Help{"SignedBy.issuer", "Issuer of the identity, as a glob"},
    Help{"SignedBy.subject", "The identity, as a glob"},
    Help{"RequireProvenance.builder", "Builder ids, as globs"},
    Help{"RequireProvenance.source", "Source repositories, as globs"},
    Help{"RequireProvenance.build_type", "Build types, as globs"},
    Help{"RequireProvenance.max_age", "Older ones are no evidence"},
    Help{"RequireTrail.compliant", "Every trail is compliant; false: that there is one"},
    Help{"RequireTrail.flows", "Trails of these flows only, as globs"},
    Help{"RequireReview.approvals", "So many reviewers who are not the author"},
    Help{"RequireReview.four_eyes", "The author is known, and no reviewer is the author"},
    Help{"RequireReview.max_age", "Older ones are no evidence"},
    Help{"RequireTicket.state", "States of the ticket, as globs"},
    Help{"RequireTicket.system", "Ticket systems, as globs"},
    Help{"RequireTicket.max_age", "Older ones are no evidence"},
    Help{"RequireApproval.count", "So many different approvers"},
    Help{"RequireApproval.groups", "Approvers of one of these groups"},
    Help{"RequireApproval.by", "These approvers, as globs"},
    Help{"RequireApproval.person", "By people only; false: approvals by rule count too"},
    Help{"RequireApproval.max_age", "Older ones do not count"},
    Help{"RequireVulnerabilities.critical", "At most so many critical ones"},
    Help{"RequireVulnerabilities.high", "At most so many high ones"},
    Help{"RequireVulnerabilities.medium", "At most so many medium ones"},
    Help{"RequireVulnerabilities.low", "At most so many low ones"},
    Help{"RequireVulnerabilities.known_exploited", "At most so many known to be exploited"},
    Help{"RequireVulnerabilities.max_age", "What is known must not be older"},
    Help{"RequirePosture.score_at_least", "Above 0, at most 100"},
    Help{"RequirePromotion.after", "It was seen running in each of these environments"},
    Help{"RequirePromotion.soak", "For so long, since it was first seen there"},
    Help{"RequirePromotion.evidence", "Compliant attestations of these types, recorded since then"},
    Help{"RequirePromotion.cooldown", "Between two deployments here"},
    Help{"RequirePromotion.per_day", "Deployments here within 24 hours"},
    Help{"RequirePromotion.rollback_target", "What runs here now is approved, or nothing does"},
    Help{"RequireEnvironment.kinds", "Kinds of environments"},
    Help{"RequireEnvironment.names", "Names of environments, as globs"},
    Help{"RequireEnvironment.tags", "Tags the environment has, with a glob for each value"},
    Help{"RequireChange.classes", "standard, normal, emergency"},
    Help{"TestCase.name", "What the test shows"},
    Help{"TestCase.input", "Laid over a small standard input document"},
    Help{"TestCase.verdict", "allow, deny, warn or undecided"},
    Help{"TestCase.results", "Results of rules, by their id"},
};

std::string_view help_of(const std::string& field) {
  for (const Help& row : help_table)
    if (row.field == field) return row.text;
  return {};
}

// The book names what is read after the record with Request behind it; the published schema needs no such ending.
std::string plain(std::string_view name) { return std::string(name.substr(0, name.size() - 7)); }

void rename_references(Json& json) {
  if (Json::Array* items = json.array(); items != nullptr)
    for (Json& item : *items) rename_references(item);
  if (json.object() == nullptr) return;
  for (auto& [key, value] : *json.object())
    if (key == "$ref" && value.string() != nullptr) value = Json(plain(*value.string()));
    else rename_references(value);
}

void describe(const std::string& record, Json& schema) {
  for (auto& [key, value] : *schema.object()) {
    if (key != "properties") continue;
    for (auto& [field, property] : *value.object()) {
      const std::string_view help = help_of(record + "." + field);
      if (!help.empty()) property.set("description", help);
    }
  }
}

}  // namespace

std::string policy_schema() {
  format::SchemaBook book("#/$defs/");
  book.schema_of<Policy>(format::Way::in);
  Json definitions = Json::object({});
  Json root = Json::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                            {"$id", "https://weir.dev/schemas/policy/v1"},
                            {"title", "Weir policy"}});
  const Json schemas = book.schemas();
  for (const auto& [name, found] : *schemas.object()) {
    Json schema = found;
    rename_references(schema);
    describe(plain(name), schema);
    if (plain(name) == "Requirement") {
      schema.set("minProperties", 1);
      schema.set("maxProperties", 1);
    }
    if (plain(name) != "Policy") {
      definitions.set(plain(name), std::move(schema));
      continue;
    }
    for (auto& [key, value] : *schema.object()) root.set(key, std::move(value));
  }
  root.set("$defs", std::move(definitions));
  return format::dump_pretty(root) + "\n";
}

}  // namespace weir::policy
