#include "registry/credentials.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "artifact/disk_tree.h"
#include "base/bytes.h"
#include "base/limits.h"

extern char** environ;

namespace weir::registry {
namespace {

using artifact::OpenFile;
using format::Json;

constexpr std::string_view hub_key = "https://index.docker.io/v1/";
constexpr int helper_time_max_ms = 30'000;
constexpr std::size_t helper_answer_bytes_max = 64 * 1024;

// The names under which a host may stand in the file: as it is, as URL, with the API's version.
std::vector<std::string> keys_of(std::string_view host) {
  if (host == "docker.io") return {std::string(hub_key), "docker.io", "index.docker.io"};
  std::vector<std::string> keys{std::string(host)};
  for (const std::string_view scheme : {"https://", "http://"})
    for (const std::string_view path : {"", "/", "/v2/", "/v1/", "/v2", "/v1"})
      keys.push_back(fmt::format("{}{}{}", scheme, host, path));
  return keys;
}

Result<Credential> decode_auth(const Json& entry) {
  Credential credential{.identity_token = std::string(entry.text("identitytoken"))};
  const auto decoded = decode_base64(entry.text("auth"));
  const std::size_t colon = decoded.ok() ? decoded->find(':') : std::string::npos;
  if (!entry.text("auth").empty() && colon == std::string::npos)
    return invalid("an entry 'auth' of docker's config.json is not base64 of user:password");
  if (colon != std::string::npos) {
    credential.user = decoded->substr(0, colon);
    credential.secret = decoded->substr(colon + 1);
    while (credential.secret.ends_with('\0')) credential.secret.pop_back();
  }
  return credential;
}

bool is_helper_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// Runs `program get` with `input`; its output, or nothing when it failed or took too long.
std::optional<std::string> ask_program(const std::string& program, const std::string& input) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return std::nullopt;
  const OpenFile ours(ends[0]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string name = program, verb = "get";
  std::array<char*, 3> arguments{name.data(), verb.data(), nullptr};
  pid_t child = 0;
  const int spawned = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (spawned != 0) return std::nullopt;
  send(ours.number(), input.data(), input.size(), MSG_NOSIGNAL);
  shutdown(ours.number(), SHUT_WR);
  std::string output;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(helper_time_max_ms);
  bool ended = false;
  while (!ended && output.size() <= helper_answer_bytes_max) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd readable{.fd = ours.number(), .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || poll(&readable, 1, static_cast<int>(left.count())) <= 0) break;
    std::array<char, 4096> piece{};
    const ssize_t got = recv(ours.number(), piece.data(), piece.size(), 0);
    ended = got <= 0;
    if (got > 0) output.append(piece.data(), static_cast<std::size_t>(got));
  }
  if (!ended) kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  const bool good = ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return good ? std::optional(output) : std::nullopt;
}

Result<Credential> ask_helper(const std::string& helper, std::string_view host) {
  const std::string program = "docker-credential-" + helper;
  const std::string key = host == "docker.io" ? std::string(hub_key) : std::string(host);
  const std::optional<std::string> output = ask_program(program, key);
  if (!output) return Credential{};  // docker, too, goes on without: helpers fail for hosts they don't know
  const auto json = format::parse_json(*output);
  if (!json.ok() || json->object() == nullptr)
    return invalid(fmt::format("'{}' did not answer with JSON", program));
  if (json->text("Username") == "<token>")
    return Credential{.identity_token = std::string(json->text("Secret"))};
  return Credential{.user = std::string(json->text("Username")), .secret = std::string(json->text("Secret"))};
}

}  // namespace

Result<Found> find_credential(const Json& config, std::string_view host) {
  const std::vector<std::string> keys = keys_of(host);
  const auto helper = [](std::string_view name) -> Result<Found> {
    if (!is_helper_name(name))
      return invalid("a credential helper of docker's config.json has no well-formed name");
    return Found{.helper = std::string(name)};
  };
  for (const std::string& key : keys)
    if (const std::string_view name = config.at("credHelpers").text(key); !name.empty()) return helper(name);
  for (const std::string& key : keys) {
    const Json* entry = config.at("auths").find(key);
    if (entry == nullptr) continue;
    Credential credential = TRY(decode_auth(*entry));
    if (!credential.empty()) return Found{.credential = std::move(credential)};
  }
  if (const std::string_view store = config.text("credsStore"); !store.empty()) return helper(store);
  return Found{};
}

Result<Credential> credential_for(const std::string& directory, std::string_view host) {
  if (directory.empty()) return Credential{};
  Bytes text;
  const std::string path = directory + "/config.json";
  const auto read = artifact::read_file(path, [&](BytesView piece) -> Status {
    text += piece;
    if (text.size() > limits::request_body_bytes_max)
      return Error{Errc::too_large, fmt::format("'{}' is too large", path)};
    return {};
  });
  if (!read.ok())
    return read.error().code == Errc::not_found ? Result<Credential>(Credential{}) : read.error();
  const auto config = format::parse_json(text);
  if (!config.ok()) return invalid(fmt::format("'{}' is {}", path, config.error().message));
  Found found = TRY(find_credential(*config, host));
  if (found.helper.empty()) return found.credential;
  return ask_helper(found.helper, host);
}

}  // namespace weir::registry
