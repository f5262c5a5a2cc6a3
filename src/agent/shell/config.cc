#include "agent/shell/config.h"

#include <unistd.h>

namespace weir::agent {

Status check_agent_config(const AgentConfig& config) {
  if (config.server.empty()) return invalid("the agent needs the server's address", "server");
  if (config.environment.empty()) return invalid("the agent needs the environment it reports for", "environment");
  if (config.state_directory.empty()) return invalid("the agent needs a directory for its state", "state_directory");
  if (!config.server_pin.empty() && !parse_sha256(config.server_pin))
    return invalid("the server's pin is not a SHA-256 digest", "server_pin");
  if (config.spool_bytes_max < 1 << 20) return invalid("the spool needs at least 1 MiB", "spool_bytes_max");
  if (!config.inventory_root.empty() && !config.inventory_root.starts_with('/'))
    return invalid("the inventory's root is not an absolute path", "inventory_root");
  for (const WatchedPath& watched : config.paths)
    if (!watched.path.starts_with('/')) return invalid("'" + watched.path + "' is not an absolute path", "paths");
  return {};
}

std::string host_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

std::optional<Sha256> pin_of_token(std::string_view token) {
  const std::size_t dot = token.rfind('.');
  if (dot == token.npos) return std::nullopt;
  const auto pin = parse_sha256(token.substr(dot + 1));
  return pin ? std::optional(*pin) : std::nullopt;
}

}  // namespace weir::agent
