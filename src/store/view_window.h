// Windows, freezes and overrides: as the API shows them, and as decisions need them, now or at a moment that has been.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/sql.h"
#include "window/act.h"

namespace weir::store {

// What `window::decide` is asked with. A freeze stands among the windows.
struct Windows {
  std::vector<window::Window> list;
  std::vector<window::Lift> lifts;
  window::Answer decide(const window::Subject& subject, Instant at) const {
    return window::decide(list, subject, at, lifts);
  }
};
// Those that were parsed before, by their entries: who asks often keeps them.
using PreparedWindows = std::map<std::int64_t, window::Window>;
Result<Windows> windows_at(Database& db, Instant at, PreparedWindows* prepared = nullptr);  // as declared then
Result<Windows> current_windows(Database& db, Instant now, PreparedWindows* prepared = nullptr);
Result<bool> any_windows(Database& db);  // or freezes, now or ever
// How often any of them changed: when it is the same, so are they.
Result<std::int64_t> windows_version(Database& db);
// With the tags of both; those of the environment go before.
Result<window::Subject> window_subject(Database& db, const std::string& environment, const std::string& flow,
                                       const std::string& cls = {});

struct WindowView {
  std::string name, actor;
  window::Definition definition;
  std::optional<window::WindowWas> was_open;  // it replaced a window that was open
  bool open = false;
  std::optional<Instant> opens, closes;
  Instant declared_at;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    window::Definition::members(visit, self.definition);
    visit("open", self.open);
    visit("opens", self.opens);
    visit("closes", self.closes);
    visit("actor", self.actor);
    visit("declared_at", self.declared_at);
    visit("entry", self.entry);
    visit.maybe("was_open", self.was_open);
  }
};
WindowView view_at(WindowView view, const window::Window& window, Instant now);
Result<std::vector<WindowView>> list_windows(Database& db, Instant now);
Result<std::optional<WindowView>> find_window(Database& db, std::string_view name, Instant now);
Result<std::optional<window::Window>> find_window_ready(Database& db, std::string_view name);

struct FreezeView {
  window::Freeze freeze;
  bool active = false;
  static void members(auto& visit, auto& self) {
    visit("id", self.freeze.id);
    visit("environment", self.freeze.environment);
    visit("active", self.active);
    visit("from", self.freeze.from);
    visit("until", self.freeze.until);
    visit("incident", self.freeze.incident);
    visit("reason", self.freeze.reason);
    visit("actor", self.freeze.actor);
    visit("ended_at", self.freeze.ended_at);
    visit("ended_by", self.freeze.ended_by);
    visit("ended_reason", self.freeze.ended_reason);
    visit("entry", self.freeze.id);
  }
};
FreezeView view_at(window::Freeze freeze, Instant now);
struct FreezeFilter {
  std::string environment;
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};
Result<std::vector<FreezeView>> list_freezes(Database& db, const FreezeFilter& filter, Instant now);
Result<std::optional<window::Freeze>> find_freeze(Database& db, std::int64_t id);

struct OverrideView {
  std::int64_t id = 0;
  std::string window, environment, reason, ticket, actor;
  Instant from, until;
  bool in_force = false;  // enough people say so
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("window", self.window);
    visit("environment", self.environment);
    visit("from", self.from);
    visit("until", self.until);
    visit("reason", self.reason);
    visit("ticket", self.ticket);
    visit("actor", self.actor);
    visit("in_force", self.in_force);
    visit("entry", self.id);
  }
};

}  // namespace weir::store
