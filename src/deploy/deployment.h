// A deployment is a declared intent: this artifact shall run in that environment by a deadline. It is expected until
// seen, then observed, then ended; missed when the deadline passes unseen. Somebody may end it before: what it declared
// is then expected no more. `assess` is pure and called on every change of what runs and at every deadline.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "format/members.h"

namespace weir::deploy {

enum class DeploymentState { expected, observed, ended, missed };
constexpr auto names_of(DeploymentState) {
  return std::array<std::string_view, 4>{"expected", "observed", "ended", "missed"};
}

struct DeploymentRequest {
  Sha256 artifact;
  std::string environment;
  Duration within = limits::deployment_within;
  std::int64_t at_least = 1;
  bool alongside = false, rollback = false;
  std::string change_class;  // standard, normal, emergency; none: normal
  std::string change() const { return change_class.empty() ? "normal" : change_class; }
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit.maybe("within_us", self.within);
    visit.maybe("at_least", self.at_least);
    visit.maybe("alongside", self.alongside);
    visit.maybe("rollback", self.rollback);
    visit.maybe("class", self.change_class);
  }
};

struct DeploymentDeclared {
  Sha256 artifact;
  std::string environment;
  Instant deadline;
  std::int64_t at_least = 1;
  bool alongside = false, rollback = false;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit("deadline", self.deadline);
    visit.maybe("at_least", self.at_least);
    visit.maybe("alongside", self.alongside);
    visit.maybe("rollback", self.rollback);
  }
};

struct DeploymentChanged {
  std::int64_t deployment = 0;  // entry of its declaration
  DeploymentState state = DeploymentState::observed;
  std::string reason;
  static void members(auto& visit, auto& self) {
    visit("deployment", self.deployment);
    visit("state", self.state);
    visit.maybe("reason", self.reason);
  }
};

// A deployment as the tables hold it, with what runs of it now.
struct Deployment {
  std::int64_t id = 0;
  Sha256 artifact;
  std::string artifact_name, environment, actor;
  DeploymentState state = DeploymentState::expected;
  Instant declared_at, deadline;
  std::optional<Instant> observed_at, ended_at;
  std::int64_t at_least = 1;
  bool alongside = false, rollback = false;
  std::int64_t running = 0;        // instances of the artifact's identity in the environment
  std::int64_t superseded = 0;     // running instances of older approved artifacts of the same name
  bool replaced = false;           // a newer deployment of the same artifact name exists here
  std::string reason;              // of its state
  std::string unwatched;  // why what ran of it is seen no more, though it may run; empty: it would be seen
};

enum class DeploymentTrouble { missed, gone, short_of, superseded_running };
struct Assessment {
  std::optional<DeploymentState> next;      // when the state changes
  std::vector<DeploymentTrouble> troubles;  // conditions that hold now; those not listed have passed
  std::string reason;
};

struct DeployFacts {
  bool environment_exists = false;
  bool approved_now = false;      // an active approval covers the artifact here
  bool approved_before = false;   // for a rollback: it ran here, or was approved before what was declared last
};
Result<DeploymentDeclared> deploy(const DeploymentRequest& request, const DeployFacts& facts, Instant now);
// By hand: it won't come, or what ran of it was taken away on purpose.
Result<DeploymentChanged> end(const std::string& reason, const std::optional<Deployment>& deployment);
Assessment assess(const Deployment& deployment, Instant now);

}  // namespace weir::deploy
