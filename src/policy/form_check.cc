#include "policy/form_check.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "base/name.h"
#include "base/suggest.h"
#include "policy/decision.h"
#include "policy/rego_text.h"

namespace weir::policy {
namespace {

using Texts = std::vector<std::string>;

std::string below(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

Error wrong(const std::string& path, std::string_view message) {
  return invalid(fmt::format("'{}' {}", path, message), path);
}

Status check_globs(const Texts& globs, const std::string& path) {
  if (globs.size() > limits::policy_globs_max)
    return wrong(path, fmt::format("has more than {} patterns", limits::policy_globs_max));
  for (const std::string& glob : globs) {
    if (glob.empty()) return wrong(path, "holds an empty pattern");
    if (glob.size() > rego_piece_bytes_max)
      return wrong(path, fmt::format("holds a pattern longer than {} bytes", rego_piece_bytes_max));
    if (std::any_of(glob.begin(), glob.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
      return wrong(path, "holds a pattern with control characters");
  }
  return {};
}

// "summary.by_severity.critical": names between dots.
Status check_path(const std::string& name, const std::string& path) {
  const bool bad = name.empty() || name.front() == '.' || name.back() == '.' || name.find("..") != name.npos ||
                   name.size() > rego_piece_bytes_max || name.find_first_of("\"\\\n\r\t`") != name.npos;
  if (bad) return wrong(path, "is no path: names between dots");
  return {};
}

Status check_tags(const std::map<std::string, std::string>& tags, const std::string& path) {
  Texts globs;
  for (const auto& [name, glob] : tags) {
    globs.push_back(glob);
    TRY(check_path(name, below(path, name)));
  }
  return check_globs(globs, path);
}

Status check_classes(const Texts& classes, const std::string& path) {
  TRY(check_globs(classes, path));
  for (const std::string& glob : classes)
    if (std::none_of(change_classes.begin(), change_classes.end(),
                     [&](std::string_view name) { return matches_glob(glob, name); }))
      return wrong(path, fmt::format("names '{}', which is no class of change; there are {}", glob,
                                     fmt::join(change_classes, ", ")));
  return {};
}

Status check_condition(const Condition& when, const std::string& path) {
  TRY(check_globs(when.environments, below(path, "environments")));
  TRY(check_globs(when.flows, below(path, "flows")));
  TRY(check_globs(when.artifacts, below(path, "artifacts")));
  TRY(check_classes(when.classes, below(path, "classes")));
  TRY(check_globs(when.actors, below(path, "actors")));
  TRY(check_tags(when.tags, below(path, "tags")));
  if (when.after && when.before && *when.before <= *when.after)
    return wrong(below(path, "before"), "is not later than 'after', so this can never apply");
  return {};
}

Status check_at_least_one(std::int64_t count, const std::string& path) {
  if (count >= 1 && count <= 1000) return {};
  return wrong(path, "must be from 1 to 1000");
}

Status check_expectation(const Expectation& expected, const std::string& path) {
  if (expected == Expectation{}) return wrong(path, "says nothing: equals, one_of, matches, at_least or at_most");
  if (expected.at_least && expected.at_most && *expected.at_most < *expected.at_least)
    return wrong(path, "asks for more than it allows: at_least is above at_most, so it can never be met");
  std::vector<format::Json> values = expected.one_of;
  if (expected.equals) values.push_back(*expected.equals);
  if (values.size() > limits::policy_globs_max)
    return wrong(path, fmt::format("has more than {} values", limits::policy_globs_max));
  for (const format::Json& value : values)
    if (format::dump(value).size() > rego_piece_bytes_max)
      return wrong(path, fmt::format("holds a value longer than {} bytes", rego_piece_bytes_max));
  return check_globs(expected.matches.empty() ? Texts{} : Texts{expected.matches}, path);
}

Status check(const RequireAttestation& rule, const std::string& path) {
  if (rule.type.empty()) return wrong(below(path, "type"), "must not be empty");
  if (rule.type == "*" && rule.name == "*") return wrong(below(path, "type"), "and name may not both be '*'");
  TRY(check_at_least_one(rule.at_least, below(path, "at_least")));
  TRY(check_globs(rule.by, below(path, "by")));
  if (rule.signer && rule.signer->issuer.empty() && rule.signer->subject.empty())
    return wrong(below(path, "signer"), "says nothing: issuer, subject or both");
  for (const std::string* glob : {&rule.name, &rule.type}) TRY(check_globs({*glob}, path));
  if (rule.signer) {
    if (!rule.signer->issuer.empty()) TRY(check_globs({rule.signer->issuer}, below(path, "signer.issuer")));
    if (!rule.signer->subject.empty()) TRY(check_globs({rule.signer->subject}, below(path, "signer.subject")));
  }
  if (rule.where.size() > limits::policy_globs_max)
    return wrong(below(path, "where"), fmt::format("has more than {} conditions", limits::policy_globs_max));
  for (const auto& [name, expected] : rule.where) {
    const std::string at = below(below(path, "where"), name);
    TRY(check_path(name, at));
    if (!name.starts_with("summary.") && !name.starts_with("predicate."))
      return wrong(at, "must begin with 'summary.' or 'predicate.'");
    TRY(check_expectation(expected.value, at));
  }
  return {};
}

Status check(const RequireProvenance& rule, const std::string& path) {
  TRY(check_globs(rule.builder, below(path, "builder")));
  TRY(check_globs(rule.source, below(path, "source")));
  return check_globs(rule.build_type, below(path, "build_type"));
}

Status check(const RequireTrail& rule, const std::string& path) {
  return check_globs(rule.flows, below(path, "flows"));
}

Status check(const RequireReview& rule, const std::string& path) {
  return check_at_least_one(rule.approvals, below(path, "approvals"));
}

Status check(const RequireTicket& rule, const std::string& path) {
  TRY(check_globs(rule.state, below(path, "state")));
  return check_globs(rule.system, below(path, "system"));
}

Status check(const RequireApproval& rule, const std::string& path) {
  TRY(check_at_least_one(rule.count, below(path, "count")));
  TRY(check_globs(rule.groups, below(path, "groups")));
  return check_globs(rule.by, below(path, "by"));
}

Status check(const RequireVulnerabilities& rule, const std::string& path) {
  const std::array counts{rule.critical, rule.high, rule.medium, rule.low, rule.known_exploited};
  if (std::none_of(counts.begin(), counts.end(), [](const auto& count) { return count.has_value(); }))
    return wrong(path, "counts nothing: critical, high, medium, low or known_exploited");
  if (std::any_of(counts.begin(), counts.end(), [](const auto& count) { return count && *count < 0; }))
    return wrong(path, "allows fewer than none, so it can never be met");
  return {};
}

Status check(const RequirePosture& rule, const std::string& path) {
  if (rule.score_at_least > 0 && rule.score_at_least <= 100) return {};
  return wrong(below(path, "score_at_least"), "must be above 0 and at most 100");
}

Status check(const RequirePromotion& rule, const std::string& path) {
  TRY(check_globs(rule.after, below(path, "after")));
  TRY(check_globs(rule.evidence, below(path, "evidence")));
  if (rule == RequirePromotion{}) return wrong(path, "asks for nothing");
  if ((rule.soak || !rule.evidence.empty()) && rule.after.empty())
    return wrong(below(path, "after"), "must name the environments where soak and evidence are looked for");
  if (rule.per_day) TRY(check_at_least_one(*rule.per_day, below(path, "per_day")));
  return {};
}

Status check(const RequireEnvironment& rule, const std::string& path) {
  if (rule == RequireEnvironment{}) return wrong(path, "says nothing: kinds, names or tags");
  TRY(check_globs(rule.kinds, below(path, "kinds")));
  TRY(check_globs(rule.names, below(path, "names")));
  return check_tags(rule.tags, below(path, "tags"));
}

Status check(const std::map<std::string, Expected>& settings, const std::string& path) {
  if (settings.empty()) return wrong(path, "names no setting");
  for (const auto& [name, expected] : settings) {
    TRY(check_path(name, below(path, name)));
    TRY(check_expectation(expected.value, below(path, name)));
  }
  return {};
}

Status check(const RequireChange& rule, const std::string& path) {
  if (rule.classes.empty()) return wrong(below(path, "classes"), "names no class, so it can never be met");
  return check_classes(rule.classes, below(path, "classes"));
}

Status check(const RequireWindow&, const std::string&) { return {}; }

Status check(const std::string& rego, const std::string& path) {
  if (rego.find("violation") != rego.npos) return {};
  return wrong(path, "defines no `violation contains …`, so it can never fail");
}

struct RequirementVisitor {
  const std::string& path;
  std::size_t count = 0;
  Status status = {};
  void operator()(std::string_view, auto&) {}
  template <class T>
  void maybe(std::string_view name, const std::optional<T>& part) {
    if (!part) return;
    ++count;
    if (status.ok()) status = check(*part, below(path, name));
  }
};

Status check_requirement(const Requirement& require, const std::string& path) {
  RequirementVisitor visit{path};
  Requirement::members(visit, require);
  if (visit.count != 1) return wrong(path, fmt::format("must hold exactly one key; it holds {}", visit.count));
  return visit.status;
}

Status check_id(const std::string& id, const std::string& path) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
  if (id.empty() || id.size() > limits::name_bytes_max || !std::all_of(id.begin(), id.end(), plain))
    return wrong(path, "must be of small letters, digits, '.' and '-'");
  return {};
}

Status check_rule(const Rule& rule, const std::string& path) {
  TRY(check_id(rule.id, below(path, "id")));
  if (!rule.title.empty()) TRY(check_title(rule.title, below(path, "title")));
  TRY(check_text(rule.why, below(path, "why")));
  TRY(check_text(rule.message, below(path, "message")));
  TRY(check_text(rule.who, below(path, "who")));
  TRY(check_text(rule.fix, below(path, "fix")));
  if (rule.controls.size() > limits::policy_globs_max)
    return wrong(below(path, "controls"), fmt::format("has more than {}", limits::policy_globs_max));
  TRY(check_condition(rule.when, below(path, "when")));
  return check_requirement(rule.require, below(path, "require"));
}

Status check_test(const TestCase& test, const std::set<std::string>& ids, const std::string& path) {
  TRY(check_title(test.name, below(path, "name")));
  if (test.verdict.empty() && test.results.empty())
    return wrong(path, "expects nothing: verdict, results or both");
  if (!test.verdict.empty() && !format::enum_from<Verdict>(test.verdict))
    return wrong(below(path, "verdict"), fmt::format("must be one of {}", fmt::join(names_of(Verdict{}), ", ")));
  for (const auto& [id, result] : test.results) {
    const std::string at = below(below(path, "results"), id);
    if (!ids.contains(id)) return wrong(at, "names no rule of this policy");
    if (!format::enum_from<Outcome>(result))
      return wrong(at, fmt::format("must be one of {}", fmt::join(names_of(Outcome{}), ", ")));
  }
  return {};
}

}  // namespace

Status check_policy(const Policy& policy) {
  if (!policy.name.empty()) TRY(check_name(policy.name, "name"));
  TRY(check_text(policy.description, "description"));
  if (policy.approve_by_rule) TRY(check_classes(policy.approve_by_rule->classes, "approve_by_rule.classes"));
  TRY(check_condition(policy.when, "when"));
  if (policy.rules.size() > limits::policy_rules_max)
    return wrong("rules", fmt::format("has more than {} rules", limits::policy_rules_max));
  if (policy.tests.size() > limits::policy_rules_max * 4) return wrong("tests", "has too many tests");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const std::string path = fmt::format("rules[{}]", i);
    TRY(check_rule(policy.rules[i], path));
    if (!ids.insert(policy.rules[i].id).second)
      return wrong(path + ".id", fmt::format("stands twice: '{}'", policy.rules[i].id));
  }
  for (std::size_t i = 0; i < policy.tests.size(); ++i)
    TRY(check_test(policy.tests[i], ids, fmt::format("tests[{}]", i)));
  return {};
}

bool matches_glob(std::string_view glob, std::string_view text) {
  std::size_t g = 0, t = 0, star = glob.npos, mark = 0;
  while (t < text.size()) {
    if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t]) && glob[g] != '*') {
      ++g, ++t;
    } else if (g < glob.size() && glob[g] == '*') {
      star = g++, mark = t;
    } else if (star != glob.npos) {
      g = star + 1, t = ++mark;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == glob.npos;
}

Status check_change_class(std::string_view pattern, const std::string& field) {
  if (std::ranges::any_of(change_classes, [&](std::string_view name) { return matches_glob(pattern, name); }))
    return {};
  const std::vector<std::string> known(change_classes.begin(), change_classes.end());
  return invalid(fmt::format("'{}' is no class of change; there are {}{}", pattern, fmt::join(known, ", "),
                             did_you_mean(pattern, known)),
                 field);
}

}  // namespace weir::policy
