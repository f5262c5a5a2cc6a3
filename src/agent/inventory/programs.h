// Which archives Java programs have loaded: what a process has open, mapped or named on its command line and class
// path, by its own root. A process is looked at when it has such a file open, or when its executable is called java.
// What may not be looked at is counted. Source: proc(5). One thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/inventory/jar.h"
#include "agent/processes/file_digest.h"
#include "agent/processes/process_facts.h"

namespace weir::agent {

// The instance by which the server knows a process; nullopt when it does not know it (yet).
using FindInstance = std::function<std::optional<std::string>(std::int64_t pid)>;

struct ProgramOptions {
  std::string proc = "/proc";
  std::string scratch = "/tmp";  // where archives within others are unpacked, without a name
  FindInstance instance_of;
  Duration age_min;  // younger processes are left for the next look
};

struct LoadedJar {
  std::string path;  // as the process sees it
  std::shared_ptr<const JarContents> contents;
};
struct RunningProgram {
  std::string instance;
  std::vector<LoadedJar> jars;  // by path
  std::string key;              // equal when the same archives are at the same paths
};

struct ProgramsSeen {
  std::vector<RunningProgram> programs;
  std::int64_t hidden = 0;         // processes that could not be looked at
  std::int64_t archives_read = 0;  // that no look had read before
  bool cut = false;                // a bound was met
  std::string damage;              // of one archive that could not be read
};

class ProgramLook {
 public:
  explicit ProgramLook(ProgramOptions options) : options_(std::move(options)) {}
  ProgramsSeen look(const std::stop_token& stop = {});  // what was seen until then, when it is stopped

 private:
  struct Candidate {
    std::string path;
    Fd file;
  };
  struct Cached {
    std::shared_ptr<const JarContents> contents;  // null: it is no archive
    std::string damage;
    std::uint64_t seen = 0;  // the look that needed it last
  };
  void look_at(std::int64_t pid, ProgramsSeen& seen, const std::stop_token& stop);
  // nullopt when its handles may not be seen.
  std::optional<std::vector<Candidate>> open_jars(const std::string& folder) const;
  void add_named(const std::string& folder, std::vector<Candidate>& jars) const;
  const Cached& contents_of(const Candidate& jar, ProgramsSeen& seen);

  const ProgramOptions options_;
  std::map<std::pair<FileKey, std::string>, Cached> cache_;
  std::uint64_t looks_ = 0;
};

// The archives that a command line names, in its order: after -jar, and of the class path; "lib/*" stays so. Pure.
std::vector<std::string> jars_on_command_line(const std::vector<std::string>& words);

}  // namespace weir::agent
