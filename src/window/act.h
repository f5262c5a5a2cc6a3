// What people do about windows, as the ledger records it: declare, remove, freeze, thaw, override. A window that is
// open is changed only when that is confirmed, and the entry then says what it was. Pure.
#pragma once
#include "window/window.h"

namespace weir::window {

struct WindowWas {
  std::int64_t entry = 0;
  Definition definition;
  static void members(auto& visit, auto& self) {
    visit("entry", self.entry);
    visit("definition", self.definition);
  }
  bool operator==(const WindowWas&) const = default;
};

struct WindowDeclared {
  std::string name;
  Definition definition;
  std::optional<WindowWas> was_open;  // it replaces a window that was open
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    Definition::members(visit, self.definition);
    visit.maybe("was_open", self.was_open);
  }
};

struct WindowRemoved {
  std::string name;
  std::optional<WindowWas> was_open;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit.maybe("was_open", self.was_open);
  }
};

struct FreezeDeclared {
  std::string environment, incident, reason;
  Instant until;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("until", self.until);
    visit.maybe("incident", self.incident);
    visit.maybe("reason", self.reason);
  }
};

struct FreezeEnded {
  std::int64_t freeze = 0;  // its entry
  std::string reason;
  static void members(auto& visit, auto& self) {
    visit("freeze", self.freeze);
    visit.maybe("reason", self.reason);
  }
};

struct WindowOverridden {
  std::string window, environment, reason, ticket;
  Instant until;
  static void members(auto& visit, auto& self) {
    visit("window", self.window);
    visit("environment", self.environment);
    visit("until", self.until);
    visit.maybe("reason", self.reason);
    visit.maybe("ticket", self.ticket);
  }
};

// ---- requests ----

struct WindowRequest {
  Definition definition;
  bool confirm = false;  // although it is open now
  static void members(auto& visit, auto& self) {
    Definition::members(visit, self.definition);
    visit.maybe("confirm", self.confirm);
  }
};

struct FreezeRequest {
  std::string environment, incident, reason;
  Instant until;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("until", self.until);
    visit.maybe("incident", self.incident);
    visit.maybe("reason", self.reason);
  }
};

struct ThawRequest {
  std::string reason;
  static void members(auto& visit, auto& self) { visit.maybe("reason", self.reason); }
};

struct OverrideRequest {
  std::string environment, reason, ticket;
  Instant until;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("until", self.until);
    visit.maybe("reason", self.reason);
    visit.maybe("ticket", self.ticket);
  }
};

enum class Confirm { no, yes };

struct DeclareFacts {
  std::optional<Window> known;  // of that name
  std::int64_t count = 0;       // of windows
};
Result<WindowDeclared> declare(const std::string& name, const WindowRequest& request,
                               const DeclareFacts& facts, Instant now);
Result<WindowRemoved> remove(const std::string& name, const std::optional<Window>& known, Confirm confirm,
                             Instant now);
Result<FreezeDeclared> freeze(const FreezeRequest& request, bool environment_exists, Instant now);

struct Freeze {
  std::int64_t id = 0;  // its entry
  std::string environment, incident, reason, actor;
  Instant from, until;
  std::optional<Instant> ended_at;
  std::string ended_by, ended_reason;
};
Result<FreezeEnded> thaw(const ThawRequest& request, const std::optional<Freeze>& freeze, Instant now);

struct OverrideFacts {
  std::optional<Window> window;
  bool environment_exists = false;
  std::vector<std::string> roles;  // of who asks
};
Result<WindowOverridden> override_window(const std::string& name, const OverrideRequest& request,
                                         const OverrideFacts& facts, Instant now);

}  // namespace weir::window
