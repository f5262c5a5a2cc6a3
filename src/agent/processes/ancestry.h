// The parents of a process, from the direct one upwards. What was learned about a pid is kept until `forget`, because
// that pid may then be another process. Bounded. One thread.
#pragma once
#include <unordered_map>
#include <vector>

#include "agent/processes/process_facts.h"
#include "agent/processes/user_names.h"
#include "runtime/report.h"

namespace weir::agent {

class Ancestry {
 public:
  Ancestry(std::string proc, UserNames& users) : proc_(std::move(proc)), users_(users) {}
  std::vector<runtime::Ancestor> of(std::int64_t parent);
  void forget(std::int64_t pid) { known_.erase(pid); }
  void forget_all() { known_.clear(); }

 private:
  struct Known {
    runtime::Ancestor ancestor;
    std::int64_t parent = 0;
  };
  const Known* find(std::int64_t pid);
  const std::string proc_;
  UserNames& users_;
  std::unordered_map<std::int64_t, Known> known_;
};

}  // namespace weir::agent
