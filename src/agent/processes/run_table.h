// The runs that live now, by pid, and what has to be told about each. Ten thousand runs are mostly the same few
// programs of the same few users, so what runs have in common stands once. Pure bookkeeping: no clock, no /proc, no
// sink. One thread at a time.
#pragma once
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "agent/processes/pool.h"
#include "agent/processes/run_ids.h"
#include "runtime/report.h"

namespace weir::agent {

enum class Telling {
  later,   // explained and young
  listed,  // ran at the first look: told by the next listing, or when it ends before
  told,
  never,  // a part of its container, or out of scope
};

// An instance taken apart: its own fields, and those it shares (which are empty in `common`).
struct KeptInstance {
  std::string id;
  Instant started_at;
  Duration uncertainty;
  std::int64_t pid = 0, session = 0;
  std::shared_ptr<const runtime::Instance> common;
  std::shared_ptr<const std::vector<runtime::Ancestor>> parents;
  runtime::Instance whole() const;
};

struct Run {
  KeptInstance instance;
  std::uint64_t start_ticks = 0;        // of the process; 0 unknown
  std::uint64_t device = 0, inode = 0;  // of its executable; 0 unknown
  std::uint64_t listed_inode = 0;       // the same as the kernel's list has it; 0 not compared yet
  std::int64_t looked_at_ns = 0;        // when /proc was read; boot time
  Telling telling = Telling::told;
  std::shared_ptr<RunIds> ids;  // of its process; none while this is its only run, and told
};

class RunTable {
 public:
  KeptInstance keep(runtime::Instance instance);
  Run* find(std::int64_t pid);
  Run& put(std::int64_t pid, Run run);
  std::optional<Run> take(std::int64_t pid);
  // Explained runs that settled by `now`, at most so many; they count as told from here on.
  std::vector<runtime::Instance> settle(Instant now, Duration age, std::size_t runs_max);
  // Of these, what is told by now and what was left to a listing, which counts as told from here on.
  std::vector<runtime::Instance> list(std::span<const std::int64_t> pids);
  std::vector<std::int64_t> pids() const;
  std::size_t size() const { return runs_.size(); }

 private:
  std::unordered_map<std::int64_t, Run> runs_;
  std::vector<std::int64_t> young_;  // pids put with Telling::later; some may have ended
  Pool<runtime::Instance> commons_;
  Pool<std::vector<runtime::Ancestor>> parents_;
};

}  // namespace weir::agent
