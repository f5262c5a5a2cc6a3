// The server as it is shipped, for benchmarks that measure through the socket: a process on this machine's loopback
// with a fresh data directory, which ends with the object.
#pragma once
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>

#include "format/json.h"
#include "http/client.h"

namespace weir::bench {

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(std::string weir, const std::string& directory) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    auto server = std::make_unique<Server>();
    std::array<int, 2> out{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0) return Error{Errc::internal, "pipe"};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    std::vector<std::string> words{weir, "serve", "--listen", "127.0.0.1:0", "--data", directory};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int failed =
        ::posix_spawn(&server->pid_, weir.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    if (failed != 0) return Error{Errc::unavailable, fmt::format("{} does not start", weir)};
    std::string said;
    for (char byte = 0; said.find("token") == said.npos && ::read(out[0], &byte, 1) == 1;) said += byte;
    server->output_ = out[0];
    const std::size_t at = said.find("http://");
    if (at == said.npos) return Error{Errc::unavailable, "the server did not say its address"};
    server->url_ = said.substr(at, said.find('\n', at) - at);
    std::ifstream(directory + "/admin.token") >> server->admin_;
    return server;
  }
  ~Server() {
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      ::waitpid(pid_, nullptr, 0);
    }
    if (output_ >= 0) ::close(output_);
  }
  Result<format::Json> ask(std::string method, std::string_view path, const format::Json& body) const {
    http::Client client({.origin = url_});
    const auto answer = TRY(client.send({.method = std::move(method),
                                         .target = fmt::format("/v1/orgs/default/{}", path),
                                         .headers = {{"authorization", "Bearer " + admin_}},
                                         .body = dump(body)}));
    if (answer.status / 100 != 2) return Error{Errc::internal, fmt::format("{}: {}", path, answer.body)};
    return format::parse_json(answer.body);
  }
  std::uint16_t port() const {
    return static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
  }
  double cpu_seconds() const {  // user and system, of the server alone
    std::ifstream stat(fmt::format("/proc/{}/stat", pid_));
    std::string word;
    double ticks = 0;
    for (int field = 1; field <= 15 && stat >> word; ++field)
      if (field >= 14) ticks += std::stod(word);
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string url_, admin_;
};

}  // namespace weir::bench
