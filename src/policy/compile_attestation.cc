#include <algorithm>
#include <cmath>

#include "policy/compile_parts.h"

namespace weir::policy {
namespace {

using format::Json;

std::string number(double value) { return format::dump(Json(value)); }

// "a test attestation named unit-* about the artifact, by ci-*, not older than 7d"
std::string described(const AttestationPlan& plan) {
  std::string text = plan.type == "*" ? "attestation" : plan.type + " attestation";
  if (plan.name != "*") text += " named " + plan.name;
  if (plan.about != About::any) text += fmt::format(" about the {}", format::name_of(plan.about));
  if (!plan.by.empty()) text += ", by " + one_of_text(plan.by);
  if (plan.signer && !plan.signer->subject.empty()) text += ", signed by " + plan.signer->subject;
  if (plan.signer && !plan.signer->issuer.empty()) text += ", vouched for by " + plan.signer->issuer;
  if (plan.max_age) text += ", not older than " + period_text(*plan.max_age);
  return text;
}

bool is_glob(std::string_view text) { return text.find_first_of("*?") != text.npos; }

// What an item must be to count as this evidence at all, besides its type and name.
std::vector<std::string> filters_of(RegoWriter& out, const AttestationPlan& plan, bool with_age) {
  std::vector<std::string> body;
  if (plan.about != About::any) body.push_back(fmt::format("item.about == \"{}\"", format::name_of(plan.about)));
  if (!plan.by.empty()) body.push_back(out.matches_any("item.actor", plan.by));
  if (plan.signer && !plan.signer->issuer.empty())
    body.push_back(out.matches("item.signer.issuer", plan.signer->issuer));
  if (plan.signer && !plan.signer->subject.empty())
    body.push_back(out.matches("item.signer.subject", plan.signer->subject));
  if (with_age && plan.max_age) body.push_back("item.recorded_at > " + out.ago(plan.max_age->length));
  body.insert(body.end(), plan.only.begin(), plan.only.end());
  return body;
}

// Lines that pick `item` out of the document.
std::vector<std::string> picking(RegoWriter& out, const AttestationPlan& plan, bool with_age) {
  std::vector<std::string> body;
  if (is_glob(plan.type)) {
    body.push_back("some type, items in input.attestations");
    if (plan.type != "*") body.push_back(out.matches("type", plan.type));
    body.push_back("some item in items");
  } else {
    body.push_back(fmt::format("some item in input.attestations[{}]", rego_text(plan.type)));
  }
  if (plan.name != "*") body.push_back(out.matches("item.name", plan.name));
  for (std::string& line : filters_of(out, plan, with_age)) body.push_back(std::move(line));
  return body;
}

void comprehension(RegoWriter& out, const std::string& name, std::string_view value,
                   const std::vector<std::string>& body) {
  out.line(fmt::format("{} := [{} |", name, value));
  for (const std::string& line : body) out.line("  " + line);
  out.line("]");
}

// Of all that count, those that must be well: the newest of each name, the oldest, or all.
std::string selected(RegoWriter& out, const AttestationPlan& plan) {
  const std::string counted = out.fresh("counted");
  comprehension(out, counted, "item", picking(out, plan, true));
  if (plan.which == Which::all) return counted;
  const std::string seen = out.fresh("seen");
  out.line(fmt::format("{} := {}({})", seen, plan.which == Which::first ? "oldest_of" : "newest_of", counted));
  return seen;
}

void fault(RegoWriter& out, const std::string& faults, std::vector<std::string> body, std::string_view text,
           std::string_view more) {
  body.push_back(fmt::format("text := sprintf({}, [item.name, item.entry{}])", rego_text(text), more));
  out.rule(faults + " contains text", body);
}

std::string escaped(std::string text) {  // for sprintf
  for (std::size_t at = 0; (at = text.find('%', at)) != text.npos; at += 2) text.insert(at, "%");
  return text;
}

// What is wrong with those that were looked at, as a set of texts.
std::string faults_of(RegoWriter& out, const AttestationPlan& plan, const std::string& seen) {
  const std::string faults = out.fresh("faults");
  const std::string some = fmt::format("some item in {}", seen);
  if (plan.compliant) fault(out, faults, {some, "item.compliant == false"}, "%s (entry %d) failed", "");
  for (const FactCheck& fact : plan.facts) {
    const std::string well = out.fresh("well");
    out.rule(well + "(value)", fact.check.lines("value"));
    const std::vector<std::string> body{some, "value := " + rego_path("item", fact.path),
                                        fmt::format("not {}(value)", well)};
    fault(out, faults, body, fmt::format("%s (entry %d): {} is %v, wanted {}", escaped(fact.path),
                                         escaped(brief(fact.check.wanted))), ", value");
  }
  if (plan.which == Which::never_failed) {
    std::vector<std::string> ever = picking(out, plan, false);
    ever.push_back("item.compliant == false");
    fault(out, faults, ever, "%s (entry %d) failed once, and must never have", "");
  }
  if (!plan.compliant && plan.facts.empty() && plan.which != Which::never_failed)
    out.line(fmt::format("{} := set()", faults));
  return faults;
}

// Lines that hold when one attestation is all that is asked for.
std::vector<std::string> all_well(const AttestationPlan& plan, const std::string& item) {
  std::vector<std::string> body;
  if (plan.compliant) body.push_back(item + ".compliant == true");
  std::size_t number = 0;
  for (const FactCheck& fact : plan.facts) {
    const std::string value = fmt::format("value{}", number++);
    body.push_back(fmt::format("{} := {}", value, rego_path(item, fact.path)));
    for (std::string& line : fact.check.lines(value)) body.push_back(std::move(line));
  }
  return body;
}

std::string good_of(RegoWriter& out, const AttestationPlan& plan, const std::string& seen) {
  const std::string good = out.fresh("good");
  std::vector<std::string> body{fmt::format("some item in {}", seen)};
  for (std::string& line : all_well(plan, "item")) body.push_back(std::move(line));
  comprehension(out, good, "item.entry", body);
  return good;
}

// Operand of `like`: globs that weir.met takes.
std::optional<Json> likes(const std::vector<std::string>& globs) {
  Json::Array items;
  for (const std::string& glob : globs) {
    const auto stars = std::count(glob.begin(), glob.end(), '*');
    const bool at_an_end = stars == 0 || (stars == 1 && (glob.front() == '*' || glob.back() == '*'));
    if (!at_an_end || glob.find('?') != glob.npos) return std::nullopt;
    items.emplace_back(glob);
  }
  return Json(std::move(items));
}

Json test(std::string_view op, Json operand) { return Json::Array{op, std::move(operand)}; }

// What compares in Rego as in JSON, whoever reads it.
bool is_plain(const Json& value) {
  return value.is_null() || value.boolean() != nullptr || value.string() != nullptr || value.integer() != nullptr;
}
std::optional<Json> whole_number(double value) {
  constexpr double exact = 1LL << 53;
  if (std::trunc(value) != value || std::abs(value) > exact) return std::nullopt;
  return Json(static_cast<std::int64_t>(value));
}

std::optional<Json> tests_of(const Expectation& expected) {
  Json::Array tests;
  if (expected.equals && !is_plain(*expected.equals)) return std::nullopt;
  if (expected.equals) tests.push_back(test("==", *expected.equals));
  if (!std::all_of(expected.one_of.begin(), expected.one_of.end(), is_plain)) return std::nullopt;
  if (!expected.one_of.empty()) tests.push_back(test("in", expected.one_of));
  if (!expected.matches.empty()) {
    const auto like = likes({expected.matches});
    if (!like) return std::nullopt;
    tests.push_back(test("like", *like));
  }
  for (const auto& [bound, op] : {std::pair(expected.at_least, ">="), std::pair(expected.at_most, "<=")}) {
    if (!bound) continue;
    const auto number = whole_number(*bound);
    if (!number) return std::nullopt;
    tests.push_back(test(op, *number));
  }
  if (expected.at_most && !expected.at_least) tests.push_back(test(">", true));
  if (expected.at_least && !expected.at_most) tests.push_back(test("<", ""));
  return Json(std::move(tests));
}

Json condition(std::string_view path, Json tests) {
  Json::Array steps;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    steps.emplace_back(path.substr(0, dot));
    path = dot == path.npos ? std::string_view() : path.substr(dot + 1);
  }
  return Json::object({{"at", std::move(steps)}, {"is", std::move(tests)}});
}

constexpr std::size_t spec_bytes_max = 600;  // it stands in one line

std::optional<std::string> spec_text(const Json& spec) {
  std::string text = rego_text(format::dump(spec));
  if (text.size() > spec_bytes_max) return std::nullopt;
  return text;
}

// The plan as weir.met takes it; none when it cannot say all of it.
std::optional<Json> spec_of(const AttestationPlan& plan) {
  const bool every_name = plan.name == "*";
  if (!plan.only.empty() || (!every_name && (is_glob(plan.name) || plan.at_least > 1))) return std::nullopt;
  Json::Array all;
  if (plan.about != About::any)
    all.push_back(condition("about", Json::Array{test("==", format::name_of(plan.about))}));
  if (plan.compliant) all.push_back(condition("compliant", Json::Array{test("==", true)}));
  const auto like = [&all](std::string_view path, const std::vector<std::string>& globs) {
    const auto operand = likes(globs);
    if (operand) all.push_back(condition(path, Json::Array{test("like", *operand)}));
    return operand.has_value();
  };
  if (!plan.by.empty() && !like("actor", plan.by)) return std::nullopt;
  const SignedBy signer = plan.signer.value_or(SignedBy());
  if (!signer.issuer.empty() && !like("signer.issuer", {signer.issuer})) return std::nullopt;
  if (!signer.subject.empty() && !like("signer.subject", {signer.subject})) return std::nullopt;
  for (const FactCheck& fact : plan.facts) {
    if (!fact.check.tests) return std::nullopt;
    all.push_back(condition(fact.path, *fact.check.tests));
  }
  return Json::object(
      {{"name", plan.name}, {"at_least", std::max<std::int64_t>(plan.at_least, 1)}, {"all", std::move(all)}});
}

// The same with where the items stand and how old they may be; empty when that is more than a line.
std::string whole_spec(const AttestationPlan& plan, Json spec) {
  spec.set("type", plan.type);
  if (plan.max_age) spec.set("max_age", plan.max_age->length.micros);
  return spec_text(spec).value_or("");
}

// Where the newest of a name passes every filter, it is the newest of those that pass. So the filters can be asked of
// the newest alone: of the one name, or of every name that matches.
std::optional<Quick> quick_of(RegoWriter& out, const AttestationPlan& plan) {
  if (plan.which != Which::latest || is_glob(plan.type)) return std::nullopt;
  const std::string all = fmt::format("input.attestations[{}]", rego_text(plan.type));
  if (const auto spec = spec_of(plan)) {
    if (const auto text = spec_text(*spec)) {
      const std::string since = plan.max_age ? out.ago(plan.max_age->length) : rego_text("");
      return Quick{
          "held", {fmt::format("held := weir.met({}, {}, {})", all, *text, since)}, whole_spec(plan, *spec)};
    }
  }
  std::vector<std::string> conditions = filters_of(out, plan, true);
  for (std::string& line : all_well(plan, "item")) conditions.push_back(std::move(line));
  if (!is_glob(plan.name) && plan.at_least == 1) {
    Quick quick{"[item.entry]", {fmt::format("item := weir.last({}, {})", all, rego_text(plan.name))}};
    quick.body.insert(quick.body.end(), conditions.begin(), conditions.end());
    return quick;
  }
  Quick quick{"[item.entry | some item in newest]", {}};
  if (plan.name == "*") quick.body.push_back(fmt::format("newest := weir.newest({})", all));
  else
    quick.body = {"newest := weir.newest([each |", fmt::format("  some each in {}", all),
                  "  " + out.matches("each.name", plan.name), "])"};
  quick.body.push_back(fmt::format("count(newest) >= {}", std::max<std::int64_t>(plan.at_least, 1)));
  if (conditions.empty()) return quick;
  quick.body.push_back("every item in newest {");
  for (const std::string& line : conditions) quick.body.push_back("  " + line);
  quick.body.push_back("}");
  return quick;
}

}  // namespace

std::string period_text(const Period& period) {
  std::string text;
  encode(text, period);
  return text.substr(1, text.size() - 2);
}

std::string one_of_text(const std::vector<std::string>& items) {
  if (items.size() < 2) return items.empty() ? "" : items[0];
  return fmt::format("{} or {}", fmt::join(items.begin(), items.end() - 1, ", "), items.back());
}

std::vector<std::string> ValueCheck::lines(const std::string& name) const {
  std::vector<std::string> named = well;
  for (std::string& line : named)
    for (std::size_t at = 0; (at = line.find(the_value, at)) != line.npos; at += name.size())
      line.replace(at, the_value.size(), name);
  return named;
}

ValueCheck compile_expectation(RegoWriter& out, const Expectation& expected) {
  ValueCheck check;
  std::vector<std::string> wanted;
  if (expected.equals) {
    check.well.push_back(the_value + " == " + rego_value(*expected.equals));
    wanted.push_back(format::dump(*expected.equals));
  }
  if (!expected.one_of.empty()) {
    const std::string allowed = out.fresh("allowed");
    out.line(allowed + " := [");
    for (const Json& each : expected.one_of) out.line("  " + rego_value(each) + ",");
    out.line("]");
    check.well.push_back(the_value + " in " + allowed);
    wanted.push_back("one of " + format::dump(Json(expected.one_of)));
  }
  if (!expected.matches.empty()) {
    check.well.push_back(out.matches(the_value, expected.matches));
    wanted.push_back("like " + expected.matches);
  }
  // Rego orders kinds: null, booleans, numbers, texts, and so on. One bound alone would let another kind pass.
  if (expected.at_least) check.well.push_back(the_value + " >= " + number(*expected.at_least));
  else if (expected.at_most) check.well.push_back(the_value + " > true");
  if (expected.at_most) check.well.push_back(the_value + " <= " + number(*expected.at_most));
  else if (expected.at_least) check.well.push_back(the_value + " < \"\"");
  if (expected.at_least) wanted.push_back("at least " + number(*expected.at_least));
  if (expected.at_most) wanted.push_back("at most " + number(*expected.at_most));
  check.wanted = fmt::format("{}", fmt::join(wanted, " and "));
  check.tests = tests_of(expected);
  return check;
}

namespace {

// Members of attestations that the lines of a plan look at, `weir.newest` and `weir.oldest` too.
std::vector<std::string> paths_of(const AttestationPlan& plan) {
  std::vector<std::string> paths{"entry", "name"};
  if (is_glob(plan.type)) paths.push_back("type");  // else it is that of all of them
  if (plan.compliant || plan.which == Which::never_failed) paths.push_back("compliant");
  if (plan.about != About::any) paths.push_back("about");
  if (!plan.by.empty()) paths.push_back("actor");
  if (plan.signer) paths.push_back("signer");
  if (plan.max_age) paths.push_back("recorded_at");
  for (const FactCheck& fact : plan.facts) paths.push_back(fact.path);
  if (!plan.only.empty()) paths.insert(paths.end(), {"summary.author", "summary.commit"});
  return paths;
}

}  // namespace

Compiled compile_plan(RegoWriter& out, const AttestationPlan& plan) {
  out.asks_of(plan.type, paths_of(plan));
  const std::string seen = selected(out, plan);
  const std::string good = good_of(out, plan, seen), faults = faults_of(out, plan, seen);
  const std::string entries = fmt::format("entries_of({})", seen);
  const std::string none = plan.missing.empty() ? "no " + brief(described(plan)) : plan.missing;
  std::vector<std::string> met{fmt::format("count({}) >= {}", good, plan.at_least),
                               fmt::format("count({}) == count({})", good, seen)};
  if (plan.which == Which::never_failed) met.push_back(fmt::format("count({}) == 0", faults));
  return {{{fmt::format("met({})", good), met},
           {fmt::format("broken({}, {})", faults, entries), {fmt::format("count({}) > 0", faults)}},
           {fmt::format("lacking({}, [])", rego_text(none)), {fmt::format("count({}) == 0", seen)}},
           {fmt::format("lacking(sprintf({}, [count({})]), {})",
                        rego_text(fmt::format("%d of {} wanted: {}", plan.at_least,
                                              escaped(brief(described(plan))))),
                        good, entries),
            {fmt::format("count({}) == count({})", good, seen)}},
           {fmt::format("lacking({}, {})", rego_text("undecided: " + brief(described(plan))), entries), {}}},
          quick_of(out, plan)};
}

Compiled compile_attestation(RegoWriter& out, const RequireAttestation& rule) {
  AttestationPlan plan{.type = rule.type, .name = rule.name, .about = rule.about, .which = rule.which,
                       .compliant = rule.compliant, .at_least = rule.at_least, .by = rule.by,
                       .signer = rule.signer, .max_age = rule.max_age};
  for (const auto& [path, expected] : rule.where)
    plan.facts.push_back({path, compile_expectation(out, expected.value)});
  return compile_plan(out, plan);
}

namespace {

void add_globs(RegoWriter& out, AttestationPlan& plan, std::string_view path,
               const std::vector<std::string>& globs) {
  if (globs.empty()) return;
  ValueCheck check{.well = {fmt::format("is_string({})", the_value), out.matches_any(the_value, globs)},
                   .wanted = "like " + one_of_text(globs)};
  if (const auto like = likes(globs)) check.tests = Json::Array{test("like", *like)};
  plan.facts.push_back({std::string(path), std::move(check)});
}

}  // namespace

Compiled compile_provenance(RegoWriter& out, const RequireProvenance& rule) {
  AttestationPlan plan{.type = "provenance", .about = About::artifact, .max_age = rule.max_age};
  add_globs(out, plan, "summary.builder", rule.builder);
  add_globs(out, plan, "summary.source", rule.source);
  add_globs(out, plan, "summary.build_type", rule.build_type);
  return compile_plan(out, plan);
}

Compiled compile_ticket(RegoWriter& out, const RequireTicket& rule) {
  AttestationPlan plan{.type = "ticket", .max_age = rule.max_age};
  add_globs(out, plan, "summary.state", rule.state);
  add_globs(out, plan, "summary.system", rule.system);
  return compile_plan(out, plan);
}

// Reviews of another commit are none of this change. A reviewer who is the author of a trail does not count.
Compiled compile_review(RegoWriter& out, const RequireReview& rule) {
  AttestationPlan plan{.type = "review", .compliant = false, .max_age = rule.max_age,
                       .only = {"of_this_change(item.summary.commit)"},
                       .missing = "no review of this commit"};
  ValueCheck reviewers{.well = {fmt::format("is_array({})", the_value)},
                       .wanted = fmt::format("{} who are not the author", rule.approvals)};
  reviewers.well.push_back(fmt::format("count([name | some name in {}; not name in authors]) >= {}", the_value,
                                       rule.approvals));
  plan.facts.push_back({"summary.reviewers", std::move(reviewers)});
  if (rule.four_eyes) {
    plan.only.push_back("item.summary.author != \"\"");
    plan.missing = "no review of this commit whose author is known";
    plan.facts.push_back({"summary.four_eyes", {.well = {the_value + " == true"}, .wanted = "true"}});
  }
  return compile_plan(out, plan);
}

}  // namespace weir::policy
