// Commands done by hooks from main: the long-running parts, and the ledger on disk.
#include <fmt/format.h>

#include "cli/families.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

template <class Hook, class Given>
Result<Exit> call(Session& session, const Hook& hook, const Given& given) {
  if (!hook) return internal(fmt::format("this binary was built without '{}'", session.command().path));
  return hook(session, given);
}

constexpr OptionRow held_organization{
    .name = "org",
    .value = "ORG",
    .help = "organization; the one that the data directory holds, unless said"};

std::shared_ptr<LedgerOptions> declare_ledger(Options& options) {
  const auto given = std::make_shared<LedgerOptions>();
  options.option(
      {.name = "data", .value = "DIR", .help = "data directory of the server", .fallback = "weir-data"},
      &given->data);
  options.option(held_organization, &given->organization);
  return given;
}

void declare_sockets(Options& options, AgentOptions& given) {
  options.option({.name = "docker",
                  .value = "SOCKET",
                  .help = "docker's API socket, instead of the usual place",
                  .many = Many::each},
                 &given.docker);
  options.option({.name = "podman",
                  .value = "SOCKET",
                  .help = "podman's API socket, instead of the usual places",
                  .many = Many::each},
                 &given.podman);
  options.option({.name = "containerd",
                  .value = "SOCKET",
                  .help = "containerd's socket, instead of the usual place",
                  .many = Many::each},
                 &given.containerd);
}

}  // namespace

Action serve(Options& options) {
  const auto given = std::make_shared<ServeOptions>();
  options.option({.name = "listen",
                  .value = "ADDRESS:PORT",
                  .help = "where to listen; off loopback only with TLS",
                  .fallback = "127.0.0.1:8700"},
                 &given->listen);
  options.option({.name = "data",
                  .value = "DIR",
                  .help = "everything the server keeps; the first start leaves DIR/admin.token",
                  .fallback = "weir-data"},
                 &given->data);
  options.option(
      {.name = "org",
       .value = "ORG",
       .help = "organization that a new data directory is made for (default, unless said); a directory "
               "holds one"},
      &given->organization);
  options.option({.name = "tls-cert", .value = "FILE", .help = "certificate chain (PEM)"}, &given->tls_cert);
  options.option({.name = "tls-key", .value = "FILE", .help = "its key (PEM)"}, &given->tls_key);
  options.option({.name = "advisories",
                  .value = "PLACE",
                  .help = "directory, zip or tar of OSV records; read again whenever it changes"},
                 &given->advisories);
  options.option(
      {.name = "public-url",
       .value = "URL",
       .help = "where people reach it, for links in webhooks; the address it listens on unless said"},
      &given->public_url);
  return [given](Session& session) -> Result<Exit> {
    if (given->public_url && !given->public_url->starts_with("http://") &&
        !given->public_url->starts_with("https://"))
      return invalid("--public-url is http://… or https://…", "public-url");
    if (given->tls_cert.has_value() != given->tls_key.has_value())
      return invalid("--tls-cert and --tls-key go together", given->tls_cert ? "tls-key" : "tls-cert");
    return call(session, session.environment().hooks.serve, *given);
  };
}

Action agent(Options& options) {
  const auto given = std::make_shared<AgentOptions>();
  options.option({.name = "server", .value = "URL", .help = "address of the server", .need = Need::required},
                 &given->server);
  options.option({.name = "environment",
                  .value = "ENV",
                  .help = "environment this host belongs to",
                  .need = Need::required},
                 &given->environment);
  options.option({.name = "org", .value = "ORG", .help = "organization", .fallback = "default"},
                 &given->organization);
  options.option({.name = "token",
                  .value = "TOKEN",
                  .help = "join token, until this host is enrolled; better in WEIR_TOKEN"},
                 &given->token);
  options.option({.name = "token-file", .value = "FILE", .help = "file whose first line is the join token"},
                 &given->token_file);
  options.option({.name = "state",
                  .value = "DIR",
                  .help = "directory for key and spool",
                  .fallback = "/var/lib/weir-agent"},
                 &given->state);
  options.option({.name = "ca", .value = "FILE", .help = "certificates to trust (PEM) beside the system's"},
                 &given->ca_file);
  options.option({.name = "host", .value = "NAME", .help = "name of this host, instead of the system's"},
                 &given->host);
  options.option(
      {.name = "arguments", .help = "reports arguments of processes, where the environment allows it"},
      &given->arguments);
  options.option({.name = "pin",
                  .value = "DIGEST",
                  .help = "SHA-256 of the server's public key; a join token may carry it"},
                 &given->server_pin);
  options.option({.name = "spool-bytes",
                  .value = "N",
                  .help = "how much to keep while the server is away",
                  .fallback = "67108864"},
                 &given->spool_bytes_max);
  options.option({.name = "exclude",
                  .value = "GLOB",
                  .help = "leaves out what matches below --path",
                  .many = Many::each},
                 &given->excludes);
  options.option({.name = "path", .value = "PATH", .help = "file or directory to watch", .many = Many::each},
                 &given->paths);
  options.option({.name = "inventory-root",
                  .value = "DIR",
                  .help = "where the host is mounted whose installed packages are listed",
                  .fallback = "/"},
                 &given->inventory_root);
  declare_sockets(options, *given);
  return [given](Session& session) -> Result<Exit> {
    return call(session, session.environment().hooks.agent, *given);
  };
}

Action ledger_verify(Options& options) {
  const auto given = declare_ledger(options);
  return [given](Session& session) -> Result<Exit> {
    return call(session, session.environment().hooks.ledger_verify, *given);
  };
}

Action ledger_rebuild(Options& options) {
  const auto given = declare_ledger(options);
  return [given](Session& session) -> Result<Exit> {
    return call(session, session.environment().hooks.ledger_rebuild, *given);
  };
}

}  // namespace weir::cli
