#include "cli/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

extern char** environ;

namespace weir::cli {
namespace {

Error failed(std::string_view what, int number) {
  return {Errc::internal,
          fmt::format("{}: {}", what, std::strerror(number))};  // NOLINT(concurrency-mt-unsafe)
}

// How the child begins: its directory, its descriptors, its session.
class Start {
 public:
  explicit Start(const std::string& directory) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;
  ~Start() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }

  void output_to(int descriptor) {
    posix_spawn_file_actions_adddup2(&actions_, descriptor, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, descriptor, STDERR_FILENO);
  }
  void output_nowhere() {
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  void own_session() { posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID); }

  Result<pid_t> spawn(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    pid_t child = 0;
    const int error = posix_spawnp(&child, pointers[0], &actions_, &attributes_, pointers.data(), environ);
    if (error != 0) return failed(words.front(), error);
    return child;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::string read_to_end(int descriptor) {
  std::string out;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t count = ::read(descriptor, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return out;
    if (out.size() < child_output_bytes_max) out.append(piece.data(), static_cast<std::size_t>(count));
  }
}

int code_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string_view last_line(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

bool is_on_path(const std::string& program) {
  const char* found = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  std::string_view path = found == nullptr ? "/usr/bin:/bin" : found;
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    if (::access(fmt::format("{}/{}", folder, program).c_str(), X_OK) == 0) return true;
    path.remove_prefix(std::min(path.size(), folder.size() + 1));
  }
  return false;
}

Result<Ran> run_program(const std::vector<std::string>& words, const std::string& directory) {
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("pipe", errno);
  Start start(directory);
  start.output_to(ends[1]);
  const Result<pid_t> child = start.spawn(words);
  ::close(ends[1]);
  Ran ran;
  if (child) {
    ran.output = read_to_end(ends[0]);
    ran.code = code_of(*child);
  }
  ::close(ends[0]);
  if (!child) return child.error();
  return ran;
}

Result<std::string> output_of(const std::vector<std::string>& words, const std::string& directory) {
  Ran ran = TRY(run_program(words, directory));
  if (ran.code != 0)
    return Error{Errc::internal,
                 fmt::format("{} ended with {}: {}", words.front(), ran.code, last_line(ran.output))};
  while (!ran.output.empty() && ran.output.back() == '\n') ran.output.pop_back();
  return ran.output;
}

Result<pid_t> start_program(const std::vector<std::string>& words, const std::string& directory) {
  Start start(directory);
  start.output_nowhere();
  start.own_session();
  return start.spawn(words);
}

}  // namespace weir::cli
