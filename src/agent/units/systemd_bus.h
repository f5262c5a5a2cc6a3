// What systemd says of its services, over D-Bus by libsystemd, which is loaded at run time: hosts without systemd
// don't need it. One thread. Source: org.freedesktop.systemd1(5). Errors: unavailable, naming what failed.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agent/units/unit_program.h"
#include "base/result.h"
#include "base/time.h"

namespace weir::agent {

struct ServiceLine {
  std::string name, path;  // "cron.service", its object path
};

struct ServiceFacts {
  std::string invocation;     // hex; another one with each start
  Instant active_since;
  std::string fragment;       // its unit file
  std::vector<UnitCommand> commands;  // its ExecStart lines
  UnitPlace place;
  std::string user;           // empty: root
  std::int64_t main_pid = 0;
};

class SystemdBus {
 public:
  // `root` is "" but in tests: the directory under which the host's /run is.
  static Result<SystemdBus> open(const std::string& root);
  SystemdBus(SystemdBus&&) noexcept;
  SystemdBus& operator=(SystemdBus&&) = delete;
  ~SystemdBus();

  Result<std::vector<ServiceLine>> active_services();
  Result<std::string> invocation_of(const ServiceLine& service);
  Result<ServiceFacts> describe(const ServiceLine& service);
  // The bus's file, readable when there may be news; `take_news` says whether a unit changed.
  int file() const;
  Result<bool> take_news();

 private:
  struct State;
  explicit SystemdBus(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

bool systemd_runs(const std::string& root);  // as sd_booted(3)

}  // namespace weir::agent
