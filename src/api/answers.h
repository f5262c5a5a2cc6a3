// The answers that only the API knows; others are the store's views (store::AlertView). Their members are what
// /v1/openapi.json says of them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/account.h"
#include "access/organization.h"
#include "deploy/difference.h"
#include "policy/decision_recorded.h"
#include "store/view_access.h"
#include "store/view_alert.h"
#include "store/view_exception.h"
#include "store/view_request.h"
#include "store/view_runtime.h"
#include "store/view_window.h"

namespace weir {

constexpr auto names_of(Errc) {
  std::array<std::string_view, errc_table.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = errc_table[i].name;
  return names;
}

}  // namespace weir

namespace weir::api {

// ---- what stands beside every answer ----

struct ReceiptView {
  std::int64_t index = 0;
  Sha256 leaf_hash;
  std::string entry;               // base64 of the leaf
  std::vector<std::string> proof;  // base64 of the hashes
  std::string checkpoint;          // a signed note
  static void members(auto& visit, auto& self) {
    visit("index", self.index);
    visit("leaf_hash", self.leaf_hash);
    visit("entry", self.entry);
    visit("proof", self.proof);
    visit("checkpoint", self.checkpoint);
  }
};

// As http::error_response writes it.
struct Fault {
  Errc code = Errc::internal;
  std::string message, field;
  static void members(auto& visit, auto& self) {
    visit("code", self.code);
    visit("message", self.message);
    visit.maybe("field", self.field);
  }
};
struct ErrorView {
  Fault error;
  static void members(auto& visit, auto& self) { visit("error", self.error); }
};

// ---- server.cc ----

struct Health {
  std::string status, version, remedy;
  static void members(auto& visit, auto& self) {
    visit("status", self.status);
    visit.maybe("version", self.version);
    visit.maybe("remedy", self.remedy);
  }
};

struct MyScopes {
  std::vector<std::string> flows, environments;  // empty means all
  static void members(auto& visit, auto& self) {
    visit("flows", self.flows);
    visit("environments", self.environments);
  }
};
struct Server {
  std::string version;
  Instant time;
  static void members(auto& visit, auto& self) {
    visit("version", self.version);
    visit("time", self.time);
  }
};
struct Me {
  std::string name;
  access::AccountKind kind = access::AccountKind::service;
  std::vector<access::Role> roles;
  std::vector<std::string> groups;
  std::string organization;
  MyScopes scopes;
  Server server;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit("roles", self.roles);
    visit("groups", self.groups);
    visit("organization", self.organization);
    visit("scopes", self.scopes);
    visit("server", self.server);
  }
};

// ---- organization.cc ----

struct OrganizationView {
  std::string name;
  access::OrganizationNamed called;
  std::string origin, vkey;  // of its checkpoints, and the key that verifies them
  std::int64_t entry = 0;    // that named it last
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("title", self.called.title);
    visit("contact", self.called.contact);
    visit("origin", self.origin);
    visit("vkey", self.vkey);
    visit("entry", self.entry);
  }
};

// ---- search.cc ----

struct Hit {
  std::string kind, title, detail, link;
  static void members(auto& visit, auto& self) {
    visit("kind", self.kind);
    visit("title", self.title);
    visit("detail", self.detail);
    visit("link", self.link);
  }
  bool operator==(const Hit&) const = default;
};
struct Hits {
  std::vector<Hit> hits;
  static void members(auto& visit, auto& self) { visit("hits", self.hits); }
};

// ---- gate.cc ----

// A decision with everything it rests on.
// As `weir decision replay` tells it.
struct Replayed {
  std::int64_t decision = 0;  // its entry
  bool same = false;          // byte for byte
  policy::Verdict verdict = policy::Verdict::undecided;  // now
  std::string difference, engine;  // the first member that differs; the engine that runs
  static void members(auto& visit, auto& self) {
    visit("decision", self.decision);
    visit("same", self.same);
    visit("verdict", self.verdict);
    visit("difference", self.difference);
    visit("engine", self.engine);
  }
};

struct DecisionAnswer {
  std::int64_t entry = 0;
  policy::DecisionRecorded recorded;
  static void members(auto& visit, auto& self) {
    visit("entry", self.entry);
    policy::DecisionRecorded::members(visit, self.recorded);
  }
};

// ---- environment.cc, adopt.cc ----

struct WorkloadsView {
  std::string environment;
  std::int64_t snapshot = 0;
  Instant at;
  std::vector<store::WorkloadView> workloads;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("snapshot", self.snapshot);
    visit("at", self.at);
    visit("workloads", self.workloads);
  }
};

struct Changed {
  std::string name;
  store::WorkloadView before, after;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("before", self.before);
    visit("after", self.after);
  }
};
// Two moments as sets of workloads: what only the second has, what only the first has, and pairs of one name.
struct Difference {
  std::string from, to;
  std::vector<store::WorkloadView> started, ended;
  std::vector<Changed> changed;
  std::int64_t unchanged = 0;
  static void members(auto& visit, auto& self) {
    visit("from", self.from);
    visit("to", self.to);
    visit("started", self.started);
    visit("ended", self.ended);
    visit("changed", self.changed);
    visit("unchanged", self.unchanged);
  }
};

struct Skipped {
  std::string workload, name, why;
  std::optional<runtime::ScopeRule> scope;  // would exclude it, and ends
  static void members(auto& visit, auto& self) {
    visit("workload", self.workload);
    visit("name", self.name);
    visit("why", self.why);
    visit("scope", self.scope);
  }
};
struct Adoption {
  std::int64_t adopted = 0;
  std::vector<Skipped> skipped;
  static void members(auto& visit, auto& self) {
    visit("adopted", self.adopted);
    visit("skipped", self.skipped);
  }
};

struct NewJoinToken {
  std::string token;  // shown once
  std::int64_t id = 0;
  static void members(auto& visit, auto& self) {
    visit("token", self.token);
    visit("id", self.id);
  }
};

// ---- alert.cc, channel.cc, account.cc ----

struct Acknowledged {
  std::int64_t acknowledged = 0;
  static void members(auto& visit, auto& self) { visit("acknowledged", self.acknowledged); }
};

struct NewChannel {
  store::ChannelView channel;
  std::string secret;  // shown once, where it was made
  static void members(auto& visit, auto& self) {
    visit("channel", self.channel);
    visit.maybe("secret", self.secret);
  }
};

struct NewAccount {
  store::AccountView account;
  std::string token;  // shown once
  static void members(auto& visit, auto& self) {
    visit("account", self.account);
    visit("token", self.token);
  }
};

struct Removed {
  bool removed = true;
  static void members(auto& visit, auto& self) { visit("removed", self.removed); }
};
struct Revoked {
  bool revoked = true;
  static void members(auto& visit, auto& self) { visit("revoked", self.revoked); }
};

// ---- window.cc ----

struct WindowGone {
  bool removed = true;
  std::optional<window::WindowWas> was_open;
  static void members(auto& visit, auto& self) {
    visit("removed", self.removed);
    visit.maybe("was_open", self.was_open);
  }
};
struct BearingWindow {
  std::string name;
  window::Kind kind = window::Kind::allow;
  bool open = false;
  std::optional<Instant> opens, closes;
  bool overridden = false;
  std::string incident, reason;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit("open", self.open);
    visit("opens", self.opens);
    visit("closes", self.closes);
    visit("overridden", self.overridden);
    visit("incident", self.incident);
    visit("reason", self.reason);
    visit("entry", self.entry);
  }
};
// Whether something may be deployed to an environment, and what bears on that.
struct WindowState {
  std::string environment;
  Instant at;
  window::Answer answer;
  std::vector<BearingWindow> windows;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("at", self.at);
    window::Answer::members(visit, self.answer);
    visit("windows", self.windows);
  }
};

// ---- request.cc ----

struct RequestShown {
  store::RequestedApprovalView request;
  deploy::ReleaseDifference difference;
  static void members(auto& visit, auto& self) {
    store::RequestedApprovalView::members(visit, self.request);
    visit("difference", self.difference);
  }
};

// ---- exception.cc ----

// What an exception would cover, before it is asked for.
struct ScopeShown {
  exceptions::ExceptionScope scope;
  Sha256 scope_digest;
  static void members(auto& visit, auto& self) {
    visit("scope", self.scope);
    visit("scope_digest", self.scope_digest);
  }
};

// ---- ledger.cc ----

struct EntryView {
  std::int64_t index = 0;
  std::string type;
  Instant at;
  std::string actor;
  std::vector<Sha256> subjects;
  Sha256 commitment;
  std::string leaf;  // base64
  Sha256 leaf_hash;
  std::string salt;  // base64; with the payload it opens the commitment
  format::Json payload;
  static void members(auto& visit, auto& self) {
    visit("index", self.index);
    visit("type", self.type);
    visit("at", self.at);
    visit("actor", self.actor);
    visit("subjects", self.subjects);
    visit("commitment", self.commitment);
    visit("leaf", self.leaf);
    visit("leaf_hash", self.leaf_hash);
    visit("salt", self.salt);
    visit("payload", self.payload);
  }
};
struct Entries {
  std::vector<EntryView> entries;
  std::int64_t size = 0;
  static void members(auto& visit, auto& self) {
    visit("entries", self.entries);
    visit("size", self.size);
  }
};

}  // namespace weir::api
