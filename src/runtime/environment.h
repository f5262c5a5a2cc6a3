// Places where workloads run, the reporters that watch them, and the acts the ledger records about both.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/judge.h"
#include "runtime/report.h"

namespace weir::runtime {

enum class EnvironmentKind { host, docker, kubernetes, logical };
constexpr auto names_of(EnvironmentKind) {
  return std::array<std::string_view, 4>{"host", "docker", "kubernetes", "logical"};
}

struct EnvironmentDeclared {
  std::string name;
  EnvironmentKind kind = EnvironmentKind::host;
  std::string description;
  bool arguments = false;  // agents report the arguments of processes
  std::map<std::string, std::string> tags;  // what windows and policies select it by
  static void members(auto& visit, auto& self) {
    visit.maybe("name", self.name);
    visit("kind", self.kind);
    visit.maybe("description", self.description);
    visit.maybe("arguments", self.arguments);
    visit.maybe("tags", self.tags);
  }
};
Status check(const EnvironmentDeclared& environment);

struct ReporterEnrolled {
  std::string id;     // hex SHA-256 of the public key
  std::string actor;  // 32 hex digits
  std::string environment, host;
  std::string public_key;  // base64
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("actor", self.actor);
    visit("environment", self.environment);
    visit("host", self.host);
    visit("public_key", self.public_key);
  }
};

// Its key is accepted no more; what it watched is watched no longer.
struct ReporterRemoved {
  std::string reporter;
  std::string reason;
  static void members(auto& visit, auto& self) {
    visit("reporter", self.reporter);
    visit.maybe("reason", self.reason);
  }
};

// A report as it came: `body` are the exact bytes that were signed.
struct ReportAccepted {
  std::string reporter;
  std::string signature;  // base64
  std::string body;
  static void members(auto& visit, auto& self) {
    visit("reporter", self.reporter);
    visit("signature", self.signature);
    visit("body", self.body);
  }
};

enum class ReporterFault { silent, returned, replay, gap, backwards };
constexpr auto names_of(ReporterFault) {
  return std::array<std::string_view, 5>{"silent", "returned", "replay", "gap", "backwards"};
}
struct ReporterFaulted {
  std::string reporter;
  ReporterFault fault = ReporterFault::silent;
  std::string detail;
  static void members(auto& visit, auto& self) {
    visit("reporter", self.reporter);
    visit("fault", self.fault);
    visit.maybe("detail", self.detail);
  }
};

struct ScopeDeclared {
  std::string environment;
  ScopeRule rule;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("rule", self.rule);
  }
};
struct ScopeRemoved {
  std::string environment, id;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("id", self.id);
  }
};

struct VerdictGiven {
  std::string workload;
  Verdict verdict = Verdict::unknown;
  std::vector<Reason> reasons;
  static void members(auto& visit, auto& self) {
    visit("workload", self.workload);
    visit("verdict", self.verdict);
    visit("reasons", self.reasons);
  }
};
struct VerdictsGiven {
  std::string environment;
  std::vector<VerdictGiven> verdicts;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("verdicts", self.verdicts);
  }
};

// The set that ran between two moments got a number. `digest` is the SHA-256 of its sorted instance ids, one a line.
struct SnapshotTaken {
  std::string environment;
  std::int64_t number = 0;
  std::int64_t count = 0, started = 0, ended = 0;
  Sha256 digest;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("number", self.number);
    visit("count", self.count);
    visit("started", self.started);
    visit("ended", self.ended);
    visit("digest", self.digest);
  }
};

// Whether all of `text` matches: '?' is one character but '/', '*' any run without '/', '**' any run.
bool matches_glob(std::string_view glob, std::string_view text);
// Whether a scope rule matches an instance. Every given field must match; `path` is a glob on the instance's name. A
// rule without any field matches nothing. Agents and previews ask this one function.
bool matches(const ScopeRule& rule, const Instance& instance);
Status check(const ScopeRule& rule);

// The identity of a workload: environment, host, kind, digests (or the name, when there are none), owner.
std::string workload_id(std::string_view environment, std::string_view host, const Instance& instance);

}  // namespace weir::runtime
