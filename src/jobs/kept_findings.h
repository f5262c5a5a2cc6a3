// What finding vulnerabilities keeps between its steps: the file of the index of bills of materials, and what stands of
// each component's findings. Each belongs to one thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "jobs/find_vulnerabilities.h"
#include "store/view_finding.h"
#include "vuln/component_index.h"

namespace weir::jobs {

// What is not there this time, cannot be read, or is older than what is known still says what it said: a feed that
// breaks, shrinks or goes back in time ends nothing. How many records are missing.
std::int64_t keep_known(const vuln::AdvisorySet& known, ReadAdvisories& read);
std::string older_than_known(const vuln::Advisory& advisory);  // why it is refused

class IndexKeeper {
 public:
  // `say` hears what was wrong with the file and is mended; empty: nobody does.
  IndexKeeper(std::string file, std::function<void(const Error&)> say)
      : file_(std::move(file)), say_(std::move(say)) {}
  // Nothing where there is none, or it is damaged or of another form: it is made anew from the bills.
  std::optional<vuln::ComponentIndex> open() const;
  // How long it took. What cannot be written is made anew at the next start.
  Duration save(const vuln::ComponentIndex& index) const;

 private:
  void say(const Error& error, std::string_view then) const;

  std::string file_;
  std::function<void(const Error&)> say_;
};

class StandingFindings {
 public:
  // All at once, where all will be asked for: a query for each component would take longer than the matching.
  Status read_all(store::Database& db);
  void forget() { all_.reset(); }
  Result<std::vector<vuln::FindingChange>> of(store::Database& db, const std::string& component) const;

 private:
  std::optional<std::unordered_map<std::string, std::vector<vuln::FindingChange>>> all_;  // by component
};

}  // namespace weir::jobs
