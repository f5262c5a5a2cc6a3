// Windows say when something may be deployed: an allow window opens what it selects and keeps it shut otherwise, a deny
// window shuts it while it is open, a freeze shuts it whatever else is open. `decide` is the one answer for the gate,
// for admission and for what already runs. Deny beats allow, a freeze beats all; an override lifts one window in one
// environment for a while, never a freeze. Pure: time is an argument. Format: docs/formats/window.md.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/members.h"
#include "window/schedule.h"
#include "window/zone.h"

namespace weir::window {

enum class Kind { allow, deny, freeze };
constexpr auto names_of(Kind) { return std::array<std::string_view, 3>{"allow", "deny", "freeze"}; }

// Shell patterns, `*` and `?`; any of a list, and each list that is given. An empty list selects everything.
struct Selector {
  std::vector<std::string> environments, flows, classes;
  std::map<std::string, std::string> tags;  // the value is a pattern
  static void members(auto& visit, auto& self) {
    visit.maybe("environments", self.environments);
    visit.maybe("flows", self.flows);
    visit.maybe("classes", self.classes);
    visit.maybe("tags", self.tags);
  }
  bool operator==(const Selector&) const = default;
};

// What is to be deployed, or was.
struct Subject {
  std::string environment, flow, cls;        // flow and class of change are empty when they are not known
  std::map<std::string, std::string> tags;  // of the environment, and of the flow
};
bool pattern_matches(std::string_view pattern, std::string_view text);
bool selects(const Selector& selector, const Subject& subject);
bool any_environment(const Selector& selector, std::string_view environment);  // whatever the flow, class and tags

// Who may lift a window, and under what terms.
struct OverrideTerms {
  std::vector<std::string> roles = {};  // any of them; empty: whoever may approve
  std::int64_t number = 1;              // of people who must say so
  bool ticket = false;                  // must be given; a reason always is
  std::string longest = "4h";
  static void members(auto& visit, auto& self) {
    visit.maybe("roles", self.roles);
    visit.maybe("number", self.number);
    visit.maybe("ticket", self.ticket);
    visit.maybe("longest", self.longest);
  }
  bool operator==(const OverrideTerms&) const = default;
};

// A window as people give it and as the ledger keeps it. Times stay as they were written.
struct Definition {
  Kind kind = Kind::allow;
  std::string rrule, cron, start, duration, timezone = "UTC";
  std::optional<Instant> from, until;
  Selector selector;
  std::optional<OverrideTerms> override_;  // none: nobody may lift it
  std::string reason;
  static void members(auto& visit, auto& self) {
    visit("kind", self.kind);
    visit.maybe("rrule", self.rrule);
    visit.maybe("cron", self.cron);
    visit.maybe("start", self.start);
    visit.maybe("duration", self.duration);
    visit.maybe("timezone", self.timezone);
    visit.maybe("from", self.from);
    visit.maybe("until", self.until);
    visit.maybe("selector", self.selector);
    visit.maybe("override", self.override_);
    visit.maybe("reason", self.reason);
  }
  bool operator==(const Definition&) const = default;
};

// A window ready to be asked. Its schedule is parsed once; copies share it.
struct Window {
  std::string name;  // of a freeze: "freeze 17", by its entry
  Definition definition;
  Schedule schedule;
  std::int64_t entry = 0;
  std::string incident = {};  // of a freeze
};
// Refuses what a definition gets wrong; the error names the member.
Result<Window> prepare(std::string name, Definition definition, std::int64_t entry = 0);
Window freeze_window(std::int64_t entry, std::string environment, Instant from, Instant until,
                     std::string reason, std::string incident);

// A window is lifted in an environment while enough people say so at once.
struct Lift {
  std::string window, environment, actor;
  Instant from, until;
};

enum class Verdict { open, closed };
constexpr auto names_of(Verdict) { return std::array<std::string_view, 2>{"open", "closed"}; }

struct Answer {
  Verdict verdict = Verdict::open;
  std::string window;  // that shuts it, or that opens it; empty when none selects it
  std::optional<Kind> kind;
  std::optional<std::int64_t> entry;  // of that window
  std::optional<Instant> next_opening, next_closing;
  bool overridden = false;  // open only because a window is lifted
  static void members(auto& visit, auto& self) {
    visit("verdict", self.verdict);
    visit("window", self.window);
    visit("kind", self.kind);
    visit("entry", self.entry);
    visit("next_opening", self.next_opening);
    visit("next_closing", self.next_closing);
    visit("overridden", self.overridden);
  }
};

Answer decide(std::span<const Window> windows, const Subject& subject, Instant now, std::span<const Lift> lifts = {});
bool lifted(const Window& window, std::string_view environment, Instant now, std::span<const Lift> lifts);

}  // namespace weir::window
