// What this reporter saw first: which packages were installed, and the SHA-256 of each package's programs when they
// first ran. Content that differs later, without dpkg having unpacked the package again, is `changed`. Kept in a text
// file that names its own digest; a file that fails it is not believed, and that is said (`note`). Bounded.
// Written whole and renamed into place. Safe from any thread.
#pragma once
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "agent/processes/packages.h"
#include "base/bytes.h"
#include "base/time.h"

namespace weir::agent {

class Baseline {
 public:
  // An empty path keeps the baseline in memory only.
  Baseline(std::string file, Packages& packages, Instant now);

  struct Judgement {
    bool after_baseline = false, changed = false;
  };
  // Judges the program at `path`, owned by `owner`, by its content; remembers it when it is new.
  Judgement judge(const std::string& path, const PackageOwner& owner, const Sha256& digest);
  // Whether `judge` would remember the program, and since when it would have before.
  bool is_new(const std::string& path, const PackageOwner& owner) const;
  Instant since() const { return since_; }
  // Whether exactly this content was the package's own when it was first seen at `path`.
  bool is_first_content(const std::string& path, const Sha256& digest);

  Status save();  // when something is new
  std::string note() const;

 private:
  struct Program {
    std::uint64_t transaction = 0;
    Sha256 digest;
  };
  Status load();
  Status parse(std::string_view text);
  Status parse_line(std::string_view line);
  std::string print() const;

  const std::string file_;
  mutable std::mutex mutex_;
  Instant since_;
  std::set<std::uint64_t> packages_;  // transactions at the start
  std::unordered_map<std::uint64_t, Program> programs_;
  bool dirty_ = false;
  std::string note_;
};

}  // namespace weir::agent
