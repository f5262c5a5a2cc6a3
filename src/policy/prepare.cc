#include <algorithm>

#include "crypto/digest.h"
#include "policy/compile.h"
#include "policy/decide.h"
#include "policy/next.h"

namespace weir::policy {

// What clones of a prepared policy have in common.
struct PreparedSource {
  std::string name;
  std::int64_t version = 1;
  Sha256 digest;
  Document document;
  std::string package;               // of a Rego source
  std::vector<std::string> answers;  // the conventions it follows, of those below
  std::string queries;               // a line for each of them
  bool reads_time = false;           // of a Rego source
  std::vector<bool> rules_read_time;  // of a form, by rule: its own Rego does
  rego::Shape asks;                  // of the input document
};

namespace {

using format::Json;
using Shared = PreparedSource;

// Of one question to the engine. Generous, because a busy host must not make a decision undecided.
constexpr Duration evaluation_time_max = seconds(2);

// What a policy in Rego may define, in the order in which it is asked.
constexpr std::array<std::string_view, 7> conventions{"not_applicable", "deny", "violation", "allow",
                                                      "violations", "warn", "no_evidence"};
constexpr std::array<std::string_view, 4> deciding{"deny", "violation", "allow", "warn"};

std::vector<std::int64_t> entries_of(const Json& list) {
  std::vector<std::int64_t> entries;
  if (list.array() != nullptr)
    for (const Json& item : *list.array())
      if (item.integer() != nullptr) entries.push_back(*item.integer());
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  return entries;
}

std::string joined(const std::string& message, std::string_view detail) {
  if (message.empty() || detail.empty()) return message.empty() ? std::string(detail) : message;
  return fmt::format("{}: {}", message, detail);
}

RuleResult blank(const Shared& policy, const Rule& rule) {
  return {.id = rule.id, .policy = policy.name, .message = rule.message, .who = rule.who, .fix = rule.fix,
          .severity = rule.severity, .controls = rule.controls};
}

// What a rule says, by the whole rule's answer or, when it is met at once, by its evidence alone.
struct RuleAnswer {
  std::optional<Outcome> outcome;
  std::string message;  // why there is no outcome, without one
  std::vector<std::int64_t> evidence = {};
  bool met_limit = false;
};

using RuleAnswers = std::vector<std::optional<RuleAnswer>>;

RuleAnswer answer_of(const Json& said) {
  const auto outcome = format::enum_from<Outcome>(said.text("result"));
  if (!outcome) return {std::nullopt, "the rule gave no result"};
  return {outcome, std::string(said.text("message")), entries_of(said.at("evidence"))};
}

RuleAnswer failed(const Error& error) {
  return {std::nullopt, error.message, {}, error.code == Errc::too_large};
}

// Rules are independent: one that fails says nothing about the others, so each is asked by itself. What meets a limit
// costs its whole time, so after some of that the rest is not asked.
constexpr std::size_t limits_met_max = 3;

void ask_alone(rego::Engine& engine, const rego::Input& document, RuleAnswers& answers) {
  std::size_t limits_met = 0;
  Error last;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) continue;
    if (limits_met == limits_met_max) {
      answers[i] = failed(last);
      continue;
    }
    const auto said = engine.query(rule_query(i), document);
    answers[i] = said.ok() ? answer_of(said->value_or(Json())) : failed(last = said.error());
    if (answers[i]->met_limit) ++limits_met;
  }
}

// See met_query.
void take_met(const Json::Array& said, RuleAnswers& answers) {
  const auto satisfied_by = [](const Json& entries) {
    return RuleAnswer{Outcome::satisfied, "", entries_of(entries)};
  };
  const Json::Array* together = said.empty() ? nullptr : said.front().array();
  for (std::size_t i = 0; together != nullptr && i < std::min(together->size(), answers.size()); ++i)
    if ((*together)[i].array() != nullptr) answers[i] = satisfied_by((*together)[i]);
  for (std::size_t i = 0; i + 1 < said.size() && i < answers.size(); ++i)
    if (const Json::Array* held = said[i + 1].array(); held != nullptr && !held->empty())
      answers[i] = satisfied_by(held->front());
}

// One query for all that is common, and one more round for the rules that it leaves.
void ask_rules(rego::Engine& engine, const rego::Input& document, RuleAnswers& answers) {
  const auto met = engine.query(met_query, document);
  if (!met.ok()) return ask_alone(engine, document, answers);
  if (*met && (*met)->array() != nullptr) take_met(*(*met)->array(), answers);
  std::string queries;
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (!answers[i]) queries += rule_query(i) + "\n";
  if (queries.empty()) return;
  const auto rest = engine.query_all(queries, document);
  if (!rest.ok()) return ask_alone(engine, document, answers);
  auto next = rest->begin();
  for (auto& answer : answers)
    if (!answer) answer = answer_of(*next++);
}

// When Rego asks to be looked at again. Only time makes it think otherwise: other facts bring a decision by themselves.
std::optional<Instant> next_of_rego(std::string_view rego, bool reads_time, Instant now, std::string_view engine) {
  if (engine == engine_that_looked_for_words) return next_by_words(rego, now);
  return reads_time ? std::optional(now + rego_recheck) : std::nullopt;
}

Prepared::Evaluation by_form(const Shared& policy, RuleAnswers answers, const Input& input, std::string_view engine) {
  Prepared::Evaluation evaluation;
  const auto& rules = policy.document.policy.rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    RuleResult result = blank(policy, rules[i]);
    result.result = answers[i]->outcome.value_or(Outcome::no_evidence);
    result.message = joined(rules[i].message, answers[i]->message);
    result.evidence = std::move(answers[i]->evidence);
    std::optional<Instant> own;
    if (rules[i].require.rego)
      own = next_of_rego(*rules[i].require.rego, policy.rules_read_time[i], input.now, engine);
    result.next = next_of_rule(policy.document.policy, rules[i], input, result, own);
    if (answers[i]->met_limit) result.next = earlier(result.next, input.now + rego_recheck);
    evaluation.rules.push_back(std::move(result));
  }
  return evaluation;
}

// ---- Rego's own conventions ----

struct Said {
  std::string id, message, who, fix;
  std::optional<Severity> severity;
  std::vector<std::int64_t> evidence;
};

Said said_of(const Json& item) {
  if (item.string() != nullptr) return {.message = *item.string()};
  const std::string_view message = item.text("msg").empty() ? item.text("message") : item.text("msg");
  return {.id = std::string(item.text("id")),
          .message = item.object() == nullptr ? format::dump(item) : std::string(message),
          .who = std::string(item.text("who")),
          .fix = std::string(item.text("fix")),
          .severity = format::enum_from<Severity>(item.text("severity")),
          .evidence = entries_of(item.at("evidence"))};
}

// A set, an array, or true.
std::vector<Said> items_of(const Json& value, std::string_view fallback) {
  std::vector<Said> items;
  if (value == Json(true)) items.push_back({.message = std::string(fallback)});
  if (value.string() != nullptr) items.push_back(said_of(value));
  if (value.array() != nullptr)
    for (const Json& item : *value.array()) items.push_back(said_of(item));
  return items;
}

void append(std::vector<Said>& to, std::vector<Said> items) {
  std::move(items.begin(), items.end(), std::back_inserter(to));
}

void merge(RuleResult& into, const Said& said) {
  into.message = into.message.empty() ? said.message : into.message + "; " + said.message;
  if (into.who.empty()) into.who = said.who;
  if (into.fix.empty()) into.fix = said.fix;
  if (said.severity) into.severity = *said.severity;
  into.evidence.insert(into.evidence.end(), said.evidence.begin(), said.evidence.end());
}

// One result for what has no id, and one for each id that is named.
std::vector<RuleResult> results_of(const Shared& policy, Outcome outcome, const std::vector<Said>& items,
                                   std::optional<Instant> next) {
  std::vector<RuleResult> results;
  for (const Said& said : items) {
    const std::string& id = said.id.empty() ? policy.name : said.id;
    auto found = std::find_if(results.begin(), results.end(), [&](const RuleResult& each) { return each.id == id; });
    if (found == results.end()) {
      results.push_back({.id = id, .policy = policy.name, .result = outcome, .next = next});
      found = results.end() - 1;
    }
    merge(*found, said);
  }
  for (RuleResult& each : results) {
    std::sort(each.evidence.begin(), each.evidence.end());
    each.evidence.erase(std::unique(each.evidence.begin(), each.evidence.end()), each.evidence.end());
  }
  return results;
}

using Answers = std::map<std::string_view, Json>;

Prepared::Evaluation by_conventions(const Shared& policy, const Answers& answers, std::optional<Instant> next) {
  const auto answer = [&](std::string_view name) {
    const auto found = answers.find(name);
    return found == answers.end() ? Json() : found->second;
  };
  const auto defines = [&](std::string_view name) {
    return std::find(policy.answers.begin(), policy.answers.end(), name) != policy.answers.end();
  };
  const RuleResult plain{.id = policy.name, .policy = policy.name, .next = next};
  Prepared::Evaluation evaluation;
  for (const Said& said : items_of(answer("warn"), "warned"))
    evaluation.warnings.push_back({policy.name, said.message});
  std::vector<Said> broken = items_of(answer("deny"), "denied");
  append(broken, items_of(answer("violation"), "violated"));
  if (defines("allow") && answer("allow") != Json(true)) {
    const std::vector<Said> why = items_of(answer("violations"), "not allowed");
    if (why.empty()) broken.push_back({.message = "the policy does not allow it"});
    append(broken, why);
  }
  const std::vector<Said> lacking = items_of(answer("no_evidence"), "no evidence");
  RuleResult whole = plain;
  if (answer("not_applicable") == Json(true)) whole.result = Outcome::not_applicable;
  else if (!broken.empty()) evaluation.rules = results_of(policy, Outcome::violated, broken, next);
  else if (!lacking.empty()) evaluation.rules = results_of(policy, Outcome::no_evidence, lacking, next);
  else whole.result = Outcome::satisfied;
  if (evaluation.rules.empty()) evaluation.rules.push_back(std::move(whole));
  return evaluation;
}

Status find_conventions(Shared& policy, rego::Engine& engine) {
  policy.package = package_of(policy.document.rego);
  const std::vector<rego::Rule> rules = TRY(engine.rules());
  policy.reads_time = std::any_of(rules.begin(), rules.end(), [](const rego::Rule& rule) { return rule.reads_time; });
  const auto is_defined = [&](std::string_view name) {
    return std::any_of(rules.begin(), rules.end(), [&](const rego::Rule& rule) {
      return rule.name == name && rule.package == policy.package && !rule.function;
    });
  };
  for (const std::string_view name : conventions) {
    if (!is_defined(name)) continue;
    policy.answers.emplace_back(name);
    policy.queries += fmt::format("{}.{}\n", policy.package, name);
  }
  const bool decides = std::any_of(policy.answers.begin(), policy.answers.end(), [](const std::string& name) {
    return std::find(deciding.begin(), deciding.end(), name) != deciding.end();
  });
  if (decides) return {};
  return invalid(fmt::format("the policy defines none of {} in {}, so it can never decide anything",
                             fmt::join(deciding, ", "), policy.package));
}

// Which rules' own Rego reads the time.
Status find_readers_of_time(Shared& policy, rego::Engine& engine) {
  const auto& rules = policy.document.policy.rules;
  policy.rules_read_time.resize(rules.size());
  if (std::none_of(rules.begin(), rules.end(), [](const Rule& rule) { return rule.require.rego.has_value(); }))
    return {};
  for (const rego::Rule& rule : TRY(engine.rules()))
    for (std::size_t i = 0; rule.reads_time && i < rules.size(); ++i)
      if (rule.package == rule_package(i)) policy.rules_read_time[i] = true;
  return {};
}

// A pattern that the engine cannot read would silently match nothing.
Status check_patterns(const Expression& expression, rego::Engine& engine, const std::string& rule) {
  for (const Expression& each : expression.operands) TRY(check_patterns(each, engine, rule));
  if (expression.op != Operator::matches) return {};
  const Json& pattern = expression.operands[1].literal;
  const auto valid = TRY(engine.query(fmt::format("regex.is_valid({})", format::dump(pattern)), "{}"));
  if (valid == Json(true)) return {};
  return invalid(fmt::format("rule '{}': {} is no regular expression", rule, format::dump(pattern)));
}

Status check_patterns(const Policy& policy) {
  rego::Engine engine = TRY(rego::Engine::load({}, Json()));
  for (const Rule& rule : policy.rules) {
    if (rule.only_if) TRY(check_patterns(*rule.only_if, engine, rule.id));
    for (const Expression& each : rule.unless) TRY(check_patterns(each, engine, rule.id));
  }
  return {};
}

}  // namespace

struct Prepared::State {
  std::shared_ptr<const PreparedSource> shared;
  rego::Engine engine;
};

Prepared::Prepared(std::unique_ptr<State> state) : state_(std::move(state)) {}
Prepared::Prepared(Prepared&&) noexcept = default;
Prepared& Prepared::operator=(Prepared&&) noexcept = default;
Prepared::~Prepared() = default;

Prepared Prepared::clone() const {
  return Prepared(std::unique_ptr<State>(new State{state_->shared, state_->engine.clone()}));
}

const std::string& Prepared::name() const { return state_->shared->name; }
std::int64_t Prepared::version() const { return state_->shared->version; }
const Sha256& Prepared::digest() const { return state_->shared->digest; }
const Document& Prepared::document() const { return state_->shared->document; }
const rego::Shape& Prepared::asks() const { return state_->shared->asks; }

std::string deciding_engine() { return fmt::format("{}{}", rego::Engine::version(), engine_mark); }

Result<Prepared> Prepared::prepare(const Source& source) {
  const Form form = source.form.value_or(recognise_form(source.text));
  Shared shared{.name = source.name, .version = source.version, .digest = crypto::sha256(source.text)};
  shared.document = TRY(read_policy(source.text, form, source.engine));
  const std::string& own_name = shared.document.policy.name;
  if (!own_name.empty() && own_name != source.name)
    return invalid(fmt::format("the policy names itself '{}' and is created as '{}'", own_name, source.name), "name");
  if (form != Form::rego) TRY(check_patterns(shared.document.policy));
  const Program program = compile(shared.document);
  shared.asks = program.asks;
  rego::Engine engine = TRY(rego::Engine::load(program.modules, Json(), {.time = evaluation_time_max}));
  if (form == Form::rego) TRY(find_conventions(shared, engine));
  else TRY(find_readers_of_time(shared, engine));
  return Prepared(std::unique_ptr<State>(
      new State{std::make_shared<const Shared>(std::move(shared)), std::move(engine)}));
}

Prepared::Evaluation Prepared::without_answer(const Input& input, const Error& error, std::string_view engine) const {
  const Shared& policy = *state_->shared;
  if (policy.document.form == Form::yaml)
    return by_form(policy, RuleAnswers(policy.document.policy.rules.size(), failed(error)), input, engine);
  std::optional<Instant> next = next_of_rego(policy.document.rego, policy.reads_time, input.now, engine);
  if (error.code == Errc::too_large) next = earlier(next, input.now + rego_recheck);
  return {.rules = {{.id = policy.name, .policy = policy.name, .message = error.message, .next = next}},
          .warnings = {}};
}

Prepared::Evaluation Prepared::evaluate(const Input& input, const rego::Input& document, std::string_view engine) {
  const Shared& policy = *state_->shared;
  if (policy.document.form == Form::yaml) {
    RuleAnswers answers(policy.document.policy.rules.size());
    ask_rules(state_->engine, document, answers);
    return by_form(policy, std::move(answers), input, engine);
  }
  auto values = state_->engine.query_all(policy.queries, document);
  if (!values.ok()) return without_answer(input, values.error(), engine);
  Answers answers;
  for (std::size_t i = 0; i < policy.answers.size(); ++i) answers.emplace(policy.answers[i], std::move((*values)[i]));
  return by_conventions(policy, answers, next_of_rego(policy.document.rego, policy.reads_time, input.now, engine));
}

Prepared::Evaluation Prepared::evaluate(const Input& input, std::string_view document) {
  const auto read = rego::Input::read(document, asks());
  const std::string engine = deciding_engine();
  return read.ok() ? evaluate(input, *read, engine) : without_answer(input, read.error(), engine);
}

}  // namespace weir::policy
