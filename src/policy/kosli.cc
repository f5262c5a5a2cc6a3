#include "policy/kosli.h"

#include <algorithm>

#include "policy/next.h"

namespace weir::policy {
namespace {

using format::Json;
using format::ReadContext;

// A string, or an object with `text`: the reference and the published schema differ.
struct If {
  std::optional<Expression> expression;
  bool operator==(const If& other) const { return expression.has_value() == other.expression.has_value(); }
};

Status decode(const Json& json, If& out, const ReadContext& at) {
  const std::string* text = json.string();
  if (json.object() != nullptr) {
    for (const auto& [name, value] : *json.object())
      if (name != "text") return format::refuse_unknown(json, {"text"}, at);
    text = json.at("text").string();
  }
  if (text == nullptr) return at.wrong("an expression: a string, or {text: …}");
  auto parsed = parse_expression(*text);
  if (!parsed) return invalid(fmt::format("'{}': {}", at.path, parsed.error().message), at.path);
  out.expression = std::move(*parsed);
  return {};
}

struct KosliException {
  If condition;
  static void members(auto& visit, auto& self) { visit("if", self.condition); }
  bool operator==(const KosliException&) const = default;
};

struct KosliRequired {
  bool required = false;
  std::vector<KosliException> exceptions;
  static void members(auto& visit, auto& self) {
    visit.maybe("required", self.required);
    visit.maybe("exceptions", self.exceptions);
  }
  bool operator==(const KosliRequired&) const = default;
};

struct KosliAttestation {
  std::string type, name = "*", control;
  If condition;
  bool must_be_compliant = true;
  std::vector<KosliException> exceptions;
  static void members(auto& visit, auto& self) {
    visit("type", self.type);
    visit.maybe("name", self.name);
    visit.maybe("if", self.condition);
    visit.maybe("must_be_compliant", self.must_be_compliant);
    visit.maybe("for_control", self.control);
    visit.maybe("exceptions", self.exceptions);
  }
  bool operator==(const KosliAttestation&) const = default;
};

struct KosliArtifacts {
  KosliRequired provenance, trail;
  std::vector<KosliAttestation> attestations;
  static void members(auto& visit, auto& self) {
    visit.maybe("provenance", self.provenance);
    visit.maybe("trail-compliance", self.trail);
    visit.maybe("attestations", self.attestations);
  }
  bool operator==(const KosliArtifacts&) const = default;
};

struct KosliPolicy {
  std::string schema;
  KosliArtifacts artifacts;
  static void members(auto& visit, auto& self) {
    visit("_schema", self.schema);
    visit.maybe("artifacts", self.artifacts);
  }
};

struct TypeRow {
  std::string_view theirs, ours;
};
constexpr std::array types{
    TypeRow{"junit", "test"},          TypeRow{"snyk", "scan"},   TypeRow{"sonar", "scan"},
    TypeRow{"pull_request", "review"}, TypeRow{"jira", "ticket"},
};

std::string our_type(const std::string& theirs) {
  const auto row = std::find_if(types.begin(), types.end(), [&](const TypeRow& each) { return each.theirs == theirs; });
  return row == types.end() ? theirs : std::string(row->ours);
}

// ---- comparing as they do there: fingerprints without `sha256:`, tags by what they are compared with ----

bool compares(Operator op) {
  return op == Operator::equal || op == Operator::not_equal || op == Operator::less ||
         op == Operator::greater || op == Operator::at_most || op == Operator::at_least ||
         op == Operator::in || op == Operator::not_in;
}

void strip_prefix(Expression& expression) {
  const std::string* text = expression.literal.string();
  if (text != nullptr && text->starts_with("sha256:")) expression.literal = Json(text->substr(7));
  for (Expression& each : expression.operands) strip_prefix(each);
}

// A tag is a text: beside a number it is the number it spells, and a boolean beside it is a word.
void meet(Expression& context, Expression& other) {
  if (context.op != Operator::context || other.op != Operator::literal) return;
  if (other.literal.boolean() != nullptr) other.literal = Json(*other.literal.boolean() ? "true" : "false");
  else if (other.literal.string() == nullptr && !other.literal.is_null())
    context = Expression{.op = Operator::number, .literal = {}, .operands = {context}};
}

void as_theirs(Expression& expression) {
  for (Expression& each : expression.operands) as_theirs(each);
  if (expression.path == std::vector<std::string>{"artifact", "fingerprint"}) expression.path.back() = "hex";
  if (!compares(expression.op)) return;
  Expression &left = expression.operands[0], &right = expression.operands[1];
  for (const Expression& each : expression.operands)
    if (each.path == std::vector<std::string>{"artifact", "hex"}) {
      strip_prefix(expression);
      break;
    }
  meet(left, right);
  meet(right, left);
}

// The command that records evidence of a type of theirs.
std::string command_for(const KosliAttestation& attestation) {
  struct CommandRow {
    std::string_view type, command;
  };
  constexpr std::array commands{CommandRow{"test", "junit"}, CommandRow{"scan", "sarif"}};
  const std::string type = our_type(attestation.type);
  const auto row = std::ranges::find(commands, type, &CommandRow::type);
  std::string command = row != commands.end() ? std::string(row->command) : type;
  if (type.starts_with("custom:")) command = "custom --type " + type.substr(7);
  if (type == "*") command = "generic";
  return fmt::format("weir attest {}{}", command,
                     attestation.name == "*" ? "" : " --name " + attestation.name);
}

void read_as_theirs(Policy& policy, const KosliPolicy& kosli) {
  for (Rule& rule : policy.rules) {
    if (rule.only_if) as_theirs(*rule.only_if);
    for (Expression& each : rule.unless) as_theirs(each);
    if (rule.id == "provenance") rule.fix = "Record the artifact in the pipeline: weir attest artifact";
  }
  const std::size_t first = policy.rules.size() - kosli.artifacts.attestations.size();
  for (std::size_t i = first; i < policy.rules.size(); ++i)
    policy.rules[i].fix = "Attest it: " + command_for(kosli.artifacts.attestations[i - first]);
}

void add_exceptions(Rule& rule, const std::vector<KosliException>& exceptions) {
  for (const KosliException& each : exceptions) rule.unless.push_back(*each.condition.expression);
}

Rule provenance_rule(const KosliRequired& required) {
  Rule rule{.id = "provenance",
            .message = "The artifact must have been recorded by a flow",
            .who = "the pipeline that builds it",
            .fix = "Record the artifact in the pipeline: weir artifact record"};
  rule.require.trail = RequireTrail{.compliant = false};
  add_exceptions(rule, required.exceptions);
  return rule;
}

Rule trail_rule(const KosliRequired& required) {
  Rule rule{.id = "trail-compliance",
            .message = "The trail of the artifact must be compliant with its flow's template",
            .who = "the pipeline that builds it",
            .fix = "Attest what the trail still misses"};
  rule.require.trail = RequireTrail{};
  add_exceptions(rule, required.exceptions);
  return rule;
}

std::string id_of(const KosliAttestation& attestation, std::size_t number) {
  std::string id = fmt::format("attestation-{}-{}", number, attestation.name == "*" ? attestation.type
                                                                                    : attestation.name);
  for (char& c : id) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (!plain) c = '-';
  }
  return id;
}

Result<Rule> attestation_rule(const KosliAttestation& attestation, std::size_t number, const std::string& path) {
  if (attestation.type == "*" && attestation.name == "*")
    return invalid(fmt::format("'{}': type and name may not both be '*'", path), path);
  if (!attestation.control.empty() && attestation.type != "decision")
    return invalid(fmt::format("'{}.for_control' belongs to type decision only", path), path + ".for_control");
  Rule rule{.id = id_of(attestation, number),
            .who = "the pipeline that builds it",
            .fix = fmt::format("Attest it: weir attest --type {}{}", our_type(attestation.type),
                               attestation.name == "*" ? "" : " --name " + attestation.name)};
  rule.message = fmt::format("An attestation of type {}{}{} is required", attestation.type,
                             attestation.name == "*" ? "" : fmt::format(" named {}", attestation.name),
                             attestation.control.empty() ? "" : fmt::format(" for control {}", attestation.control));
  RequireAttestation required{.type = our_type(attestation.type), .name = attestation.name,
                              .compliant = attestation.must_be_compliant};
  if (!attestation.control.empty()) {
    rule.controls.push_back(attestation.control);
    required.where["predicate.control"] = Expected{Expectation{.equals = Json(attestation.control)}};
  }
  rule.require.attestation = std::move(required);
  rule.only_if = attestation.condition.expression;
  add_exceptions(rule, attestation.exceptions);
  return rule;
}

}  // namespace

bool is_kosli_policy(const Json& document) {
  const std::string_view schema = document.text("_schema");
  return schema.find("kosli.com/schemas/policy/") != schema.npos;
}

Result<Policy> translate_kosli_policy(const Json& document, std::string_view engine) {
  const auto kosli = TRY(format::decode<KosliPolicy>(document));
  if (!kosli.schema.ends_with("/v1")) return invalid("'_schema' must be version v1", "_schema");
  Policy policy{.description = "Translated from a Kosli environment policy"};
  if (kosli.artifacts.provenance.required) policy.rules.push_back(provenance_rule(kosli.artifacts.provenance));
  if (kosli.artifacts.trail.required) policy.rules.push_back(trail_rule(kosli.artifacts.trail));
  std::size_t number = 0;
  for (const KosliAttestation& each : kosli.artifacts.attestations) {
    const std::string path = fmt::format("artifacts.attestations[{}]", number);
    policy.rules.push_back(TRY(attestation_rule(each, ++number, path)));
  }
  if (is_of_now(engine)) read_as_theirs(policy, kosli);
  return policy;
}

}  // namespace weir::policy
