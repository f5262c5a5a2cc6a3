// What the host's packages say of a file that runs or is watched: which one owns it, and whether it still is what that
// package brought. The host's own claim, and shown as one. Asked when a run starts; the answer stands for that run.
// Remembers answers until the file or dpkg's folder changes. Bounded. Safe from any thread.
#pragma once
#include <sys/stat.h>

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "agent/processes/baseline.h"
#include "agent/processes/file_digest.h"
#include "runtime/report.h"

namespace weir::agent {

// A file that was opened and read.
struct ReadFile {
  const std::string& path;  // resolved and absolute
  int number = -1;
  const struct stat& status;  // when it was opened
  const Sha256& digest;
};

// How collectors other than that of processes ask; empty: no package explains anything.
using Explain = std::function<std::optional<runtime::PackageClaim>(const ReadFile& file)>;

class PackageClaims {
 public:
  PackageClaims(Packages& packages, Baseline& baseline) : packages_(packages), baseline_(baseline) {}

  std::optional<runtime::PackageClaim> claim_of(const ReadFile& file);

 private:
  struct Claimed {
    FileKey key;
    std::uint64_t generation = 0;
    std::optional<runtime::PackageClaim> claim;
  };
  std::optional<runtime::PackageClaim> judge(const ReadFile& file);
  bool was_replaced_unseen(const ReadFile& file, const PackageOwner& owner);

  Packages& packages_;
  Baseline& baseline_;
  std::mutex mutex_;
  std::unordered_map<std::string, Claimed> claims_;  // by path and content
};

}  // namespace weir::agent
