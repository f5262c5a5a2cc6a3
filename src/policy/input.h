// The input document, version 1: everything a decision may look at, gathered once. Policies see it as Rego's
// `input`, the decision's record keeps it, and a replay reads it from there; so it holds the time too. Format:
// docs/formats/decision-input.md. What is not known is null, never left out. Lists are ordered by entry. Pure.
//
// For what runs already, leave `windows` and `freezes` empty: they say when something may start.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/account.h"
#include "format/members.h"

namespace weir::policy {

inline constexpr std::int64_t input_version = 1;

// Members stand in the order of their names, so that writing them is canonical (RFC 8785).
struct InputArtifact {
  std::string build_url, commit, digest;
  std::optional<std::int64_t> entry;  // none: nobody recorded it, only the digest is known
  std::string flow, kind, name;
  std::optional<Instant> recorded_at;
  std::string trail;
  static void members(auto& visit, auto& self) {
    visit("build_url", self.build_url);
    visit("commit", self.commit);
    visit("digest", self.digest);
    visit("entry", self.entry);
    visit("flow", self.flow);
    visit("kind", self.kind);
    visit("name", self.name);
    visit("recorded_at", self.recorded_at);
    visit("trail", self.trail);
  }
};

struct InputEnvironment {
  std::string kind, name;
  std::map<std::string, std::string> tags;
  static void members(auto& visit, auto& self) {
    visit("kind", self.kind);
    visit("name", self.name);
    visit("tags", self.tags);
  }
};

struct InputFlow {
  std::string name, service;
  std::map<std::string, std::string> tags;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("service", self.service);
    visit("tags", self.tags);
  }
};

struct InputService {
  std::string name, repository, team, tier;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("repository", self.repository);
    visit("team", self.team);
    visit("tier", self.tier);
  }
};

struct InputTrail {
  std::string author, branch, commit;
  bool compliant = false;
  std::int64_t entry = 0;
  std::string flow;
  std::vector<std::string> missing;
  std::string name;
  static void members(auto& visit, auto& self) {
    visit("author", self.author);
    visit("branch", self.branch);
    visit("commit", self.commit);
    visit("compliant", self.compliant);
    visit("entry", self.entry);
    visit("flow", self.flow);
    visit("missing", self.missing);
    visit("name", self.name);
  }
};

// Who signed the evidence, as far as the server verified it.
struct InputSigner {
  std::string issuer, key, subject;
  static void members(auto& visit, auto& self) {
    visit("issuer", self.issuer);
    visit("key", self.key);
    visit("subject", self.subject);
  }
};

enum class InputAbout { artifact, trail };
constexpr auto names_of(InputAbout) { return std::array<std::string_view, 2>{"artifact", "trail"}; }

struct InputAttestation {
  InputAbout about = InputAbout::artifact;
  std::string actor;
  access::AccountKind actor_kind = access::AccountKind::service;
  std::optional<bool> compliant;
  std::int64_t entry = 0;
  std::string flow, name;
  format::Json predicate;  // null when there is none
  Instant recorded_at;
  std::optional<InputSigner> signer;
  format::Json summary;
  std::string trail, type;
  static void members(auto& visit, auto& self) {
    visit("about", self.about);
    visit("actor", self.actor);
    visit("actor_kind", self.actor_kind);
    visit("compliant", self.compliant);
    visit("entry", self.entry);
    visit("flow", self.flow);
    visit("name", self.name);
    visit("predicate", self.predicate);
    visit("recorded_at", self.recorded_at);
    visit("signer", self.signer);
    visit("summary", self.summary);
    visit("trail", self.trail);
    visit("type", self.type);
  }
};

struct InputApproval {
  std::string actor;
  access::AccountKind actor_kind = access::AccountKind::person;
  bool adopted = false;
  std::optional<std::int64_t> break_glass;  // entry of the break-glass that it is: nothing else is asked for
  std::string by_rule;  // the policy that let it be given by rule; empty: by its actor
  std::string change;   // class of change it was given for; empty: any
  std::int64_t entry = 0;
  std::optional<Instant> from;
  std::vector<std::string> groups;  // of the actor, when it was given
  Instant recorded_at;
  std::optional<Instant> revoked_at, until;
  static void members(auto& visit, auto& self) {
    visit("actor", self.actor);
    visit("actor_kind", self.actor_kind);
    visit("adopted", self.adopted);
    visit.maybe("break_glass", self.break_glass);
    visit("by_rule", self.by_rule);
    visit("change", self.change);
    visit("entry", self.entry);
    visit("from", self.from);
    visit("groups", self.groups);
    visit("recorded_at", self.recorded_at);
    visit("revoked_at", self.revoked_at);
    visit("until", self.until);
  }
};

// Of any artifact, in this environment; the newest 100.
struct InputDeployment {
  std::string artifact;
  Instant declared_at;
  std::optional<Instant> ended_at;
  std::int64_t entry = 0;
  std::string environment;
  std::optional<Instant> observed_at;
  std::string state;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("declared_at", self.declared_at);
    visit("ended_at", self.ended_at);
    visit("entry", self.entry);
    visit("environment", self.environment);
    visit("observed_at", self.observed_at);
    visit("state", self.state);
  }
};

// Of this artifact, in any environment.
struct InputRun {
  std::string environment;
  Instant first_seen, last_seen;
  bool live = false;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("first_seen", self.first_seen);
    visit("last_seen", self.last_seen);
    visit("live", self.live);
  }
};

// What runs here now under the artifact's name.
struct InputRunning {
  bool approved = false;
  std::string digest, name;
  Instant since;
  static void members(auto& visit, auto& self) {
    visit("approved", self.approved);
    visit("digest", self.digest);
    visit("name", self.name);
    visit("since", self.since);
  }
};

// What is known of the artifact's components, when advisories are matched; null until then.
struct InputVulnerabilities {
  Instant as_of;
  std::int64_t critical = 0, high = 0, low = 0, medium = 0;  // flaws; those that nobody scored are medium
  std::optional<std::int64_t> known_exploited;               // null: nothing tells which are exploited
  static void members(auto& visit, auto& self) {
    visit("as_of", self.as_of);
    visit("critical", self.critical);
    visit("high", self.high);
    visit("known_exploited", self.known_exploited);
    visit("low", self.low);
    visit("medium", self.medium);
  }
};
struct InputPosture {
  Instant as_of;
  double score = 0;  // of the environment, 0 to 100
  static void members(auto& visit, auto& self) {
    visit("as_of", self.as_of);
    visit("score", self.score);
  }
};

struct InputChange {
  std::string cls = "normal";
  bool emergency = false;
  std::string ticket;
  static void members(auto& visit, auto& self) {
    visit("class", self.cls);
    visit("emergency", self.emergency);
    visit("ticket", self.ticket);
  }
};

// The answer of the windows that select this subject; absent when none does.
enum class WindowVerdict { open, closed };
constexpr auto names_of(WindowVerdict) { return std::array<std::string_view, 2>{"open", "closed"}; }
struct InputWindow {
  std::optional<Instant> next_closing, next_opening;
  bool overridden = false;
  std::string reason;  // of the window that decides
  WindowVerdict verdict = WindowVerdict::open;
  std::string window;  // its name
  static void members(auto& visit, auto& self) {
    visit("next_closing", self.next_closing);
    visit("next_opening", self.next_opening);
    visit("overridden", self.overridden);
    visit("reason", self.reason);
    visit("verdict", self.verdict);
    visit("window", self.window);
  }
};
struct InputFreeze {  // in force here
  std::int64_t entry = 0;
  std::string incident, name, reason;
  std::optional<Instant> until;
  static void members(auto& visit, auto& self) {
    visit("entry", self.entry);
    visit("incident", self.incident);
    visit("name", self.name);
    visit("reason", self.reason);
    visit("until", self.until);
  }
};

// In force and of this subject. Of a rule when `finding` is empty.
struct InputException {
  std::int64_t entry = 0;
  std::string finding, id, owner, policy, reason, rule;
  std::optional<Instant> until;
  static void members(auto& visit, auto& self) {
    visit("entry", self.entry);
    visit("finding", self.finding);
    visit("id", self.id);
    visit("owner", self.owner);
    visit("policy", self.policy);
    visit("reason", self.reason);
    visit("rule", self.rule);
    visit("until", self.until);
  }
};

struct Input {
  std::vector<InputApproval> approvals;
  InputArtifact artifact;
  std::map<std::string, std::vector<InputAttestation>> attestations;  // by their type
  InputChange change;
  std::vector<InputDeployment> deployments;
  InputEnvironment environment;
  std::vector<InputException> exceptions;
  std::optional<InputFlow> flow;
  std::vector<InputFreeze> freezes;
  Instant now;
  std::optional<InputPosture> posture;
  std::vector<InputRunning> running;
  std::vector<InputRun> runs;
  std::optional<InputService> service;
  std::vector<InputTrail> trails;
  std::int64_t version = input_version;
  std::optional<InputVulnerabilities> vulnerabilities;
  std::optional<InputWindow> windows;
  format::Json workload;  // settings; null before it runs
  static void members(auto& visit, auto& self) {
    visit("approvals", self.approvals);
    visit("artifact", self.artifact);
    visit("attestations", self.attestations);
    visit("change", self.change);
    visit("deployments", self.deployments);
    visit("environment", self.environment);
    visit("exceptions", self.exceptions);
    visit("flow", self.flow);
    visit("freezes", self.freezes);
    visit("now", self.now);
    visit("posture", self.posture);
    visit("running", self.running);
    visit("runs", self.runs);
    visit("service", self.service);
    visit("trails", self.trails);
    visit("version", self.version);
    visit("vulnerabilities", self.vulnerabilities);
    visit("windows", self.windows);
    visit("workload", self.workload);
  }
};

// The canonical bytes (RFC 8785). Sorts what it must: lists by entry, members of summaries and predicates by name.
std::string document_of(const Input& input);
Result<Input> read_input(std::string_view document);  // strict; refuses another version

// Every entry the document names: what a decision on it rests on, in order, each once.
std::vector<std::int64_t> subject_entries(const Input& input);

}  // namespace weir::policy
