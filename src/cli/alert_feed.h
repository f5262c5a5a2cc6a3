// Alerts as they change: asks for those that stand, listens to the server's events, and hands on each alert
// whose state or content differs from what was handed on before. Belongs to one thread. Source:
// docs/api.md, `events`.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "cli/api.h"
#include "cli/output.h"

namespace weir::cli {

struct AlertFilter {
  std::string state, environment, incident;
};

class AlertFeed {
 public:
  using OnAlert = std::function<void(const format::Json& alert)>;

  AlertFeed(Api& api, AlertFilter filter) : api_(api), filter_(std::move(filter)) {}

  // Comes back when the server ends the stream, or with what went wrong; may be called again, and then
  // hands on only what changed in between.
  Status follow(const OnAlert& on_alert);

 private:
  Status look(const OnAlert& on_alert);
  Result<format::Json::Array> standing();
  bool wanted(const format::Json& alert) const;

  Api& api_;
  AlertFilter filter_;
  std::map<std::string, std::string> known_;  // id → what was handed on, canonical
};

// One line for people: "2026-11-22 20:31:07Z ◆ open high unknown-digest production /usr/bin/x on host
// (7f3a…)".
std::string alert_line(const format::Json& alert, Color color);

}  // namespace weir::cli
