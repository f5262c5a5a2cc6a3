#include "agent/containers/identify.h"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agent/containers/containerd.h"
#include "agent/containers/storage.h"
#include "agent/processes/exec_source.h"

namespace weir::agent {
namespace {

constexpr int ancestors_max = 4;
constexpr Duration patience_with_root = seconds(5);
constexpr Duration engines_interval = milliseconds(500);

std::string program_of(std::int64_t pid) {
  char target[4096];
  const ssize_t size = readlink(fmt::format("/proc/{}/exe", pid).c_str(), target, sizeof target);
  const std::string_view path(target, size > 0 ? static_cast<std::size_t>(size) : 0);
  return std::string(path.substr(std::min(path.rfind('/') + 1, path.size())));
}

Keeper find_keeper(const ContainerRoot& root) {
  std::int64_t pid = root.parent;
  for (int i = 0; i < ancestors_max && pid > 1; ++i) {
    const std::string program = program_of(pid);
    const bool conmon = program == "conmon", shim = program.starts_with("containerd-shim");
    if (conmon || shim)
      return {conmon ? Keeper::Kind::conmon : Keeper::Kind::shim, pid, procfs::user_of(pid).value_or(~0u),
              procfs::command_line(pid)};
    const auto stat = procfs::stat_of(pid);
    if (!stat) break;
    pid = stat->parent;
  }
  return {};
}

bool is_socket(const std::string& path) {
  struct stat found{};
  return stat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

std::vector<std::string> matches(const char* pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  if (glob(pattern, 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  globfree(&found);
  return paths;
}

std::vector<std::int64_t> daemons_named(std::string_view name, const TaskList* tasks) {
  std::vector<std::int64_t> pids;
  const auto note = [&](const Task& task) {
    if (task.command == name && !task.ended) pids.push_back(task.pid);
  };
  if (tasks && tasks->each(note)) return pids;
  pids.clear();
  for (const std::int64_t pid : procfs::process_ids()) {
    const auto stat = procfs::stat_of(pid);
    if (stat && stat->command == name) pids.push_back(pid);
  }
  return pids;
}

// "-H unix:///x.sock", "--host=unix:///x.sock" of each dockerd that root runs.
std::vector<std::string> sockets_of_daemons(const TaskList* tasks) {
  std::vector<std::string> sockets;
  for (const std::int64_t pid : daemons_named("dockerd", tasks)) {
    if (procfs::user_of(pid) != 0u) continue;
    for (const std::string& word : procfs::command_line(pid))
      if (const std::size_t at = word.find("unix://"); at != word.npos)
        sockets.push_back(word.substr(at + 7));
  }
  return sockets;
}

std::string runtime_of_socket(const std::string& path) {
  return path.find("podman") != path.npos ? "podman" : "docker";
}

Identification verdict_of(const Result<ContainerIdentity>& claimed) {
  using State = Identification::State;
  if (claimed) return {State::known, *claimed};
  return {claimed.error().code == Errc::unavailable ? State::not_yet : State::outside, {}};
}

Identification identify_kept(const Keeper& keeper, std::int64_t pid) {
  const auto words = parse_conmon_words(keeper.words);
  if (!words) return {};
  return verdict_of(identify_stored(*words, pid, keeper.user));
}

}  // namespace

std::vector<EngineSocket> find_engine_sockets(const std::vector<std::string>& extra, const TaskList* tasks) {
  std::vector<EngineSocket> found;
  const auto add = [&](const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      std::error_code error;
      const std::string real = std::filesystem::canonical(path, error);
      const EngineSocket socket{runtime_of_socket(path), error ? path : real};
      if (path.find("containerd") != path.npos) continue;  // speaks gRPC; its shims say where it is
      if (is_socket(socket.path) && std::find(found.begin(), found.end(), socket) == found.end())
        found.push_back(socket);
    }
  };
  add(extra);
  add({"/run/docker.sock", "/run/podman/podman.sock"});
  add(matches("/run/user/*/docker.sock"));
  add(matches("/run/user/*/podman/podman.sock"));
  add(sockets_of_daemons(tasks));
  return found;
}

std::string container_id_of_cgroup(std::string_view path) {
  constexpr std::size_t id_size = 64;
  std::size_t run = 0;
  for (std::size_t i = path.size(); i-- > 0;) {
    const char c = path[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    run = hex ? run + 1 : 0;
    const bool starts = i == 0 || path[i - 1] == '/' || path[i - 1] == '-' || path[i - 1] == ':';
    if (run == id_size && starts) return std::string(path.substr(i, id_size));
  }
  return "";
}

Identifier::Identifier(std::vector<std::string> sockets, std::shared_ptr<const TaskList> tasks)
    : sockets_(std::move(sockets)), tasks_(std::move(tasks)) {
  find_engines();
}

void Identifier::find_engines() {
  const std::vector<EngineSocket> sockets = find_engine_sockets(sockets_, tasks_.get());
  std::erase_if(engines_, [&](const auto& engine) {
    return std::find(sockets.begin(), sockets.end(), EngineSocket{engine->runtime(), engine->socket()}) ==
           sockets.end();
  });
  for (const EngineSocket& socket : sockets) {
    const bool known = std::any_of(engines_.begin(), engines_.end(),
                                   [&](const auto& engine) { return engine->socket() == socket.path; });
    if (!known) engines_.push_back(std::make_unique<Engine>(socket.runtime, socket.path));
  }
}

// Anybody can listen in his own run directory and claim things. Root and the keeper's own user are asked, and whom the
// configuration names.
bool Identifier::may_answer(const Engine& engine, std::uint32_t user) const {
  struct stat socket{};
  std::error_code ignored;
  for (const std::string& path : sockets_)
    if (path == engine.socket() || std::filesystem::canonical(path, ignored) == engine.socket()) return true;
  return stat(engine.socket().c_str(), &socket) == 0 && (socket.st_uid == 0 || socket.st_uid == user);
}

Identification Identifier::ask_engines(const std::string& id, std::int64_t pid, std::uint32_t user) {
  using State = Identification::State;
  bool refused = false;
  for (const auto& engine : engines_) {
    if (!may_answer(*engine, user)) continue;
    const auto found = engine->describe(id);
    if (!found) continue;
    if (found->pid == pid) {
      Identification known{State::known, found->identity};
      known.identity.rootless = user != 0;
      return known;
    }
    if (found->pid == 0) return {State::not_yet, {}};
    refused = true;
  }
  if (refused) return {State::outside, {}};
  // The daemon behind the shim may have come since engines were last looked for.
  if (const Instant now{boot_time_ns() / 1000}; now - looked_for_engines_at_ >= engines_interval) {
    looked_for_engines_at_ = now;
    find_engines();
  }
  return {State::not_yet, {}};
}

Identification Identifier::identify(const ContainerRoot& root) {
  const Keeper keeper = find_keeper(root);
  if (keeper.kind == Keeper::Kind::none) return {};
  Identification found = ask_keeper(keeper, root.pid);
  if (keeper.user == 0) found.patience = patience_with_root;
  return found;
}

Identification Identifier::ask_keeper(const Keeper& keeper, std::int64_t pid) {
  if (keeper.kind == Keeper::Kind::conmon) return identify_kept(keeper, pid);
  const auto shim = parse_shim_words(keeper.words);
  if (!shim) return {};
  if (shim->name_space == "moby") return ask_engines(shim->id, pid, keeper.user);
  return verdict_of(identify_contained(*shim, pid, keeper.user));
}

}  // namespace weir::agent
