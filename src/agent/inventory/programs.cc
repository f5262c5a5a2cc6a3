#include "agent/inventory/programs.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/inventory/bounds.h"
#include "agent/inventory/root_file.h"

namespace weir::agent {
namespace {

constexpr std::size_t maps_bytes_max = 8 << 20, command_bytes_max = 1 << 20, path_bytes_max = 4096;
constexpr std::array<std::string_view, 5> path_options{"-cp", "-classpath", "--class-path", "-p",
                                                       "--module-path"};

std::string file_name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

bool is_java(std::string_view executable) {
  const std::string name = file_name_of(executable);
  return name == "java" || name == "javaw";
}

void add_class_path(std::string_view list, std::vector<std::string>& jars) {
  while (!list.empty()) {
    const auto end = std::min(list.find(':'), list.size());
    const std::string_view part = list.substr(0, end);
    if (is_jar_name(part) || part.ends_with("/*") || part == "*") jars.emplace_back(part);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

// The names in a directory of another root, of archives alone.
std::vector<std::string> jars_in(const std::string& root, const std::string& directory) {
  std::vector<std::string> paths;
  const Fd place = open_directory_below(root, directory);
  if (!place) return paths;
  DIR* entries = fdopendir(dup(place.number()));
  if (entries == nullptr) return paths;
  while (const dirent* entry = readdir(entries))
    if (is_jar_name(entry->d_name) && paths.size() < inventory::jars_max)
      paths.push_back(directory + "/" + entry->d_name);
  closedir(entries);
  std::ranges::sort(paths);
  return paths;
}

std::optional<std::string> link_of(const std::string& path) {
  std::array<char, path_bytes_max> target;
  const ssize_t bytes = readlink(path.c_str(), target.data(), target.size());
  if (bytes <= 0) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(bytes));
}

// The paths in /proc/PID/maps that are archives.
std::vector<std::string> mapped_jars(const std::string& folder) {
  std::vector<std::string> paths;
  const Fd file(open((folder + "/maps").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return paths;
  (void)each_line_of(file.number(), path_bytes_max, maps_bytes_max, [&](std::string_view line) {
    const auto slash = line.find('/');
    if (slash == line.npos || !is_jar_name(line)) return;
    std::string path(line.substr(slash));
    if (paths.empty() || paths.back() != path) paths.push_back(std::move(path));
  });
  return paths;
}

std::string key_text(const FileKey& key) {
  return fmt::format("{}:{}:{}:{}:{}", key.device, key.inode, key.size, key.changed_ns, key.modified_ns);
}

}  // namespace

std::vector<std::string> jars_on_command_line(const std::vector<std::string>& words) {
  std::vector<std::string> jars;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool has_next = i + 1 < words.size();
    if (word == "-jar") {
      if (has_next) jars.push_back(words[i + 1]);
      return jars;  // what follows is the program's own
    }
    if (std::ranges::find(path_options, word) != path_options.end()) {
      if (has_next) add_class_path(words[++i], jars);
      continue;
    }
    for (const std::string_view option : {"--class-path=", "--module-path="})
      if (word.starts_with(option)) add_class_path(std::string_view(word).substr(option.size()), jars);
    if (!word.starts_with('-')) return jars;  // the main class
  }
  return jars;
}

std::optional<std::vector<ProgramLook::Candidate>> ProgramLook::open_jars(const std::string& folder) const {
  std::vector<Candidate> jars;
  DIR* handles = opendir((folder + "/fd").c_str());
  if (handles == nullptr) return std::nullopt;
  std::size_t looked = 0;
  while (const dirent* entry = readdir(handles)) {
    if (entry->d_name[0] == '.' || ++looked > inventory::handles_max) continue;
    const std::string path = folder + "/fd/" + entry->d_name;
    const auto target = link_of(path);
    if (!target || !target->starts_with('/')) continue;
    const LinkTarget link = parse_link(*target);
    if (!is_jar_name(link.path) || jars.size() >= inventory::jars_max) continue;
    if (auto file = open_regular(path)) jars.push_back({link.path, std::move(*file)});
  }
  closedir(handles);
  return jars;
}

// What is mapped, and what the command line names. A path is the process's own: its root and directory decide.
void ProgramLook::add_named(const std::string& folder, std::vector<Candidate>& jars) const {
  const std::string root = folder + "/root";
  std::vector<std::string> paths = mapped_jars(folder);
  const Fd command(open((folder + "/cmdline").c_str(), O_RDONLY | O_CLOEXEC));
  std::string words(command_bytes_max, '\0');
  const ssize_t bytes = command ? ::read(command.number(), words.data(), words.size()) : 0;
  words.resize(bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
  const std::string directory = link_of(folder + "/cwd").value_or("/");
  for (const std::string& named : jars_on_command_line(split_words(words))) {
    const std::string path = absolute_path(named, directory);
    if (!path.ends_with('*')) paths.push_back(path);
    else
      for (std::string& each : jars_in(root, path.substr(0, path.rfind('/'))))
        paths.push_back(std::move(each));
  }
  for (std::string& path : paths) {
    const bool known = std::ranges::any_of(jars, [&](const Candidate& jar) { return jar.path == path; });
    if (known || jars.size() >= inventory::jars_max) continue;
    if (Fd file = open_below(root, path)) jars.push_back({std::move(path), std::move(file)});
  }
}

const ProgramLook::Cached& ProgramLook::contents_of(const Candidate& jar, ProgramsSeen& seen) {
  struct stat status{};
  if (fstat(jar.file.number(), &status) != 0) status = {};
  const std::string name = file_name_of(jar.path);
  const auto [at, added] = cache_.try_emplace({key_of(status), name});
  Cached& cached = at->second;
  cached.seen = looks_;
  if (!added) return cached;
  ++seen.archives_read;
  auto read = read_jar(jar.file.number(), static_cast<std::uint64_t>(status.st_size), name, options_.scratch);
  if (read.ok()) {
    cached.damage = read->damage;
    cached.contents = std::make_shared<const JarContents>(std::move(*read));
  } else {
    cached.damage = "it: " + read.error().message;
  }
  return cached;
}

void ProgramLook::look_at(std::int64_t pid, ProgramsSeen& seen, const std::stop_token& stop) {
  const std::string folder = fmt::format("{}/{}", options_.proc, pid);
  const auto handle = ProcessFolder::open(options_.proc, pid);
  if (!handle) return;
  const auto stat = parse_stat_line(handle->read("stat").value_or(""));
  if (!stat || stat->kernel_thread || stat->state == 'Z') return;
  if (boot_time_ns() - boot_ns_of_ticks(stat->start_ticks) < options_.age_min.micros * 1000) return;
  auto jars = open_jars(folder);
  if (!jars) {
    ++seen.hidden;
    return;
  }
  if (jars->empty() && !is_java(handle->link("exe").value_or(""))) return;
  add_named(folder, *jars);
  const auto instance = jars->empty() ? std::nullopt : options_.instance_of(pid);
  const auto after = parse_stat_line(handle->read("stat").value_or(""));
  if (!instance || !after || after->start_ticks != stat->start_ticks) return;
  if (seen.programs.size() >= inventory::programs_max) {
    seen.cut = true;
    return;
  }
  std::ranges::sort(*jars, {}, &Candidate::path);
  RunningProgram program{.instance = *instance, .jars = {}, .key = {}};
  for (const Candidate& jar : *jars) {
    if (stop.stop_requested()) return;
    if (!program.jars.empty() && program.jars.back().path == jar.path) continue;
    const Cached& cached = contents_of(jar, seen);
    if (!cached.damage.empty() && seen.damage.empty()) seen.damage = jar.path + ": " + cached.damage;
    if (!cached.contents) continue;
    seen.cut |= cached.contents->cut;
    struct stat status{};
    (void)fstat(jar.file.number(), &status);
    program.key += jar.path + '\n' + key_text(key_of(status)) + '\n';
    program.jars.push_back({jar.path, cached.contents});
  }
  if (!program.jars.empty()) seen.programs.push_back(std::move(program));
}

ProgramsSeen ProgramLook::look(const std::stop_token& stop) {
  ++looks_;
  ProgramsSeen seen;
  for (const std::int64_t pid : list_processes(options_.proc))
    if (!stop.stop_requested()) look_at(pid, seen, stop);
  if (cache_.size() > inventory::cached_jars_max)
    std::erase_if(cache_, [&](const auto& entry) { return entry.second.seen != looks_; });
  std::erase_if(cache_, [&](const auto& entry) { return entry.second.seen + 8 < looks_; });
  return seen;
}

}  // namespace weir::agent
