// The inputs of many decisions on one state of the tables and of one moment: what subjects have in common (their
// environment, their flow, the artifact itself in several environments, the windows) is read once. Give subjects of
// one artifact one after another. What it holds grows with the environments, flows and names asked for, so make one for
// a batch, within one transaction.
#pragma once
#include <map>

#include "store/decision_input.h"
#include "store/view_policy.h"
#include "store/view_window.h"

namespace weir::store {

class DecisionInputs {
 public:
  DecisionInputs(Database& db, Instant now) : db_(db), now_(now) {}
  Result<policy::Input> of(const DecisionSubject& subject);  // as decision_input
  Result<const std::vector<Attached>*> policies_for(
      const DecisionSubject& subject);  // of each flow that recorded it

 private:
  struct OfEnvironment {
    policy::InputEnvironment environment;
    std::vector<policy::InputDeployment> deployments;
  };
  struct OfFlow {
    std::optional<policy::InputFlow> flow;
    std::optional<policy::InputService> service;
  };
  struct OfArtifact {
    Sha256 digest;
    policy::InputArtifact artifact;
    std::vector<policy::InputTrail> trails;
    std::map<std::string, std::vector<policy::InputAttestation>> attestations;
    std::vector<policy::InputRun> runs;
    std::vector<std::string> flows;                     // that recorded it
    std::vector<std::string> approved_in, excepted_in;  // environments in which there is anything of it to look for
  };
  using RunningIn = std::map<std::string, std::vector<policy::InputRunning>>;  // by environment

  Result<const OfEnvironment*> environment(const std::string& name);
  Result<const OfFlow*> flow(const std::string& name);
  Result<const OfArtifact*> artifact(const Sha256& digest);
  Result<const RunningIn*> running(const std::string& artifact_name);
  Status add_windows(policy::Input& input);

  Database& db_;
  Instant now_;
  std::map<std::string, OfEnvironment> environments_;
  std::map<std::string, OfFlow> flows_;
  std::map<std::string, RunningIn> running_;
  // By environment and flows.
  std::map<std::pair<std::string, std::vector<std::string>>, std::vector<Attached>> policies_;
  std::map<std::string, std::vector<policy::InputFreeze>> freezes_;
  std::optional<OfArtifact> artifact_;  // of the last subject
  std::optional<Windows> windows_;
  std::optional<bool> any_windows_;
};

}  // namespace weir::store
