#include "agent/processes/process_facts.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace weir::agent {
namespace {

std::uint32_t parse_user(std::string_view text, std::uint32_t otherwise) {
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}

CgroupPlace read_place(const ProcessFolder& folder) {
  return parse_cgroups(folder.read("cgroup").value_or(""));
}

// What no list tells: where it stands, what it runs and with which words.
void add_program(const ProcessFolder& folder, ProcessFacts& facts) {
  const auto executable = folder.link("exe");
  facts.hidden = !executable && (errno == EACCES || errno == EPERM);
  LinkTarget target = parse_link(executable.value_or(""));
  facts.executable = std::move(target.path);
  facts.deleted = target.deleted;
  facts.arguments = split_words(folder.read("cmdline").value_or(""));
  facts.directory = parse_link(folder.link("cwd").value_or("")).path;
}

}  // namespace

std::optional<ProcessFolder> ProcessFolder::open(const std::string& proc, std::int64_t pid) {
  const std::string path = fmt::format("{}/{}", proc, pid);
  Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return std::nullopt;
  return ProcessFolder(std::move(folder));
}

// The kernel gives the folder itself (mode 0555) to the effective user even where the process may not be dumped and the
// files in it are root's (task_dump_owner, Linux 4.11); "status" says the same at ten times the cost.
std::uint32_t ProcessFolder::user() const {
  struct stat status{};
  return fstat(folder_.number(), &status) == 0 ? status.st_uid : 0;
}

std::optional<std::string> ProcessFolder::read(const char* name, std::size_t bytes_max) const {
  const Fd file(openat(folder_.number(), name, O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, 4096> buffer;
  while (text.size() < bytes_max) {
    const ssize_t bytes = ::read(file.number(), buffer.data(), buffer.size());
    if (bytes < 0) return std::nullopt;
    if (bytes == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(bytes));
    if (static_cast<std::size_t>(bytes) < buffer.size() / 2)
      break;  // /proc gives less than a page only at the end
  }
  return text;
}

std::optional<std::string> ProcessFolder::link(const char* name) const {
  std::array<char, 4097> target;
  const ssize_t bytes = readlinkat(folder_.number(), name, target.data(), target.size());
  if (bytes < 0) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(bytes));
}

std::optional<struct stat> ProcessFolder::status(const char* name) const {
  struct stat status{};
  if (fstatat(folder_.number(), name, &status, 0) != 0) return std::nullopt;
  return status;
}

Fd ProcessFolder::open_executable() const {
  return Fd(openat(folder_.number(), "exe", O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

Fd ProcessFolder::open_root() const {
  return Fd(openat(folder_.number(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

std::vector<std::int64_t> list_processes(const std::string& proc) {
  std::vector<std::int64_t> pids;
  DIR* folder = opendir(proc.c_str());
  if (!folder) return pids;
  while (const dirent* entry = readdir(folder)) {
    std::int64_t pid = 0;
    const std::string_view name = entry->d_name;
    const auto [end, status] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (status == std::errc{} && end == name.data() + name.size()) pids.push_back(pid);
  }
  closedir(folder);
  return pids;
}

LinkTarget parse_link(std::string text) {
  constexpr std::string_view mark = " (deleted)";
  if (!text.ends_with(mark)) return {std::move(text), false};
  text.resize(text.size() - mark.size());
  return {std::move(text), true};
}

std::optional<ProcessFacts> complete_facts(const ProcessFolder& folder, const ExecMoment& moment) {
  const auto root = folder.status("root");
  if (!root) return std::nullopt;
  ProcessFacts facts{.pid = moment.pid, .root = {root->st_dev, root->st_ino}};
  facts.mount_namespace = moment.mount_namespace;
  facts.stat = {.command = moment.command,
                .parent = moment.parent,
                .session = moment.session,
                .start_ticks = moment.start_ticks};
  facts.user = moment.user;
  facts.login_user = moment.login_user;
  facts.directory = moment.directory;
  facts.place = read_place(folder);
  LinkTarget target = parse_link(folder.link("exe").value_or(""));
  facts.executable = std::move(target.path);
  facts.deleted = target.deleted;
  return facts;
}

ProcessFacts complete_facts(const ProcessFolder& folder, const Task& task, const HostRoot& host_root,
                            ListMemory& memory) {
  ProcessFacts facts{.pid = task.pid};
  facts.mount_namespace = task.mount_namespace;
  facts.stat = {.parent = task.parent, .session = task.session, .start_ticks = task.start_ticks};
  facts.user = task.user;
  facts.login_user = task.login_user;
  add_program(folder, facts);
  const auto known = memory.places.find(task.cgroups);
  if (task.cgroups != 0 && known != memory.places.end()) facts.place = known->second;
  else memory.places.insert_or_assign(task.cgroups, facts.place = read_place(folder));
  if (task.root != 0 && task.root == memory.host_root) {
    facts.root = host_root;
    return facts;
  }
  if (const auto root = folder.status("root")) facts.root = {root->st_dev, root->st_ino};
  if (facts.root == host_root) memory.host_root = task.root;
  return facts;
}

std::optional<ProcessFacts> read_process(const ProcessFolder& folder, std::int64_t pid) {
  const auto stat_text = folder.read("stat");
  auto stat = stat_text ? parse_stat_line(*stat_text) : std::nullopt;
  if (!stat) return std::nullopt;
  ProcessFacts facts{.pid = pid, .stat = std::move(*stat)};
  if (facts.stat.kernel_thread || facts.stat.state == 'Z' || facts.stat.state == 'X') return facts;
  facts.user = folder.user();
  facts.login_user = parse_user(folder.read("loginuid").value_or(""), facts.login_user);
  add_program(folder, facts);
  facts.place = read_place(folder);
  if (const auto root = folder.status("root")) facts.root = {root->st_dev, root->st_ino};
  if (const auto mounts = folder.status("ns/mnt")) facts.mount_namespace = mounts->st_ino;
  return facts;
}

}  // namespace weir::agent
