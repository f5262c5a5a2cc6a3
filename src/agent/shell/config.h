// What an agent is told: where its server is, for which environment it reports, and what else to watch. Values only.
#pragma once
#include <string>
#include <vector>

#include "format/members.h"

namespace weir::agent {

// A file or directory to watch; `exclude` are globs (* and **) relative to it.
struct WatchedPath {
  std::string path;
  std::vector<std::string> exclude;
  static void members(auto& visit, auto& self) {
    visit("path", self.path);
    visit.maybe("exclude", self.exclude);
  }
  bool operator==(const WatchedPath&) const = default;
};

struct AgentConfig {
  std::string server;                   // "https://weir.example.org:8443"
  std::string organization = "default";
  std::string environment;
  std::string host;                     // empty: this machine's name
  std::string join_token;               // to enrol; not needed afterwards
  std::string state_directory = "/var/lib/weir-agent";
  std::string ca_file;                  // PEM, in addition to the system's
  std::string server_pin;               // "sha256:…" of the server's public key; a join token may carry it
  bool arguments = false;               // report arguments of processes
  std::vector<WatchedPath> paths;
  std::vector<std::string> container_sockets;  // in addition to those in the usual places
  std::int64_t spool_bytes_max = 64 << 20;
  std::string inventory_root = "/";     // of the package databases: where the host is mounted
};

Status check_agent_config(const AgentConfig& config);  // names the field that is missing or wrong
std::string host_name();

// The server's pin that a join token carries: "weir_join_….<64 hex digits>"; nullopt when it carries none.
std::optional<Sha256> pin_of_token(std::string_view token);

}  // namespace weir::agent
