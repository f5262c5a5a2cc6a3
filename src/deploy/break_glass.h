// Break-glass: a person who may approve opens a way for one artifact into one environment, for hours at most, without
// what is asked for otherwise. It is an approval that says so, and an alarm that lasts until another person has looked
// at it. Pure.
#pragma once
#include <optional>
#include <string>

#include "deploy/approval.h"

namespace weir::deploy {

struct BreakGlassRequest {
  Sha256 artifact;
  std::string environment;
  Duration lasts;
  std::string reason, ticket;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit("for_us", self.lasts);
    visit("reason", self.reason);
    visit.maybe("ticket", self.ticket);
  }
};

struct BreakGlassOpened {
  Sha256 artifact;
  std::string environment;
  Instant until;
  std::string reason, ticket;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit("until", self.until);
    visit("reason", self.reason);
    visit.maybe("ticket", self.ticket);
  }
};

struct BreakGlassReviewed {
  std::int64_t break_glass = 0;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("break_glass", self.break_glass);
    visit("note", self.note);
  }
};

enum class BreakGlassState { open, over, reviewed };  // over: its time is, and nobody has looked at it
constexpr auto names_of(BreakGlassState) {
  return std::array<std::string_view, 3>{"open", "over", "reviewed"};
}

// A break-glass as the tables hold it.
struct BreakGlass {
  std::int64_t id = 0;  // its entry
  BreakGlassOpened opened;
  std::string artifact_name, account, actor;  // account: id of who opened it
  Instant opened_at;
  std::optional<std::int64_t> approval;  // entry
  std::optional<Instant> reviewed_at;
  std::string reviewed_by, note;
};
BreakGlassState state_at(const BreakGlass& glass, Instant now);

struct GlassBroken {
  BreakGlassOpened opened;
  ApprovalGiven approval;
};
// `id`: the entry it will be.
Result<GlassBroken> break_glass(const BreakGlassRequest& request, const ApproveFacts& facts, std::int64_t id,
                                Instant now);
Result<BreakGlassReviewed> review(const std::optional<BreakGlass>& glass, std::string_view account,
                                  const std::string& note);

}  // namespace weir::deploy
