// Everything outside that a command may touch, handed in by main (or a test): streams, variables, clock,
// waiting, and the commands that need libraries this folder must not know (server, agent, the ledger on
// disk). Borrowed for one run.
#pragma once
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace weir::cli {

class Session;

// The answer as an exit code. What goes wrong is an Error, whose code has its own (base/error.h).
enum class Exit { yes = 0, no = 1 };

struct ServeOptions {
  std::string listen, data, organization;  // organization: empty for the one that `data` holds
  std::optional<std::string> tls_cert, tls_key, advisories, public_url;
};

struct AgentOptions {
  std::string server, organization, environment;
  std::optional<std::string> token;  // join token, needed until this host is enrolled
  std::optional<std::string> token_file;
  std::string state;  // directory of key and spool
  std::optional<std::string> ca_file;
  std::optional<std::string> host;
  std::optional<std::string> server_pin;
  bool arguments = false;
  std::vector<std::string> paths, excludes;  // excludes: globs relative to each path
  std::int64_t spool_bytes_max = 0;
  std::vector<std::string> docker, podman, containerd;  // sockets
  std::string inventory_root;  // where the host's package databases are
};

struct LedgerOptions {
  std::string data;
  std::string organization;  // empty: the one that `data` holds
};

// Where one is unset, its command answers that this binary lacks it.
struct Hooks {
  std::function<Result<Exit>(Session&, const ServeOptions&)> serve = {};
  std::function<Result<Exit>(Session&, const AgentOptions&)> agent = {};
  std::function<Result<Exit>(Session&, const LedgerOptions&)> ledger_verify = {};
  std::function<Result<Exit>(Session&, const LedgerOptions&)> ledger_rebuild = {};
};

struct Environment {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::map<std::string, std::string, std::less<>> variables = {};  // of the process
  const Clock& clock;
  std::function<void(Duration)> wait = {};  // between two tries
  Hooks hooks = {};

  std::optional<std::string> variable(std::string_view name) const {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }
};

}  // namespace weir::cli
