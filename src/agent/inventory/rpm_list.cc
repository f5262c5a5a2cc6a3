#include "agent/inventory/rpm_list.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "agent/inventory/bounds.h"
#include "agent/inventory/root_file.h"

namespace weir::agent {
namespace {

using std::chrono::steady_clock;

constexpr char separator = '\x1f';
constexpr std::size_t fields = 6;
constexpr int look_at_clock_ms = 100;
constexpr std::array<const char*, 2> directories{"var/lib/rpm", "usr/lib/sysimage/rpm"};
constexpr std::array<const char*, 3> databases{"rpmdb.sqlite", "Packages.db", "Packages"};

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = line.find(separator);
    parts.push_back(line.substr(0, end));
    if (end == line.npos) return parts;
    line.remove_prefix(end + 1);
  }
}

// "bash-4.4.20-1.el8.src.rpm": the source's name is what stands before version and release.
std::string source_name(std::string_view file) {
  if (!file.ends_with(".src.rpm") && !file.ends_with(".nosrc.rpm")) return {};
  for (int dashes = 0; dashes < 2; ++dashes) {
    const auto dash = file.rfind('-');
    if (dash == file.npos) return {};
    file = file.substr(0, dash);
  }
  return std::string(file);
}

// What it printed within time and bound.
Result<std::string> read_output(int end, const std::stop_token& stop) {
  const auto deadline = steady_clock::now() + std::chrono::microseconds(inventory::rpm_time_max.micros);
  std::string output;
  std::array<char, 16 * 1024> piece;
  for (;;) {
    if (stop.stop_requested() || steady_clock::now() > deadline)
      return Error{Errc::unavailable, "rpm takes too long"};
    pollfd readable{.fd = end, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, look_at_clock_ms) <= 0) continue;
    const ssize_t bytes = ::read(end, piece.data(), piece.size());
    if (bytes <= 0) return output;
    output.append(piece.data(), static_cast<std::size_t>(bytes));
    if (output.size() > inventory::database_bytes_max) return Error{Errc::unavailable, "rpm says too much"};
  }
}

struct Ends {
  Fd read, write;
};
Result<Ends> open_pipe() {
  std::array<int, 2> numbers{};
  if (pipe2(numbers.data(), O_CLOEXEC) != 0) return Error{Errc::unavailable, "rpm cannot be started"};
  return Ends{Fd(numbers[0]), Fd(numbers[1])};
}

Result<pid_t> start(std::vector<std::string> words, int output) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/bin:/bin", language = "LC_ALL=C";
  std::array<char*, 3> environment{path.data(), language.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_t
      attributes;  // the agent waits for its signals with them blocked; rpm is not to inherit that
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, arguments[0], &actions, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return Error{Errc::unavailable, fmt::format("{} cannot be started", words[0])};
  return child;
}

Result<std::string> output_of(std::vector<std::string> words, const std::stop_token& stop) {
  Ends ends = TRY(open_pipe());
  const pid_t child = TRY(start(std::move(words), ends.write.number()));
  ends.write = Fd();
  auto output = read_output(ends.read.number(), stop);
  if (!output.ok()) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!output.ok()) return output;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return Error{Errc::unavailable, "rpm failed"};
  return output;
}

// Asked for by name: where a distribution only carries the tool, its own default is somewhere else.
std::string directory_of_database(const std::string& root) {
  for (const char* directory : directories)
    for (const char* database : databases)
      if (!stamp_below(root, fmt::format("{}/{}", directory, database)).empty()) return directory;
  return {};
}

}  // namespace

std::string_view rpm_query_format() {
  return "%{NAME}\x1f%{EPOCH}\x1f%{VERSION}-%{RELEASE}\x1f%{ARCH}\x1f%{SOURCERPM}\x1f.\n";
}

std::vector<InstalledPackage> parse_rpm_lines(std::string_view text) {
  std::vector<InstalledPackage> packages;
  each_line(text, [&](std::string_view line) {
    const auto parts = split(line);
    if (parts.size() != fields || parts.back() != "." || packages.size() >= inventory::packages_max) return;
    const auto known = [&](std::size_t at) {
      return parts[at] == "(none)" ? std::string() : std::string(parts[at]);
    };
    InstalledPackage package{.form = PackageForm::rpm,
                             .name = known(0),
                             .version = known(2),
                             .architecture = known(3),
                             .source = source_name(parts[4]),
                             .epoch = known(1)};
    if (package.name.empty() || package.version.empty() || package.name == "gpg-pubkey") return;
    if (package.source == package.name) package.source.clear();
    packages.push_back(std::move(package));
  });
  return packages;
}

std::string rpm_stamp(const std::string& root) {
  std::string all;
  for (const char* directory : directories)
    for (const char* database : databases)
      for (const char* suffix : {"", "-wal"}) {
        const std::string path = fmt::format("{}/{}{}", directory, database, suffix);
        if (const std::string stamp = stamp_below(root, path); !stamp.empty())
          all += fmt::format("{}={},", path, stamp);
      }
  return all;
}

Result<std::vector<InstalledPackage>> read_rpm(const std::string& root, const std::string& program,
                                               std::stop_token stop) {
  const std::string directory = directory_of_database(root);
  if (directory.empty()) return not_found("there is no database of rpm");
  std::vector<std::string> words{program, "--dbpath", "/" + directory};
  if (root != "/") words.insert(words.end(), {"--root", root});
  words.insert(words.end(), {"-qa", "--queryformat", std::string(rpm_query_format())});
  return parse_rpm_lines(TRY(output_of(std::move(words), stop)));
}

}  // namespace weir::agent
