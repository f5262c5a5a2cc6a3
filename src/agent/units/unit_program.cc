#include "agent/units/unit_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "agent/processes/proc_text.h"

namespace weir::agent {
namespace {

constexpr std::string_view prefixes = "@-:+!|";
constexpr std::array<std::string_view, 6> search_path{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                                      "/usr/bin",        "/sbin",          "/bin"};
constexpr std::array<std::string_view, 3> plain_launchers{"env", "nohup", "setsid"};
constexpr int launches_max = 8;  // env env env …

using Words = std::span<const std::string>;

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Of "env A=1 perl x.pl": from "perl" on. Options of launchers may take words of their own, so these end the search.
std::optional<Words> launched_by(std::string_view launcher, Words arguments) {
  if (std::ranges::find(plain_launchers, base_name(launcher)) == plain_launchers.end()) return std::nullopt;
  Words words = arguments.subspan(std::min<std::size_t>(1, arguments.size()));
  while (!words.empty() && base_name(launcher) == "env" && words.front().find('=') != std::string::npos &&
         !words.front().starts_with('-'))
    words = words.subspan(1);
  return words.empty() || words.front().starts_with('-') ? std::nullopt : std::optional(words);
}

// systemd replaces $NAME and ${NAME} when it starts the service; "$$" stands for one.
bool has_variable(std::string_view word) {
  for (std::size_t at = word.find('$'); at != word.npos; at = word.find('$', at + 1)) {
    if (!word.substr(at + 1).starts_with('$')) return true;
    ++at;
  }
  return false;
}

void set_unseen(runtime::Instance& instance, std::string note) {
  instance.digests.clear();
  instance.package.reset();
  instance.seen = runtime::Seen::unseen;
  instance.seen_note = std::move(note);
}

std::string note_of(const Program& program) {
  if (program.kind == ProgramKind::module) return "its program is the module " + program.path;
  if (program.path == "stdin") return "its program comes through standard input";
  return "its program is text given by " + program.path;
}

// "!/srv" is a directory that may be missing.
std::string directory_of(const UnitPlace& place) {
  const std::string& named = place.working_directory;
  const std::string path = named.starts_with('!') || named.starts_with('-') ? named.substr(1) : named;
  return path.starts_with('/') ? path : "/";
}

}  // namespace

std::string_view without_prefixes(std::string_view program) {
  program.remove_prefix(std::min(program.find_first_not_of(prefixes), program.size()));
  return program;
}

UnitPrograms::File UnitPrograms::open_file(const std::string& path, const UnitPlace& place) const {
  File file{.path = path};
  const std::string root = root_ + place.root_directory;
  file.opened = open_in_root(root.empty() ? "/" : root, path);
  if (file.opened && fstat(file.opened.number(), &file.status) != 0) file.opened = Fd();
  if (!file.opened) file.note = path + " can't be read";
  return file;
}

// By the path that systemd searches. It executes what is marked as executable, so other files don't count.
UnitPrograms::File UnitPrograms::find(const std::string& program, const UnitPlace& place) {
  File file{.path = program, .note = program + " can't be read"};
  if (program.find('/') != std::string::npos) {
    file = open_file(program, place);
  } else {
    std::vector<std::string> folders = place.search_path;
    if (folders.empty()) folders.assign(search_path.begin(), search_path.end());
    for (const std::string& folder : folders) {
      File candidate = open_file(folder + "/" + program, place);
      if (!candidate.opened || (candidate.status.st_mode & 0111) == 0) continue;
      file = std::move(candidate);
      break;
    }
    if (!file.opened) file.note = program + " is in no folder that systemd searches";
  }
  read(file, place);
  return file;
}

void UnitPrograms::read(File& file, const UnitPlace& place) {
  if (!file.opened) return;
  auto digest = digests_.digest_of(file.opened.number());
  if (!digest) {
    file.note = digest.error().message;
    return;
  }
  file.digest = *digest;
  const bool elsewhere = !place.root_directory.empty();
  if (std::string resolved = path_of_file(file.opened.number()); !resolved.empty() && !elsewhere)
    file.path = std::move(resolved);
  if (explain_ && !elsewhere)
    file.package = explain_({file.path, file.opened.number(), file.status, *file.digest});
}

void UnitPrograms::add_program(File file, runtime::Instance& instance) const {
  instance.digests.clear();
  if (file.digest) instance.digests.push_back(*file.digest);
  instance.seen = file.digest ? runtime::Seen::whole : runtime::Seen::unhashed;
  if (!file.digest) instance.seen_note = file.note;
  instance.package = std::move(file.package);
}

void UnitPrograms::add_interpreted(const File& interpreter, const Program& program, const UnitPlace& place,
                                   runtime::Instance& instance) {
  instance.interpreter = runtime::Interpreter{interpreter.path, interpreter.digest, interpreter.package};
  if (program.kind != ProgramKind::file) return set_unseen(instance, note_of(program));
  if (has_variable(program.path))
    return set_unseen(instance, "its program is named by a variable, " + program.path);
  File script = open_file(absolute_path(program.path, directory_of(place)), place);
  if (!script.opened) script.note = "the script " + program.path + " can't be read";
  read(script, place);
  const auto& stands = interpreter.package;
  if (!stands || stands->changed) script.package.reset();  // as of processes: both are explained, or neither
  add_program(std::move(script), instance);
}

// A script that is started itself: the kernel gives it to what its first line names.
void UnitPrograms::add_shebang(const File& script, const UnitPlace& place, runtime::Instance& instance) {
  const Shebang shebang = shebang_of(script.opened.number());
  if (shebang.path.empty()) return;
  File interpreter = find(shebang.path, place);
  const std::string_view named = std::string_view(shebang.argument).substr(0, shebang.argument.find(' '));
  if (is_launcher(shebang.path) && !named.empty() && !named.starts_with('-'))
    interpreter = find(std::string(named), place);
  instance.interpreter = runtime::Interpreter{interpreter.path, interpreter.digest, interpreter.package};
  if (!interpreter.package || interpreter.package->changed) instance.package.reset();
}

void UnitPrograms::identify(const UnitCommand& command, const UnitPlace& place, runtime::Instance& instance) {
  if (!place.root_image.empty())
    return add_program({.path = command.path, .note = "it runs inside the image " + place.root_image}, instance);
  std::string path(without_prefixes(command.path));
  Words words = command.arguments;
  File program = find(path, place);
  for (int launches = 0; is_launcher(path); ++launches) {
    const auto launched = launched_by(path, words);
    if (!launched || launches == launches_max) {
      instance.interpreter = runtime::Interpreter{program.path, program.digest, program.package};
      return set_unseen(instance, "its program is started by " + path);
    }
    words = *launched;
    path = words.front();
    if (has_variable(path)) return set_unseen(instance, "its program is named by a variable, " + path);
    program = find(path, place);
  }
  // By the name it is called and by the one it has: /opt/tool may be a link to an interpreter.
  Program given = program_of(path, words);
  if (given.kind == ProgramKind::itself && !is_interpreter(path)) given = program_of(program.path, words);
  if (given.kind != ProgramKind::itself) return add_interpreted(program, given, place, instance);
  const bool read = program.opened && program.digest;
  add_program({.path = program.path, .digest = program.digest, .package = program.package, .note = program.note},
              instance);
  if (read) add_shebang(program, place, instance);
}

}  // namespace weir::agent
