#include <algorithm>
#include <set>

#include "policy/compile_parts.h"
#include "policy/form_check.h"
#include "policy/trace_parts.h"

namespace weir::policy {
namespace {

using format::Json;

bool any_glob(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return matches_glob(glob, text); });
}

struct Fact {
  std::string path;  // below the attestation
  Expectation expected;
  std::vector<std::string> globs = {};  // or: any of these
};

// Which attestations are looked at, and what each of them must say.
struct Look {
  RequireAttestation of = {};
  std::vector<Fact> facts = {};
  bool of_this_commit = false;
};

std::set<std::string> commits_of(const Input& input) {
  std::set<std::string> commits;
  if (!input.artifact.commit.empty()) commits.insert(input.artifact.commit);
  for (const InputTrail& trail : input.trails)
    if (!trail.commit.empty()) commits.insert(trail.commit);
  return commits;
}

// Why it does not count; empty when it does.
std::string excluded(const InputAttestation& item, const Look& look, const Input& input) {
  const RequireAttestation& of = look.of;
  if (!matches_glob(of.name, item.name)) return "its name is not like " + of.name;
  if (of.about != About::any && format::name_of(of.about) != format::name_of(item.about))
    return fmt::format("it is about the {}", format::name_of(item.about));
  if (!of.by.empty() && !any_glob(of.by, item.actor)) return fmt::format("{} recorded it", item.actor);
  if (of.signer) {
    const InputSigner signer = item.signer.value_or(InputSigner{});
    if (!of.signer->issuer.empty() && !(item.signer && matches_glob(of.signer->issuer, signer.issuer)))
      return item.signer ? "its signer is vouched for by " + signer.issuer : "no verified signer";
    if (!of.signer->subject.empty() && !(item.signer && matches_glob(of.signer->subject, signer.subject)))
      return item.signer ? "it is signed by " + signer.subject : "no verified signer";
  }
  if (of.max_age && item.recorded_at <= input.now - of.max_age->length)
    return fmt::format("it is older than {}", period_text(*of.max_age));
  if (look.of_this_commit) {
    const std::set<std::string> commits = commits_of(input);
    const std::string commit(item.summary.text("commit"));
    if (!commits.empty() && !commits.contains(commit)) return "it is of commit " + commit;
  }
  return "";
}

// Of those that count, the ones that `which` picks.
bool is_picked(const InputAttestation& item, const std::vector<InputAttestation>& all, const Look& look,
               const Input& input) {
  if (look.of.which == Which::all) return true;
  return std::none_of(all.begin(), all.end(), [&](const InputAttestation& other) {
    const bool better = look.of.which == Which::first ? other.entry < item.entry : other.entry > item.entry;
    return better && other.name == item.name && excluded(other, look, input).empty();
  });
}

EvidenceSeen seen_of(const InputAttestation& item, const Look& look) {
  EvidenceSeen seen{.entry = item.entry, .what = fmt::format("{} {}", item.type, item.name)};
  const Json compliant = item.compliant ? Json(*item.compliant) : Json();
  if (look.of.compliant)
    seen.facts.push_back(observe_value("compliant", compliant, Expectation{.equals = Json(true)}));
  const Json whole = Json::object({{"summary", item.summary}, {"predicate", item.predicate}});
  for (const Fact& fact : look.facts) {
    const Json& value = value_at(whole, fact.path);
    if (fact.globs.empty()) seen.facts.push_back(observe_value(fact.path, value, fact.expected));
    else
      seen.facts.push_back(
          observe_name(fact.path, value.string() == nullptr ? "" : *value.string(), fact.globs));
  }
  return seen;
}

std::vector<EvidenceSeen> attestations(const Look& look, const Input& input) {
  std::vector<EvidenceSeen> list;
  Look whenever = look;  // one that failed counts for ever, where none must ever have
  whenever.of.max_age.reset();
  for (const auto& [type, items] : input.attestations) {
    if (!matches_glob(look.of.type, type)) continue;
    for (const InputAttestation& item : items) {
      EvidenceSeen seen = seen_of(item, look);
      seen.excluded = excluded(item, look, input);
      if (seen.excluded.empty() && !is_picked(item, items, look, input))
        seen.excluded =
            fmt::format("{} one of its name decides", look.of.which == Which::first ? "an older" : "a newer");
      if (look.of.which == Which::never_failed && item.compliant == false &&
          excluded(item, whenever, input).empty()) {
        seen.excluded.clear();
        seen.facts.push_back({"it never failed", "failed", false});
      }
      list.push_back(std::move(seen));
    }
  }
  return list;
}

void add_globs(Look& look, std::string path, const std::vector<std::string>& globs) {
  if (!globs.empty()) look.facts.push_back({std::move(path), {}, globs});
}

std::vector<EvidenceSeen> provenance(const RequireProvenance& rule, const Input& input) {
  Look look{.of = {.type = "provenance", .about = About::artifact, .max_age = rule.max_age}};
  add_globs(look, "summary.builder", rule.builder);
  add_globs(look, "summary.source", rule.source);
  add_globs(look, "summary.build_type", rule.build_type);
  return attestations(look, input);
}

std::vector<EvidenceSeen> ticket(const RequireTicket& rule, const Input& input) {
  Look look{.of = {.type = "ticket", .max_age = rule.max_age}};
  add_globs(look, "summary.state", rule.state);
  add_globs(look, "summary.system", rule.system);
  return attestations(look, input);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::vector<EvidenceSeen> review(const RequireReview& rule, const Input& input) {
  Look look{.of = {.type = "review", .compliant = false, .max_age = rule.max_age}, .of_this_commit = true};
  if (rule.four_eyes) look.facts.push_back({"summary.four_eyes", Expectation{.equals = Json(true)}});
  std::vector<EvidenceSeen> list = attestations(look, input);
  std::set<std::string> authors;
  for (const InputTrail& trail : input.trails)
    if (!trail.author.empty()) authors.insert(lower(trail.author));
  const auto found = input.attestations.find("review");
  if (found == input.attestations.end()) return list;
  for (EvidenceSeen& seen : list)
    for (const InputAttestation& item : found->second) {
      if (item.entry != seen.entry) continue;
      std::vector<std::string> others;
      for (const Json& name : item.summary.items("reviewers"))
        if (name.string() != nullptr && !authors.contains(*name.string())) others.push_back(*name.string());
      seen.facts.push_back({fmt::format("at least {} reviewers who are not the author", rule.approvals),
                            seen_list(others), static_cast<std::int64_t>(others.size()) >= rule.approvals});
      if (rule.four_eyes && item.summary.text("author").empty() && seen.excluded.empty())
        seen.excluded = "it does not name the author";
    }
  return list;
}

std::string excluded(const InputApproval& item, const RequireApproval& rule, const Input& input) {
  if (item.revoked_at) return "it was revoked";
  if (item.from && *item.from > input.now) return "it begins at " + to_string(*item.from);
  if (item.until && *item.until <= input.now) return "it ended at " + to_string(*item.until);
  if (!item.change.empty() && item.change != input.change.cls)
    return "it is for changes of class " + item.change;
  if (rule.person && (item.actor_kind != access::AccountKind::person || !item.by_rule.empty()))
    return item.by_rule.empty() ? "it was given by no person" : "it was given by rule " + item.by_rule;
  if (!rule.groups.empty() &&
      std::none_of(item.groups.begin(), item.groups.end(),
                   [&](const std::string& group) { return any_glob(rule.groups, group); }))
    return fmt::format("{} is not of group {}", item.actor, one_of_text(rule.groups));
  if (!rule.by.empty() && !any_glob(rule.by, item.actor)) return fmt::format("{} gave it", item.actor);
  if (rule.max_age && item.recorded_at <= input.now - rule.max_age->length)
    return fmt::format("it is older than {}", period_text(*rule.max_age));
  return "";
}

std::vector<EvidenceSeen> approvals(const RequireApproval& rule, const Input& input) {
  std::vector<EvidenceSeen> list;
  for (const InputApproval& item : input.approvals)
    list.push_back({item.entry, "approval by " + item.actor, excluded(item, rule, input), {}});
  return list;
}

// Scans count while nothing better is known.
std::vector<EvidenceSeen> scans(const RequireVulnerabilities& rule, const Input& input) {
  Look look{.of = {.type = "scan", .compliant = false, .max_age = rule.max_age}};
  const std::array counts{std::pair{"critical", rule.critical}, std::pair{"high", rule.high},
                          std::pair{"medium", rule.medium}, std::pair{"low", rule.low},
                          std::pair{"known_exploited", rule.known_exploited}};
  for (const auto& [name, most] : counts)
    if (most)
      look.facts.push_back(
          {fmt::format("summary.by_severity.{}", name), Expectation{.at_most = static_cast<double>(*most)}});
  return attestations(look, input);
}

}  // namespace

std::vector<EvidenceSeen> evidence_of(const Requirement& require, const Input& input) {
  if (require.attestation) {
    Look look{.of = *require.attestation};
    for (const auto& [path, expected] : require.attestation->where)
      look.facts.push_back({path, expected.value});
    return attestations(look, input);
  }
  if (require.provenance) return provenance(*require.provenance, input);
  if (require.ticket) return ticket(*require.ticket, input);
  if (require.review) return review(*require.review, input);
  if (require.approval) return approvals(*require.approval, input);
  if (require.vulnerabilities && !input.vulnerabilities) return scans(*require.vulnerabilities, input);
  return {};
}

}  // namespace weir::policy
