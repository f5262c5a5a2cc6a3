// An integration is a delivery system that the gate answers in that system's own words: a GitHub App (deployment
// protection rules), a GitLab (approvals of deployments, external status checks), Flagger (webhooks of a canary), or an
// API server of Kubernetes (admission).
// An administrator declares it. Its secrets are kept outside the ledger and are never shown again. What a system asks
// is held until it has been answered. Pure: texts and facts in, values out. How to: docs/how-to/gate-from-*.md.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "admission/terms.h"
#include "format/members.h"
#include "policy/decision.h"

namespace weir::integration {

enum class Kind { github, gitlab, flagger, kubernetes };
constexpr auto names_of(Kind) {
  return std::array<std::string_view, 4>{"github", "gitlab", "flagger", "kubernetes"};
}
// Can set no header, and is never called: its secret stands in the address that it posts to.
constexpr bool asks_by_address(Kind kind) { return kind == Kind::flagger || kind == Kind::kubernetes; }

inline constexpr std::size_t environments_max = 64;
inline constexpr std::size_t secrets_max = 2;  // while they are rotated
inline constexpr Duration wait_unless_said = hours(24);
inline constexpr Duration wait_max = days(30);

struct IntegrationDeclared {
  std::string name;
  Kind kind = Kind::github;
  std::string base_url;  // of its API, without a slash at the end; who is never called has none
  std::string app_id;    // of github
  std::map<std::string, std::string> environments;  // theirs to ours; none: they have the same names. Of
                                                    // kubernetes: patterns of namespaces
  std::string environment;  // of flagger: the only one it asks for; of kubernetes: of all other namespaces
  std::string merge_environment;  // of gitlab: what a merge request is to be fit for; none: no status checks
  std::optional<policy::Mode> mode;  // of kubernetes, which always has both
  std::optional<admission::Fail> fail;
  Duration wait = wait_unless_said;  // how long a request may stay undecided before it is rejected
  std::int64_t secrets = 1;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit.maybe("base_url", self.base_url);
    visit.maybe("app_id", self.app_id);
    visit.maybe("environments", self.environments);
    visit.maybe("environment", self.environment);
    visit.maybe("merge_environment", self.merge_environment);
    visit.maybe("mode", self.mode);
    visit.maybe("fail", self.fail);
    visit.maybe("wait_us", self.wait);
    visit.maybe("secrets", self.secrets);
  }
};
struct IntegrationRemoved {
  std::string name;
  static void members(auto& visit, auto& self) { visit("name", self.name); }
};

// Names of theirs and ours, bounds, and what its kind needs and has not.
Status check(const IntegrationDeclared& declared);

// The environment of ours that theirs stands for; empty when a mapping is given and does not name it.
std::string mapped(const IntegrationDeclared& declared, const std::string& theirs);

// What it asks of as the integration is declared now: a mapping may come after the question. Empty: nothing of ours.
struct Asked;
std::string environment_of(const IntegrationDeclared& declared, const Asked& asked);

// What is kept apart from the ledger.
struct Secrets {
  std::vector<std::string> webhook;  // newest first
  std::string private_key, token;
  std::optional<Sha256> in_url;  // of who asks by address, by its digest
  static void members(auto& visit, auto& self) {
    visit.maybe("webhook", self.webhook);
    visit.maybe("private_key", self.private_key);
    visit.maybe("token", self.token);
    visit.maybe("in_url", self.in_url);
  }
  bool operator==(const Secrets&) const = default;
};

enum class Asking { protection_rule, deployment, status_check, test };
constexpr auto names_of(Asking) {
  return std::array<std::string_view, 4>{"protection-rule", "deployment", "status-check", "test"};
}

// What a system wants to know, and how it is answered.
struct Asked {
  Asking asking = Asking::test;
  std::string repository;   // "owner/name", or the path of a project
  std::string commit;       // whole
  std::string environment;  // as they name it
  std::string ours;         // empty: none of ours stands for it
  std::int64_t installation = 0, run = 0;               // of github
  std::int64_t project = 0, job = 0, deployment = 0;    // of gitlab, 0: not said
  std::int64_t merge_request = 0, check = 0;
  static void members(auto& visit, auto& self) {
    visit("asking", self.asking);
    visit.maybe("repository", self.repository);
    visit.maybe("commit", self.commit);
    visit.maybe("environment", self.environment);
    visit.maybe("ours", self.ours);
    visit.maybe("installation", self.installation);
    visit.maybe("run", self.run);
    visit.maybe("project", self.project);
    visit.maybe("job", self.job);
    visit.maybe("deployment", self.deployment);
    visit.maybe("merge_request", self.merge_request);
    visit.maybe("check", self.check);
  }
  bool operator==(const Asked&) const = default;
};

// Two requests of one key are the same question: a delivery that comes again, or one event told in two ways.
std::string key_of(const Asked& asked);

// What a delivery says: questions, or why there is none in it.
struct Heard {
  std::vector<Asked> asked;
  std::string ignored;
};

// What a system was told at last.
struct CallerAnswered {
  std::string integration;
  std::int64_t request = 0;
  Asked asked;
  std::string answer;  // in the system's word: approved, rejected, passed, failed
  policy::Verdict verdict = policy::Verdict::undecided;
  std::vector<Sha256> artifacts;
  std::vector<std::int64_t> decisions;  // their entries
  static void members(auto& visit, auto& self) {
    visit("integration", self.integration);
    visit("request", self.request);
    visit("asked", self.asked);
    visit("answer", self.answer);
    visit("verdict", self.verdict);
    visit.maybe("artifacts", self.artifacts);
    visit.maybe("decisions", self.decisions);
  }
};

// "owner/name" or "group/sub/name": segments of letters, digits, '-', '_', '.', none of them "." or "..".
bool is_repository(std::string_view path);
bool is_commit(std::string_view text);  // 40 or 64 hex digits

// Whether an address (of a run, of a repository) is of this repository of the system behind `base_url`; none when it
// leads to another host and so says nothing about it.
std::optional<bool> speaks_of(std::string_view address, std::string_view base_url, std::string_view repository);

}  // namespace weir::integration
