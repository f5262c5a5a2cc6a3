// What a CI system says about the run it is in, from its environment variables: GitHub Actions, GitLab CI and
// Jenkins, also where others imitate them. A table of rows; anything missing stays empty and is asked for by
// flags. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>

namespace weir::evidence {

struct CiRun {
  std::string system;      // github, gitlab, jenkins
  std::string flow;  // the repository (Jenkins: the job), as a name: '/' and other characters become '-'
  std::string trail;       // the commit; without one the run's number
  std::string commit;      // as the system gives it
  std::string branch;      // of a merge or pull request: its source
  std::string run_url;
  std::string repository;  // URL without credentials
  bool operator==(const CiRun&) const = default;
};

using Environment = std::map<std::string, std::string>;

std::optional<CiRun> detect_ci(const Environment& environment);  // nothing outside a CI system

}  // namespace weir::evidence
