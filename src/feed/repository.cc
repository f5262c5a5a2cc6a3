#include "feed/repository.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <vector>

#include "artifact/disk_tree.h"
#include "crypto/digest.h"
#include "feed/place.h"

extern char** environ;

namespace weir::feed {
namespace {

using artifact::OpenFile;
using std::chrono::steady_clock;

constexpr std::chrono::minutes git_time_max{10};
constexpr rlim_t git_file_bytes_max = rlim_t{16} * 1024 * 1024 * 1024;
constexpr std::size_t git_output_bytes_max = 64 * 1024;
constexpr const char* kept_ref = "refs/heads/feed";

// Whose configuration git reads: the user's where it goes out (proxies, keys), none where it reads what came in, since
// a repository's attributes may name a filter of it, which is a program.
enum class Configuration { users, none };

// The environment of this process, and git may not ask for a password.
std::vector<std::string> environment(Configuration configuration) {
  std::vector<std::string> variables{"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=/bin/false", "LC_ALL=C"};
  const bool users = configuration == Configuration::users;
  if (!users) variables.insert(variables.end(), {"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null"});
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable = *each;
    const bool ours = variable.starts_with("GIT_") || variable.starts_with("LC_ALL=");
    if (!ours || variable.starts_with("GIT_SSH") || (users && variable.starts_with("GIT_CONFIG")))
      variables.emplace_back(variable);
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

// In a process group of its own, so that what git starts ends with it.
pid_t start(std::vector<std::string> words, Configuration configuration, int output) {
  std::vector<std::string> variables = environment(configuration);
  const std::vector<char*> arguments = pointers(words), known = pointers(variables);
  const pid_t child = fork();
  if (child != 0) return child;
  setpgid(0, 0);
  const rlimit bound{.rlim_cur = git_file_bytes_max, .rlim_max = git_file_bytes_max};
  setrlimit(RLIMIT_FSIZE, &bound);
  const int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execvpe(arguments[0], arguments.data(), known.data());
  _exit(127);
}

// What it printed, until it closed its output; empty optional when it took too long.
bool read_until(int end, steady_clock::time_point deadline, std::string& output) {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd readable{.fd = end, .events = POLLIN, .revents = 0};
    if (left.count() <= 0) return false;
    if (poll(&readable, 1, static_cast<int>(left.count())) <= 0) continue;
    std::array<char, 4096> piece{};
    const ssize_t got = read(end, piece.data(), piece.size());
    if (got <= 0) return true;
    if (output.size() < git_output_bytes_max) output.append(piece.data(), static_cast<std::size_t>(got));
  }
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

Result<std::string> run_git(std::vector<std::string> words, Configuration configuration) {
  words.insert(words.begin(), "git");
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return Error{Errc::unavailable, "git cannot be started"};
  const OpenFile output(ends[0]);
  const pid_t child = start(words, configuration, ends[1]);
  close(ends[1]);
  if (child < 0) return Error{Errc::unavailable, "git cannot be started"};
  std::string printed;
  const bool in_time = read_until(output.number(), steady_clock::now() + git_time_max, printed);
  if (!in_time) kill(-child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  if (!in_time) return Error{Errc::unavailable, fmt::format("git {} took too long", words[1])};
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    return Error{Errc::unavailable, "git is not installed"};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return Error{Errc::unavailable, last_line(printed)};
  while (printed.ends_with('\n')) printed.pop_back();
  return printed;
}

}  // namespace

Result<Fetched> fetch_repository(const std::string& place, const std::string& directory,
                                 const std::string& tar, const std::string& commit_before) {
  std::string url = place.substr(place.starts_with("git+") ? 4 : 0), branch = "HEAD";
  if (const std::size_t mark = url.rfind('#'); mark != url.npos) {
    branch = url.substr(mark + 1);
    url.resize(mark);
  }
  const bool plain =
      branch.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") ==
          branch.npos &&
      !branch.empty() && branch.front() != '-';
  if (!plain || url.empty() || url.front() == '-' || url.find("::") != url.npos)
    return invalid(fmt::format("{} names no repository and branch", public_name(place)));
  const std::string copy = fmt::format("{}/git/{}", directory, to_hex(crypto::sha256(url)).substr(0, 32));
  std::error_code error;
  std::filesystem::create_directories(copy, error);
  const auto named = [&](Result<std::string> ran) -> Result<std::string> {
    if (!ran.ok())
      return Error{ran.error().code, fmt::format("{}: {}", public_name(place), ran.error().message)};
    return ran;
  };
  const std::string git_directory = "--git-dir=" + copy;
  const Configuration none = Configuration::none;
  TRY(named(run_git({git_directory, "init", "--bare", "--quiet"}, none)));
  TRY(named(run_git({git_directory, "-c", "core.hooksPath=/dev/null", "-c", "maintenance.autoDetach=false",
                     "-c", "gc.autoDetach=false", "fetch", "--quiet", "--depth=1", "--no-tags", "--force",
                     "--", url, fmt::format("+{}:{}", branch, kept_ref)},
                    Configuration::users)));
  const std::string commit = TRY(named(run_git({git_directory, "rev-parse", "--verify", kept_ref}, none)));
  if (commit == commit_before) return Fetched{.unchanged = true, .commit = commit};
  TRY(named(run_git({git_directory, "archive", "--format=tar", "--output=" + tar, commit}, none)));
  return Fetched{.commit = commit};
}

}  // namespace weir::feed
