// From what the kernel says about an exec, and /proc about its process, to the Instance that is reported: what runs, by
// digest; the script where an interpreter runs one; whose it is; which package explains it; whether its container's
// image holds it. Reads the executable through the handle opened at the exec, or, when the process is gone, the file at
// the path the kernel told, if it is still the same file. A script is opened as its process sees it: in its mount
// namespace, below its root. What takes long to read is read beside (digest_reader.h). One thread.
#pragma once
#include <map>
#include <set>
#include <unordered_map>

#include "agent/processes/ancestry.h"
#include "agent/processes/digest_reader.h"
#include "agent/processes/image_content.h"
#include "agent/processes/interpreters.h"
#include "agent/processes/package_claims.h"
#include "agent/processes/process_options.h"
#include "agent/processes/run_ids.h"
#include "agent/processes/run_table.h"

namespace weir::agent {

struct Sighting {
  ExecMoment moment;                  // without `detailed`, only pid, time and ticks count
  std::optional<ProcessFacts> facts;  // none when the process was gone
  std::optional<ProcessFolder> folder;
  Fd executable;
  Admission admission;  // of its mount namespace, where its root is not the host's
  std::shared_ptr<RunIds> ids;  // of its process, where something ran in it before, or may before it is told
  std::int64_t run = 0;         // its number among them
  Readings readings;
  // Kept while files are read for it: what was found then may be gone, or another, afterwards.
  struct Found {
    std::string asked, path;
    Fd file;
  };
  std::optional<Found> script;
  std::optional<runtime::Origin> origin;
};

struct Identified {
  runtime::Instance instance;
  bool explained = false;               // by packages, unchanged and whole
  bool held_by_image = false;           // part of its container's instance, not reported
  bool is_pending = false;  // files are read for it: to be identified again then; the rest is no verdict
  std::uint64_t device = 0, inode = 0;  // of the executable; 0 unknown
};

// What runs (or ran last) as a pid; nullptr when nothing is known.
using FindRun = std::function<const KeptInstance*(std::int64_t pid)>;

class ProcessIdentity {
 public:
  // `has_read` is called, from a thread of its own, whenever a file was read that a sighting waits for.
  ProcessIdentity(const ProcessOptions& options, PackageClaims& claims, FindRun find_run,
                  std::function<void()> has_read);

  Identified identify(Sighting& sighting);
  // The mount namespace of what runs below another root than the host's; none of what does not.
  std::optional<std::uint64_t> space_of(const Sighting& sighting) const;
  const HostRoot& host_root() const { return host_root_; }
  void forget(std::int64_t pid) { ancestry_.forget(pid); }
  void forget_all() { ancestry_.forget_all(); }
  // Why the storage of some containers can't be judged.
  const std::set<std::string>& blind_spots() const { return blind_spots_; }

 private:
  struct File {
    std::string path;
    Fd opened;  // owned here when it isn't the sighting's
    int number = -1;
    struct stat status{};
    std::optional<Sha256> digest;
    std::string note;  // why there is no digest, or what is odd about it
    bool deleted = false, detached = false;
    bool nameless = false;  // on a mount that is in no tree any more
  };
  struct Space {
    std::vector<MountLine> mounts;  // as last seen
    std::string root = "/";         // what the paths in it are below
    std::int64_t guide = 0;         // a process inside
  };
  struct Original {
    std::string path;
    runtime::PackageClaim claim;
  };

  static std::optional<runtime::Settings> settings_of(const Sighting& sighting);
  runtime::Origin origin_of(const Sighting& sighting);
  CgroupPlace place_of_gone(const ExecMoment& moment) const;
  Identified look_at(Sighting& sighting);
  Fd open_as_seen(const Sighting& sighting, const std::string& path) const;
  bool names_interpreter(const Sighting& sighting, int script) const;
  File executable_of(const Sighting& sighting) const;
  File script_of(const Sighting& sighting, const std::string& path) const;
  void open_left_file(const Sighting& sighting, File& file) const;
  void add_digest(File& file, Sighting& sighting);
  std::optional<runtime::PackageClaim> claim_of(const File& file);
  void open_bound_file(const Sighting& sighting, File& file) const;
  void explain_copy(const File& executable, runtime::Instance& instance);
  std::string original_path(const File& executable) const;  // empty: its content is no known program's
  HeldJudgement judge_held(Sighting& sighting, const File& file);
  void look_at_space(const Sighting& sighting, std::uint64_t number, Space& space) const;
  bool is_held(Sighting& sighting, File& file, runtime::Instance& instance);
  Program program_in(const Sighting& sighting, const std::string& executable) const;
  std::string id_of(const Sighting& sighting, const runtime::Instance& instance) const;
  void add_program(const Program& program, File& executable, Sighting& sighting, Identified& out);
  void add_script(File& script, Sighting& sighting, Identified& out);

  const ProcessOptions& options_;
  PackageClaims& claims_;
  const FindRun find_run_;
  DigestCache digests_;
  UserNames users_;
  Ancestry ancestry_;
  ImageContent images_;
  std::string boot_;  // first eight digits of the boot's id
  std::uint64_t host_mounts_ = 0;
  HostRoot host_root_;
  std::uint64_t own_mounts_ = 0;  // of the agent itself, which may run in others than the host's
  HostRoot own_root_;
  std::map<Sha256, Original> originals_;             // programs of packages that ran, by content
  std::unordered_map<std::uint64_t, Space> spaces_;  // of containers, by mount namespace
  std::unordered_map<std::uint64_t, CgroupPlace>
      places_;  // of what was there to be looked at, by control group
  std::set<std::string> blind_spots_;
  DigestReader reader_;  // last, so that it ends first
};

}  // namespace weir::agent
