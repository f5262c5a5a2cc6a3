// The packages dpkg has installed: its status file, and the files of status.d that images without dpkg leave behind.
// Only what is installed or left half-way is told (whose files are there), not what was removed. A stanza without name
// or version is left out. Source: dpkg(1), deb-control(5). Safe from any thread.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/inventory/component.h"
#include "base/result.h"

namespace weir::agent {

// Reads stanzas line by line; `finish` ends the last one.
class DpkgStanzas {
 public:
  using Tell = std::function<void(InstalledPackage)>;
  // `needs_status`: a stanza that doesn't say that it is installed isn't told. Those of status.d never say it.
  enum class Status { needed, implied };
  DpkgStanzas(Status status, Tell tell) : status_(status), tell_(std::move(tell)) {}

  void line(std::string_view line);
  void finish();

 private:
  Status status_;
  Tell tell_;
  InstalledPackage package_;
  bool present_ = false;
};

// The package database below `root`, and what changes whenever dpkg changes it.
std::string dpkg_stamp(const std::string& root);
// Errors: not_found when there is none; unavailable when it can't be read or is beyond its bound.
Result<std::vector<InstalledPackage>> read_dpkg(const std::string& root);

}  // namespace weir::agent
