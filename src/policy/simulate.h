// What would change if a policy were in force: past decisions decided again with a candidate in the place of
// its older version (or beside the others, when it is new), every verdict that flips shown. Only the candidate
// is evaluated; what the other policies said stands in the records. Pure; give each thread a clone of the
// candidate and `merge` the answers.
#pragma once
#include <map>

#include "format/json_view.h"
#include "policy/decide.h"

namespace weir::policy {

struct Flip {
  std::int64_t decision = 0;  // entry of the recorded one; 0 for what runs now without one
  std::string artifact, name, environment;
  Verdict was = Verdict::undecided, is = Verdict::undecided;
  std::vector<Missing> missing;  // what the candidate would ask for
  static void members(auto& visit, auto& self) {
    visit("decision", self.decision);
    visit("artifact", self.artifact);
    visit("name", self.name);
    visit("environment", self.environment);
    visit("was", self.was);
    visit("is", self.is);
    visit("missing", self.missing);
  }
};

struct Simulation {
  std::int64_t decisions = 0;
  std::int64_t to_pass = 0, to_fail = 0;         // flips between what passes and what does not
  std::map<std::string, std::int64_t> verdicts;  // of the candidate's world
  std::map<std::string, std::int64_t> rules;     // rule of the candidate → decisions in which it is not met
  bool passes_anything = false;                  // the candidate by itself let something through
  std::vector<Flip> flips;                       // the first limits::page_rows_max
  std::int64_t flips_total = 0;
  static void members(auto& visit, auto& self) {
    visit("decisions", self.decisions);
    visit("to_pass", self.to_pass);
    visit("to_fail", self.to_fail);
    visit("verdicts", self.verdicts);
    visit("rules", self.rules);
    visit("passes_anything", self.passes_anything);
    visit("flips", self.flips);
    visit("flips_total", self.flips_total);
  }
};

// True when it was tried on something and let nothing through. Enforcing it needs confirmation.
bool denies_everything(const Simulation& simulation);

class Simulator {
 public:
  Simulator(Prepared candidate, Mode mode) : candidate_(std::move(candidate)), mode_(mode) {}
  Status add(std::int64_t entry, const DecisionRecord& record);
  Status add_text(std::int64_t entry, std::string_view record_json);
  // The record where it stands in a larger document, such as the payload of its entry.
  Status add_view(std::int64_t entry, const format::JsonView& record_json);
  const Simulation& so_far() const { return simulation_; }
  Simulator clone() const { return {candidate_.clone(), mode_}; }  // with nothing added yet

 private:
  Status add(std::int64_t entry, DecisionRecord record, const Input& input, std::string_view document);

  Prepared candidate_;
  Mode mode_;
  Simulation simulation_;
};

void merge(Simulation& into, const Simulation& part);

}  // namespace weir::policy
