// The ids of the runs of one process, which all have its fork in them. The first run of a program has the id that a
// scan gives it, who knows nothing of earlier ones, so that it keeps it when the reporter starts again; each further
// run of the same program in its place has its number behind it. Of many programs not each is remembered: then every
// further run has its number, and none shares an id. One thread at a time.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace weir::agent {

class RunIds {
 public:
  std::int64_t next_run() { return ++runs_; }

  // `base`: drawn from the process and what runs in it. The same run again has the same id.
  std::string give(std::int64_t run, std::string base) {
    for (const auto& [given, to] : given_)
      if (given == base) return to == run ? base : numbered(base, run);
    if (given_.size() == remembered_max) return numbered(base, run);
    given_.emplace_back(base, run);
    return base;
  }

 private:
  static constexpr std::size_t remembered_max = 16;
  static std::string numbered(const std::string& base, std::int64_t run) {
    return base + "-" + std::to_string(run);
  }

  std::int64_t runs_ = 0;
  std::vector<std::pair<std::string, std::int64_t>> given_;
};

}  // namespace weir::agent
