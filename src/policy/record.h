// A policy is an immutable object: each version of a name is its source, known by the SHA-256 of its bytes.
// Attaching one to an environment or a flow says in which mode it counts there. What the ledger records of that
// are these acts.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "format/members.h"

namespace weir::policy {

enum class Form { yaml, rego };
constexpr auto names_of(Form) { return std::array<std::string_view, 2>{"yaml", "rego"}; }

// Shadow: recorded, changes no verdict. Warn: said. Enforce: decides.
enum class Mode { shadow, warn, enforce };
constexpr auto names_of(Mode) { return std::array<std::string_view, 3>{"shadow", "warn", "enforce"}; }

struct PolicyCreated {
  std::string name;
  std::int64_t version = 1;  // 1, 2, … of this name
  Form form = Form::yaml;
  Sha256 digest;  // of the source's bytes
  std::string source, description;
  std::optional<std::int64_t> proposal;  // the one that this follows from
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("version", self.version);
    visit("form", self.form);
    visit("digest", self.digest);
    visit("source", self.source);
    visit.maybe("description", self.description);
    visit.maybe("proposal", self.proposal);
  }
};

// To one of the two. Attaching again changes the mode.
struct PolicyAttached {
  std::string policy, environment, flow;
  Mode mode = Mode::enforce;
  static void members(auto& visit, auto& self) {
    visit("policy", self.policy);
    visit.maybe("environment", self.environment);
    visit.maybe("flow", self.flow);
    visit("mode", self.mode);
  }
};

struct PolicyDetached {
  std::string policy, environment, flow;
  static void members(auto& visit, auto& self) {
    visit("policy", self.policy);
    visit.maybe("environment", self.environment);
    visit.maybe("flow", self.flow);
  }
};

}  // namespace weir::policy
