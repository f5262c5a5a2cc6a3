#include "watch.h"

#include <malloc.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "agent/shell/agent.h"
#include "agent/shell/collectors.h"
#include "cli/session.h"

namespace weir {
namespace {

constexpr int large_text_bytes = 128 * 1024;

Result<std::string> join_token_of(const cli::AgentOptions& options) {
  if (options.token) return *options.token;
  if (!options.token_file) return std::string();
  std::ifstream file(*options.token_file);
  std::string token;
  if (!file || !std::getline(file, token))
    return invalid(fmt::format("cannot read a token from {}", *options.token_file), "token-file");
  return token;
}

// "/etc/app", or {"path": "/etc/app", "exclude": ["*.tmp"]} as the configuration file may have it.
Result<agent::WatchedPath> watched_path_of(const std::string& word, const std::vector<std::string>& excludes) {
  agent::WatchedPath watched{.path = word};
  if (word.starts_with('{')) {
    auto read = format::decode_text<agent::WatchedPath>(word);
    if (!read) return invalid(fmt::format("--path {}", read.error().message), "path");
    watched = std::move(*read);
  }
  watched.exclude.insert(watched.exclude.end(), excludes.begin(), excludes.end());
  return watched;
}

Result<agent::AgentConfig> config_of(const cli::AgentOptions& options) {
  const std::string join_token = TRY(join_token_of(options));
  agent::AgentConfig config{.server = options.server,
                            .organization = options.organization,
                            .environment = options.environment,
                            .host = options.host.value_or(""),
                            .join_token = join_token,
                            .state_directory = options.state,
                            .ca_file = options.ca_file.value_or(""),
                            .server_pin = options.server_pin.value_or(""),
                            .arguments = options.arguments,
                            .spool_bytes_max = options.spool_bytes_max,
                            .inventory_root = options.inventory_root};
  for (const std::string& path : options.paths) {
    agent::WatchedPath watched = TRY(watched_path_of(path, options.excludes));
    config.paths.push_back(std::move(watched));
  }
  for (const auto* sockets : {&options.docker, &options.podman, &options.containerd})
    config.container_sockets.insert(config.container_sockets.end(), sockets->begin(), sockets->end());
  TRY(agent::check_agent_config(config));
  return config;
}

}  // namespace

Result<cli::Exit> watch(cli::Session& session, const cli::AgentOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // Reports are texts of a megabyte. Left to itself, glibc puts them on the heap once it has freed the first one, and
  // what lives longer pins the holes they leave: with 10,000 processes 14 MB more.
  mallopt(M_MMAP_THRESHOLD, large_text_bytes);
  mallopt(M_ARENA_MAX, 1);  // a dozen threads that mostly sleep would keep a heap each
  const agent::AgentConfig config = TRY(config_of(options));
  const auto made = TRY(agent::Agent::open(
      config, agent::make_collectors(config, session.environment().clock), session.environment().clock,
      [&session](const std::string& line) {
        const auto now = to_string(session.now());
        const bool json = session.form() == cli::OutputForm::json;
        session.line(json ? dump(format::Json::object({{"at", now}, {"said", line}})) : line);
        session.flush();
      }));
  std::jthread running([&made](const std::stop_token& stop) { made->run(stop); });
  int signal = 0;
  sigwait(&signals, &signal);
  running.request_stop();
  running.join();
  return cli::Exit::yes;
}

}  // namespace weir
