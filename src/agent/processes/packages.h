// Which dpkg package owns a file. The file lists are kept as hashes (10 bytes a path) and every hit is confirmed in the
// package's list, so that no crafted name can borrow a package. Paths are compared after /usr-merge; diversions are
// followed; maintainer scripts belong to their package. Read again when dpkg changed its folder. What dpkg says can be
// written by root: a claim, no proof. Source: dpkg(1), deb-info layout of /var/lib/dpkg. Safe from any thread.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace weir::agent {

struct PackageOwner {
  std::string name, version;
  std::string
      transaction;   // changes whenever dpkg unpacks the package again; unpacking the same version counts
  std::string list;  // its name in dpkg's folder: "bash", "libc6:amd64"
};

class Packages {
 public:
  // `folder` is dpkg's (/var/lib/dpkg), `root` what the paths in its lists are below ("" for this host).
  Packages(std::string folder, std::string root);

  // `path` is resolved and absolute, including `root`.
  std::optional<PackageOwner> owner_of(const std::string& path);

  // The MD5, in hex, of what the package brought as `path`; empty when it doesn't say, or the file is diverted.
  std::string shipped_md5(const std::string& path, const PackageOwner& owner);

  struct Installed {
    std::string list;  // "bash", "libc6:amd64"
    std::string transaction;
  };
  std::vector<Installed> installed();
  Status status() const;  // not_found when there is no dpkg here; unavailable when it may not be read
  bool is_changing() const;  // somebody holds dpkg's lock
  std::size_t paths();
  std::uint64_t generation();  // another one whenever dpkg changed something

 private:
  struct Diversion {
    std::string from, to, package;
  };
  void refresh();
  bool is_stale() const;
  std::optional<PackageOwner> find_recent(const std::string& path);
  void read_lists();
  void read_versions();
  void read_stanzas(const std::string& file);
  void read_diversions();
  std::optional<PackageOwner> find(const std::string& path, const std::string& only,
                                   const std::string& except);
  std::optional<PackageOwner> find_diverted(const std::string& path);
  std::optional<PackageOwner> owner_named(const std::string& list);
  std::string merged(std::string path) const;
  bool is_listed(const std::string& list, const std::string& path) const;

  const std::string folder_, root_;
  std::mutex mutex_;
  std::vector<std::string> lists_;                            // names, sorted
  std::vector<std::uint64_t> hashes_;                         // sorted
  std::vector<std::uint16_t> owners_;                         // index in lists_ of the hash at the same place
  std::map<std::string, std::string, std::less<>> versions_;  // of "name:arch" and "name"
  std::vector<Diversion> diversions_;
  std::vector<std::string> merged_folders_;  // "/bin": a link to "/usr/bin"
  std::int64_t lists_changed_ns_ = -1, versions_changed_ns_ = -1, read_at_ns_ = 0, looked_at_ns_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace weir::agent
