// The declarative form of a policy: what people write in YAML or JSON, as values. Docs: docs/formats/policy.md.
// One list of members per record reads it, and makes its published JSON Schema. Kosli's environment policies
// are read into the same values (kosli.h). Reading is strict: its errors name the field and the line. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "format/members.h"
#include "policy/expression.h"
#include "policy/record.h"

namespace weir::policy {

// "7d", "24h", "15m": a length of time as people write it.
struct Period {
  Duration length;
  auto operator<=>(const Period&) const = default;
  static format::Json json_schema();
};
Status decode(const format::Json& json, Period& out, const format::ReadContext& at);
void encode(std::string& out, const Period& period);

// What one value must be. `5`, "x", [1, 2] are short for equals and one_of.
struct Expectation {
  std::optional<format::Json> equals;
  std::vector<format::Json> one_of;
  std::string matches;  // a glob
  std::optional<double> at_least, at_most;
  static void members(auto& visit, auto& self) {
    visit.maybe("equals", self.equals);
    visit.maybe("one_of", self.one_of);
    visit.maybe("matches", self.matches);
    visit.maybe("at_least", self.at_least);
    visit.maybe("at_most", self.at_most);
  }
  bool operator==(const Expectation&) const = default;
};
// As it stands in a file: with the short forms.
struct Expected {
  Expectation value;
  bool operator==(const Expected&) const = default;
  static format::Json json_schema();
};
Status decode(const format::Json& json, Expected& out, const format::ReadContext& at);
void encode(std::string& out, const Expected& expected);

// When a rule, or a whole policy, applies: each key that is given must match one of its globs.
struct Condition {
  std::vector<std::string> environments, flows, artifacts, classes, actors;
  std::map<std::string, std::string> tags;  // of the environment or the flow
  std::optional<Instant> after, before;
  static void members(auto& visit, auto& self) {
    visit.maybe("environments", self.environments);
    visit.maybe("flows", self.flows);
    visit.maybe("artifacts", self.artifacts);
    visit.maybe("classes", self.classes);
    visit.maybe("actors", self.actors);
    visit.maybe("tags", self.tags);
    visit.maybe("after", self.after);
    visit.maybe("before", self.before);
  }
  bool operator==(const Condition&) const = default;
};

enum class About { any, artifact, trail };
constexpr auto names_of(About) { return std::array<std::string_view, 3>{"any", "artifact", "trail"}; }
enum class Which { latest, all, first, never_failed };
constexpr auto names_of(Which) {
  return std::array<std::string_view, 4>{"latest", "all", "first", "never-failed"};
}

struct SignedBy {
  std::string issuer, subject;  // globs
  static void members(auto& visit, auto& self) {
    visit.maybe("issuer", self.issuer);
    visit.maybe("subject", self.subject);
  }
  bool operator==(const SignedBy&) const = default;
};

struct RequireAttestation {
  std::string type;        // "*" with a name
  std::string name = "*";  // a glob
  About about = About::any;
  Which which = Which::latest;
  bool compliant = true;  // false: that it is there is enough
  std::int64_t at_least = 1;
  std::map<std::string, Expected> where;  // "summary.failed", "predicate.x"
  std::vector<std::string> by;            // accounts, globs
  std::optional<SignedBy> signer;
  std::optional<Period> max_age;
  static void members(auto& visit, auto& self) {
    visit("type", self.type);
    visit.maybe("name", self.name);
    visit.maybe("about", self.about);
    visit.maybe("which", self.which);
    visit.maybe("compliant", self.compliant);
    visit.maybe("at_least", self.at_least);
    visit.maybe("where", self.where);
    visit.maybe("by", self.by);
    visit.maybe("signer", self.signer);
    visit.maybe("max_age", self.max_age);
  }
  bool operator==(const RequireAttestation&) const = default;
};

struct RequireProvenance {
  std::vector<std::string> builder, source, build_type;  // globs
  std::optional<Period> max_age;
  static void members(auto& visit, auto& self) {
    visit.maybe("builder", self.builder);
    visit.maybe("source", self.source);
    visit.maybe("build_type", self.build_type);
    visit.maybe("max_age", self.max_age);
  }
  bool operator==(const RequireProvenance&) const = default;
};

struct RequireTrail {
  bool compliant = true;  // every trail of the artifact; false: that there is one
  std::vector<std::string> flows;
  static void members(auto& visit, auto& self) {
    visit.maybe("compliant", self.compliant);
    visit.maybe("flows", self.flows);
  }
  bool operator==(const RequireTrail&) const = default;
};

struct RequireReview {
  std::int64_t approvals = 1;
  bool four_eyes = true;
  std::optional<Period> max_age;
  static void members(auto& visit, auto& self) {
    visit.maybe("approvals", self.approvals);
    visit.maybe("four_eyes", self.four_eyes);
    visit.maybe("max_age", self.max_age);
  }
  bool operator==(const RequireReview&) const = default;
};

struct RequireTicket {
  std::vector<std::string> state, system;  // globs
  std::optional<Period> max_age;
  static void members(auto& visit, auto& self) {
    visit.maybe("state", self.state);
    visit.maybe("system", self.system);
    visit.maybe("max_age", self.max_age);
  }
  bool operator==(const RequireTicket&) const = default;
};

struct RequireApproval {
  std::int64_t count = 1;               // different people
  std::vector<std::string> groups, by;  // one of these groups; these accounts (globs)
  bool person = true;                   // an approval by rule does not count
  std::optional<Period> max_age;
  static void members(auto& visit, auto& self) {
    visit.maybe("count", self.count);
    visit.maybe("groups", self.groups);
    visit.maybe("by", self.by);
    visit.maybe("person", self.person);
    visit.maybe("max_age", self.max_age);
  }
  bool operator==(const RequireApproval&) const = default;
};

// At most so many of each; what is not named is not counted.
struct RequireVulnerabilities {
  std::optional<std::int64_t> critical, high, medium, low, known_exploited;
  std::optional<Period> max_age;
  static void members(auto& visit, auto& self) {
    visit.maybe("critical", self.critical);
    visit.maybe("high", self.high);
    visit.maybe("medium", self.medium);
    visit.maybe("low", self.low);
    visit.maybe("known_exploited", self.known_exploited);
    visit.maybe("max_age", self.max_age);
  }
  bool operator==(const RequireVulnerabilities&) const = default;
};

struct RequirePosture {
  double score_at_least = 0;
  static void members(auto& visit, auto& self) { visit("score_at_least", self.score_at_least); }
  bool operator==(const RequirePosture&) const = default;
};

struct RequirePromotion {
  std::vector<std::string> after;     // it was seen running in each of these environments
  std::optional<Period> soak;         // for so long, since it was first seen there
  std::vector<std::string> evidence;  // compliant attestations of these types since then
  std::optional<Period> cooldown;     // between two deployments here
  std::optional<std::int64_t> per_day;
  bool rollback_target = false;  // what runs here now is approved, or nothing does
  static void members(auto& visit, auto& self) {
    visit.maybe("after", self.after);
    visit.maybe("soak", self.soak);
    visit.maybe("evidence", self.evidence);
    visit.maybe("cooldown", self.cooldown);
    visit.maybe("per_day", self.per_day);
    visit.maybe("rollback_target", self.rollback_target);
  }
  bool operator==(const RequirePromotion&) const = default;
};

struct RequireEnvironment {
  std::vector<std::string> kinds, names;
  std::map<std::string, std::string> tags;
  static void members(auto& visit, auto& self) {
    visit.maybe("kinds", self.kinds);
    visit.maybe("names", self.names);
    visit.maybe("tags", self.tags);
  }
  bool operator==(const RequireEnvironment&) const = default;
};

struct RequireChange {
  std::vector<std::string> classes;
  static void members(auto& visit, auto& self) { visit("classes", self.classes); }
  bool operator==(const RequireChange&) const = default;
};

enum class RequireWindow { open };
constexpr auto names_of(RequireWindow) { return std::array<std::string_view, 1>{"open"}; }

// Exactly one of these is asked for by a rule.
struct Requirement {
  std::optional<RequireAttestation> attestation;
  std::optional<RequireProvenance> provenance;
  std::optional<RequireTrail> trail;
  std::optional<RequireReview> review;
  std::optional<RequireTicket> ticket;
  std::optional<RequireApproval> approval;
  std::optional<RequireVulnerabilities> vulnerabilities;
  std::optional<RequirePosture> posture;
  std::optional<RequirePromotion> promotion;
  std::optional<RequireEnvironment> environment;
  std::optional<std::map<std::string, Expected>> workload;  // settings by their path
  std::optional<RequireChange> change;
  std::optional<RequireWindow> window;
  std::optional<std::string> rego;  // a module's body: `violation contains {"msg": …}`, no_evidence, not_applicable
  static void members(auto& visit, auto& self) {
    visit.maybe("attestation", self.attestation);
    visit.maybe("provenance", self.provenance);
    visit.maybe("trail", self.trail);
    visit.maybe("review", self.review);
    visit.maybe("ticket", self.ticket);
    visit.maybe("approval", self.approval);
    visit.maybe("vulnerabilities", self.vulnerabilities);
    visit.maybe("posture", self.posture);
    visit.maybe("promotion", self.promotion);
    visit.maybe("environment", self.environment);
    visit.maybe("workload", self.workload);
    visit.maybe("change", self.change);
    visit.maybe("window", self.window);
    visit.maybe("rego", self.rego);
  }
  bool operator==(const Requirement&) const = default;
};

enum class Severity { low, medium, high, critical };
constexpr auto names_of(Severity) {
  return std::array<std::string_view, 4>{"low", "medium", "high", "critical"};
}

// Where on the way from source to production it looks.
enum class Stage { source, build, artifact, test, scan, deploy, runtime };
constexpr auto names_of(Stage) {
  return std::array<std::string_view, 7>{"source", "build", "artifact", "test", "scan", "deploy", "runtime"};
}

struct Rule {
  std::string id, title, why, message, who, fix;
  std::optional<Stage> stage;
  Severity severity = Severity::medium;
  std::vector<std::string> controls;
  Condition when;
  Requirement require;
  // Of Kosli's form only: applies if, and does not apply if one of these holds.
  std::optional<Expression> only_if;
  std::vector<Expression> unless;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit.maybe("title", self.title);
    visit.maybe("stage", self.stage);
    visit.maybe("why", self.why);
    visit.maybe("message", self.message);
    visit.maybe("who", self.who);
    visit.maybe("fix", self.fix);
    visit.maybe("severity", self.severity);
    visit.maybe("controls", self.controls);
    visit.maybe("when", self.when);
    visit("require", self.require);
  }
};

// A policy's own test: `input` is laid over a small standard input document, and the verdict, with the policy
// enforced,
// and the results named must be these.
struct TestCase {
  std::string name;
  format::Json input;
  std::string verdict;
  std::map<std::string, std::string> results;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit.maybe("input", self.input);
    visit.maybe("verdict", self.verdict);
    visit.maybe("results", self.results);
  }
};

struct ApproveByRule {
  std::vector<std::string> classes;
  static void members(auto& visit, auto& self) { visit("classes", self.classes); }
  bool operator==(const ApproveByRule&) const = default;
};

enum class ApiVersion { v1 };
constexpr auto names_of(ApiVersion) { return std::array<std::string_view, 1>{"weir/v1"}; }
enum class Kind { policy };
constexpr auto names_of(Kind) { return std::array<std::string_view, 1>{"Policy"}; }

struct Policy {
  ApiVersion api_version = ApiVersion::v1;
  Kind kind = Kind::policy;
  std::string name, description;
  std::optional<ApproveByRule> approve_by_rule;
  Condition when;
  std::vector<Rule> rules;
  std::vector<TestCase> tests;
  static void members(auto& visit, auto& self) {
    visit("apiVersion", self.api_version);
    visit("kind", self.kind);
    visit.maybe("name", self.name);
    visit.maybe("description", self.description);
    visit.maybe("approve_by_rule", self.approve_by_rule);
    visit.maybe("when", self.when);
    visit("rules", self.rules);
    visit.maybe("tests", self.tests);
  }
};

enum class Dialect { weir, kosli, rego };  // who wrote the form down
constexpr auto names_of(Dialect) { return std::array<std::string_view, 3>{"weir", "kosli", "rego"}; }

// A source as it was understood.
struct Document {
  Form form = Form::yaml;
  Dialect dialect = Dialect::weir;
  Policy policy;     // of both YAML dialects
  std::string rego;  // the module, when the form is rego
};

Form recognise_form(std::string_view source);  // Rego begins with `package`, after comments
// Reads and checks. Errors name field and line: an unknown field, a wrong type, an id that stands twice, a rule
// that can
// never apply (`after` not before `before`), a glob or an expression that is none, more than
// limits::policy_rules_max.
Result<Document> read_policy(std::string_view source);
// `engine`: of the decision it is read for; empty: the one that runs. Older ones read Kosli's form otherwise.
Result<Document> read_policy(std::string_view source, Form form, std::string_view engine = {});

std::string policy_schema();  // JSON Schema 2020-12 of the YAML form

}  // namespace weir::policy
