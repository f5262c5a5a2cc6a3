// Integrations and what they asked, as the API shows them and as answering works with them. A caller request is a row
// of an owned table, written before its delivery is acknowledged; it is pending until it was answered, rejected for
// having waited too long, or is dead: the system refused the answer for good.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "integration/integration.h"
#include "integration/judgement.h"
#include "store/sql.h"

namespace weir::store {

enum class CallerState { pending, answered, dead };
constexpr auto names_of(CallerState) {
  return std::array<std::string_view, 3>{"pending", "answered", "dead"};
}

struct IntegrationView {
  integration::IntegrationDeclared declared;
  std::int64_t entry = 0, pending = 0, dead = 0;
  static void members(auto& visit, auto& self) {
    visit("name", self.declared.name);
    visit("kind", self.declared.kind);
    visit("base_url", self.declared.base_url);
    visit("app_id", self.declared.app_id);
    visit("environments", self.declared.environments);
    visit("environment", self.declared.environment);
    visit("merge_environment", self.declared.merge_environment);
    visit.maybe("mode", self.declared.mode);
    visit.maybe("fail", self.declared.fail);
    visit("wait_us", self.declared.wait);
    visit("secrets", self.declared.secrets);
    visit("pending", self.pending);
    visit("dead", self.dead);
    visit("entry", self.entry);
  }
};
Result<std::vector<IntegrationView>> list_integrations(Database& db);
Result<std::optional<IntegrationView>> find_integration(Database& db, std::string_view name);

Result<std::optional<integration::Secrets>> find_secrets(Database& db, std::string_view integration);
Status keep_secrets(Database& db, std::string_view integration, const integration::Secrets& secrets);

struct CallerRequestView {
  std::int64_t id = 0;
  std::string integration;
  integration::Asked asked;
  CallerState state = CallerState::pending;
  std::string said;  // the last word: approved, rejected, passed, failed, pending, or comment
  std::int64_t attempts = 0;
  Instant received_at, next_at, until;
  std::optional<Instant> answered_at;
  std::int64_t last_status = 0;
  std::string last_error;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("integration", self.integration);
    visit("asked", self.asked);
    visit("state", self.state);
    visit("said", self.said);
    visit("attempts", self.attempts);
    visit("received_at", self.received_at);
    visit("next_at", self.next_at);
    visit("until", self.until);
    visit("answered_at", self.answered_at);
    visit("last_status", self.last_status);
    visit("last_error", self.last_error);
  }
};
struct CallerRequestFilter {
  std::string integration, state;  // empty: all
  std::optional<std::int64_t> id;
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};
Result<std::vector<CallerRequestView>> list_caller_requests(Database& db, const CallerRequestFilter& filter);

// Of those pending of one repository, as answering needs them: the oldest first.
struct PendingCaller {
  std::int64_t id = 0;
  std::string integration;
  integration::Asked asked;
  std::string told;  // what was said last, whole: saying it again would be noise
  std::int64_t comments = 0, attempts = 0;
  bool waits = false;  // for another verdict; then looked at after every commit
  Instant next_at, until;
};
Result<std::vector<PendingCaller>> list_pending_callers(Database& db, std::string_view integration,
                                                        std::string_view repository, std::int64_t limit);

// What was recorded of a commit of this repository, as a trail's or as an artifact's own; at most `limit`.
struct BuiltArtifact {
  Sha256 digest;
  std::string name;
};
Result<std::vector<BuiltArtifact>> built_from(Database& db, const integration::IntegrationDeclared& of,
                                              const integration::Asked& asked, std::size_t limit);

}  // namespace weir::store
