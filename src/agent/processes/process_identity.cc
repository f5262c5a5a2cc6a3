#include "agent/processes/process_identity.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>

#include <array>
#include <climits>
#include <cstdlib>

#include "crypto/digest.h"

namespace weir::agent {
namespace {

constexpr std::size_t originals_max = 2048, spaces_max = 64, places_max = 4096;
constexpr std::uint64_t root_cgroup = 1;  // its id in the tree of version 2
constexpr std::uint32_t nobody_logged_in = 0xffffffff;
constexpr Duration clock_tick = milliseconds(10);
constexpr std::int64_t coarse_clock_ns = 20'000'000;
constexpr std::uint64_t overlay_magic = 0x794c7630;

void mark(runtime::Instance& instance, std::string_view name) {
  for (const std::string& present : instance.marks)
    if (present == name) return;
  instance.marks.emplace_back(name);
}

// Overlay and btrfs tell stat() other devices than the kernel's own.
bool has_devices_of_its_own(std::uint64_t filesystem) {
  return filesystem == overlay_magic || filesystem == BTRFS_SUPER_MAGIC;
}

bool is_same_file(const ExecMoment& moment, const struct stat& status) {
  if (!moment.detailed) return true;
  const bool same_device = status.st_dev == moment.device || has_devices_of_its_own(moment.filesystem);
  return status.st_ino == moment.inode && status.st_size == static_cast<off_t>(moment.size) && same_device;
}

std::int64_t wall_clock_ns(const ExecMoment& moment) {
  return instant_of_boot_ns(moment.at_ns).micros * 1000;
}

bool changed_since(const struct stat& status, const ExecMoment& moment) {
  return key_of(status).changed_ns > wall_clock_ns(moment);
}

// Was the process still running this program when it was looked at?
bool is_still_there(const Sighting& sighting) {
  if (!sighting.facts) return false;
  if (!sighting.moment.detailed) return true;
  struct stat status{};
  if (!sighting.executable || fstat(sighting.executable.number(), &status) != 0) return true;
  if (!has_devices_of_its_own(sighting.moment.filesystem)) return is_same_file(sighting.moment, status);
  return sighting.moment.path.empty() || sighting.moment.detached ||
         sighting.facts->executable == sighting.moment.path;
}

std::string path_below(const std::string& path, const std::string& root) {
  if (root == "/" || root.empty() || !path.starts_with(root)) return path;
  return path.size() == root.size() ? "/" : path.substr(root.size());
}

// "/dev/fd/5", "/proc/self/fd/5" and "/dev/stdin" name files of the process itself.
std::optional<std::string> own_file(const std::string& path) {
  if (path == "/dev/stdin") return "fd/0";
  for (std::string_view folder : {"/dev/fd/", "/proc/self/fd/"})
    if (path.starts_with(folder)) return "fd/" + path.substr(folder.size());
  return std::nullopt;
}

HostRoot place_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

// The root a process has while it is in that mount namespace; none of one that is in another by now, or has another
// root than it had.
Fd root_in(const ProcessFolder& folder, std::uint64_t mounts, const std::optional<HostRoot>& root) {
  Fd found = folder.open_root();
  const auto space = folder.status("ns/mnt");
  struct stat status{};
  if (!found || !space || space->st_ino != mounts || fstat(found.number(), &status) != 0) return {};
  return !root || place_of(status) == *root ? std::move(found) : Fd();
}

std::string root_path(const Sighting& sighting) {
  return sighting.folder ? sighting.folder->link("root").value_or("/") : "/";
}

bool is_terminal(const std::string& target) {
  return target.starts_with("/dev/pts/") || target.starts_with("/dev/tty") || target == "/dev/console";
}

std::string unseen_note(const Program& program, const Sighting& sighting) {
  if (program.kind == ProgramKind::module) return "its program is the module " + program.path;
  if (own_file(program.path)) return "its program comes through " + program.path;
  if (program.path != "stdin") return "its program is text given by " + program.path;
  const bool typed = sighting.folder && is_terminal(sighting.folder->link("fd/0").value_or(""));
  return typed ? "its program is typed at a terminal" : "its program comes through standard input";
}

std::string read_boot_id(const std::string& proc) {
  const Fd file(open((proc + "/sys/kernel/random/boot_id").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 8> digits{'0', '0', '0', '0', '0', '0', '0', '0'};
  if (file && ::read(file.number(), digits.data(), digits.size()) != 8) digits.fill('0');
  return {digits.data(), digits.size()};
}

const std::vector<std::string>& arguments_of(const Sighting& sighting) {
  return sighting.moment.detailed || !sighting.facts ? sighting.moment.arguments : sighting.facts->arguments;
}

// What nobody could look at goes by what it calls itself, as ps writes it: so many of them are one workload, not one
// each.
std::string name_of_unseen(const Sighting& sighting) {
  if (sighting.facts && !sighting.facts->stat.command.empty())
    return fmt::format("[{}]", sighting.facts->stat.command);
  return "[ended]";
}

}  // namespace

ProcessIdentity::ProcessIdentity(const ProcessOptions& options, PackageClaims& claims, FindRun find_run,
                                 std::function<void()> has_read)
    : options_(options),
      claims_(claims),
      find_run_(std::move(find_run)),
      users_(options.users),
      ancestry_(options.proc, users_),
      boot_(read_boot_id(options.proc)),
      reader_(digests_, std::move(has_read)) {
  struct stat own{};
  if (stat((options.proc + "/self/ns/mnt").c_str(), &own) == 0) own_mounts_ = own.st_ino;
  if (stat("/", &own) == 0) own_root_ = place_of(own);
  for (const char* name :
       {"1", "2", "self"}) {  // process 1 may be hidden from us; the kernel's threads are not
    struct stat mounts{}, root{};
    if (stat(fmt::format("{}/{}/ns/mnt", options.proc, name).c_str(), &mounts) != 0) continue;
    if (stat(fmt::format("{}/{}/root", options.proc, name).c_str(), &root) != 0) continue;
    host_mounts_ = mounts.st_ino;
    host_root_ = place_of(root);
    return;
  }
}

std::optional<runtime::Settings> ProcessIdentity::settings_of(const Sighting& sighting) {
  if (!sighting.moment.detailed && !sighting.facts) return std::nullopt;
  const std::uint32_t user = sighting.moment.detailed ? sighting.moment.user : sighting.facts->user;
  return runtime::Settings{.run_as_root = user == 0};
}

// Where a process ran that was gone before its own files were looked at: what a runtime says of its mount namespace,
// else what others in its control group are in. Where control groups of version 2 are not used, all are in its root.
CgroupPlace ProcessIdentity::place_of_gone(const ExecMoment& moment) const {
  if (moment.mount_namespace != 0 && moment.mount_namespace != host_mounts_ && options_.admission) {
    const Admission admission = options_.admission(moment.mount_namespace);
    if (admission.by == Admission::By::runtime)
      return {.container = admission.container, .runtime = admission.runtime};
  }
  const auto known = places_.find(moment.cgroup);
  return known == places_.end() ? CgroupPlace{} : known->second;
}

runtime::Origin ProcessIdentity::origin_of(const Sighting& sighting) {
  if (sighting.origin) return *sighting.origin;
  const ExecMoment& moment = sighting.moment;
  runtime::Origin origin{.pid = moment.pid};
  std::uint32_t login = moment.login_user;
  const CgroupPlace place = sighting.facts ? sighting.facts->place : place_of_gone(moment);
  origin.unit = place.unit;
  origin.container = place.container;
  origin.runtime = place.runtime;
  if (sighting.facts) {
    const ProcessFacts& facts = *sighting.facts;
    if (moment.cgroup > root_cgroup) {
      if (places_.size() >= places_max) places_.clear();
      places_[moment.cgroup] = place;
    }
    origin.user = users_.name_of(facts.user);
    origin.session = facts.stat.session;
    origin.directory = facts.directory;
    login = facts.login_user;
  }
  if (moment.detailed) {
    origin.user = users_.name_of(moment.user);
    origin.session = moment.session;
    origin.directory = moment.directory;
    login = moment.login_user;
  }
  if (login != nobody_logged_in) origin.login_user = users_.name_of(login);
  origin.parents =
      ancestry_.of(moment.detailed || !sighting.facts ? moment.parent : sighting.facts->stat.parent);
  return origin;
}

std::optional<std::uint64_t> ProcessIdentity::space_of(const Sighting& sighting) const {
  const std::uint64_t number =
      sighting.facts ? sighting.facts->mount_namespace : sighting.moment.mount_namespace;
  const HostRoot root = sighting.facts ? sighting.facts->root : HostRoot{};
  const bool elsewhere = sighting.facts
                             ? number != 0 && root.inode != 0 && root != host_root_ && number != host_mounts_
                             : spaces_.contains(number);
  return elsewhere ? std::optional(number) : std::nullopt;
}

ProcessIdentity::File ProcessIdentity::executable_of(const Sighting& sighting) const {
  const ExecMoment& moment = sighting.moment;
  File file{
      .path = moment.path, .deleted = moment.detailed && moment.links == 0, .detached = moment.detached};
  if (is_still_there(sighting)) {
    const ProcessFacts& facts = *sighting.facts;
    file.detached = file.detached || (facts.deleted && facts.executable.starts_with("/memfd:"));
    if (!moment.detailed || moment.path.empty()) file.path = facts.executable;
    file.deleted = file.deleted || facts.deleted;
    file.number = sighting.executable.number();
  }
  if (file.detached) {
    file.path = file.path.substr(file.path.starts_with('/') ? 1 : 0);
    if (!file.path.starts_with("memfd:")) file.path = "memfd:" + file.path;
  }
  file.nameless = file.path.empty() || file.path == "/";
  if (file.nameless) file.path = moment.filename.empty() ? moment.command : moment.filename;
  if (file.number >= 0) {
    fstat(file.number, &file.status);
    return file;
  }
  if (file.detached || file.deleted)
    file.note = "it was gone from the disk and had ended before it could be read";
  else open_left_file(sighting, file);
  return file;
}

// The process is gone; its file may still be there. It counts only if it is the very file, unchanged since.
void ProcessIdentity::open_left_file(const Sighting& sighting, File& file) const {
  const ExecMoment& moment = sighting.moment;
  file.note = "it had ended, and its file could not be found any more";
  if (!moment.detailed) return;
  const auto space = spaces_.find(moment.mount_namespace);
  const std::int64_t guide = space == spaces_.end() ? moment.parent : space->second.guide;
  const std::array<std::string, 3> roots{"/", fmt::format("{}/{}/root", options_.proc, moment.parent),
                                         fmt::format("{}/{}/root", options_.proc, guide)};
  for (const std::string& root : roots) {
    Fd opened = open_in_root(root, file.path);
    if (!opened || fstat(opened.number(), &file.status) != 0 || !is_same_file(moment, file.status)) continue;
    file.opened = std::move(opened);
    file.number = file.opened.number();
    break;
  }
  if (file.nameless && file.number < 0) open_bound_file(sighting, file);
  if (file.number < 0) return;
  file.note.clear();
  if (changed_since(file.status, moment)) {
    file.number = -1;
    file.note = "it had ended, and its file was changed after it started";
  } else if (wall_clock_ns(moment) - key_of(file.status).changed_ns < coarse_clock_ns) {
    file.note = "read after it had ended, and changed less than 20 ms before it started";
  }
}

// A mount that is in no tree any more may have shown a file that has its place: what ran there, or above, before.
void ProcessIdentity::open_bound_file(const Sighting& sighting, File& file) const {
  for (const std::int64_t pid : {sighting.moment.pid, sighting.moment.parent}) {
    const KeptInstance* run = find_run_(pid);
    const runtime::Instance* before = run ? run->common.get() : nullptr;
    if (!before || before->interpreter) continue;
    Fd opened = open_in_root("/", before->name);
    if (!opened || fstat(opened.number(), &file.status) != 0 || !is_same_file(sighting.moment, file.status))
      continue;
    file.opened = std::move(opened);
    file.number = file.opened.number();
    file.path = before->name;
    file.nameless = false;
    return;
  }
}

// What a name means to the process: in the mount namespace in which it executed, below the root it has. A process that
// has ended or gone into another namespace is stood in for by its parent, or whatever else is known to be inside.
Fd ProcessIdentity::open_as_seen(const Sighting& sighting, const std::string& path) const {
  const ExecMoment& moment = sighting.moment;
  const std::uint64_t mounts = moment.detailed  ? moment.mount_namespace
                               : sighting.facts ? sighting.facts->mount_namespace
                                                : 0;
  std::optional<HostRoot> root;
  if (sighting.facts && sighting.facts->root.inode != 0) root = sighting.facts->root;
  if (mounts == own_mounts_ && (!root || *root == own_root_)) return open_in_root("/", path);
  const auto below = [&](const ProcessFolder& folder) {
    const Fd found = root_in(folder, mounts, root);
    return found ? open_in_root(found.number(), path) : Fd();
  };
  if (sighting.folder)
    if (Fd file = below(*sighting.folder)) return file;
  const auto space = spaces_.find(mounts);
  for (const std::int64_t pid :
       {moment.pid, moment.parent, space == spaces_.end() ? 0 : space->second.guide}) {
    const auto folder = pid == 0 ? std::nullopt : ProcessFolder::open(options_.proc, pid);
    if (!folder) continue;
    if (Fd file = below(*folder)) return file;
  }
  return {};
}

// Is the first line "#!" and the path of what runs?
bool ProcessIdentity::names_interpreter(const Sighting& sighting, int script) const {
  const std::string named = shebang_of(script).path;
  struct stat runs{}, there{};
  if (named.empty() || fstat(sighting.executable.number(), &runs) != 0) return false;
  const Fd file = open_as_seen(sighting, named);
  return file && fstat(file.number(), &there) == 0 && place_of(there) == place_of(runs);
}

ProcessIdentity::File ProcessIdentity::script_of(const Sighting& sighting, const std::string& path) const {
  File file;
  const std::string& directory = sighting.moment.detailed ? sighting.moment.directory
                                 : sighting.facts         ? sighting.facts->directory
                                                          : sighting.moment.directory;
  file.path = absolute_path(path, directory);
  if (sighting.script && sighting.script->asked == path) {
    file.path = sighting.script->path;
    file.opened = Fd(fcntl(sighting.script->file.number(), F_DUPFD_CLOEXEC, 0));
  } else if (const auto own = own_file(path)) {
    file.path = path;
    const auto opened = sighting.folder ? open_regular(sighting.folder->number(), *own) : Error{};
    if (opened) file.opened = Fd(dup(opened->number()));
  } else {
    const bool below_root = sighting.facts && sighting.facts->root.inode != 0 && !path.starts_with('/') &&
                            sighting.facts->root != host_root_;
    file.opened = open_as_seen(sighting, below_root ? path_below(file.path, root_path(sighting)) : file.path);
    if (std::string resolved = path_of_file(file.opened.number()); !resolved.empty())
      file.path = std::move(resolved);
  }
  file.number = file.opened.number();
  if (file.number < 0) {
    file.note = "the script could not be read";
    return file;
  }
  fstat(file.number, &file.status);
  file.deleted = file.status.st_nlink == 0;
  return file;
}

void ProcessIdentity::add_digest(File& file, Sighting& sighting) {
  if (file.number < 0) {
    if (file.note.empty()) file.note = "it could not be read";
    return;
  }
  auto digest = reader_.digest_of(file.number, sighting.readings);
  if (digest) file.digest = *digest;
  else file.note = digest.error().message;
}

std::optional<runtime::PackageClaim> ProcessIdentity::claim_of(const File& file) {
  if (!file.digest || file.detached) return std::nullopt;
  return claims_.claim_of({file.path, file.number, file.status, *file.digest});
}

// Container runtimes run a sealed copy of themselves, from memory or from a mount that nobody sees. What is in no tree
// is explained by its content: that of a package's program, which ran here from its own place before.
void ProcessIdentity::explain_copy(const File& executable, runtime::Instance& instance) {
  if (!executable.digest) return;
  if (instance.package) {
    if (instance.package->changed || executable.deleted) return;
    if (originals_.size() >= originals_max) originals_.clear();
    originals_.insert_or_assign(*executable.digest, Original{executable.path, *instance.package});
    return;
  }
  if (!executable.detached && !executable.nameless) return;
  const auto original = originals_.find(*executable.digest);
  if (original == originals_.end()) return;
  instance.package = original->second.claim;
  instance.seen_note = "a copy of " + original->second.path;
  mark(instance, "copy");
  if (executable.nameless) instance.name = original->second.path;
}

std::string ProcessIdentity::original_path(const File& executable) const {
  const auto original = executable.digest ? originals_.find(*executable.digest) : originals_.end();
  return original == originals_.end() ? std::string() : original->second.path;
}

// The mounts that count are the container's own. What made itself another root inside the container sees others, and
// those may hide where a file lies.
void ProcessIdentity::look_at_space(const Sighting& sighting, std::uint64_t number, Space& space) const {
  const Admission& admission = sighting.admission;
  const bool own_root = admission.by == Admission::By::runtime && sighting.facts &&
                        sighting.facts->root != admission.root;
  const auto first = own_root ? ProcessFolder::open(options_.proc, admission.pid) : std::nullopt;
  if (own_root) space.mounts.clear();
  const ProcessFolder* folder = first ? &*first : !own_root && sighting.folder ? &*sighting.folder : nullptr;
  const auto text = folder ? folder->read("mountinfo", 1 << 20) : std::nullopt;
  if (!text || text->empty()) return;
  space.mounts = parse_mountinfo(*text);
  space.root = folder->link("root").value_or("/");
  struct stat inside{};
  const std::string guide = fmt::format("{}/{}/ns/mnt", options_.proc, space.guide);
  if (stat(guide.c_str(), &inside) != 0 || inside.st_ino != number)
    space.guide = first ? admission.pid : sighting.moment.pid;
}

HeldJudgement ProcessIdentity::judge_held(Sighting& sighting, const File& file) {
  const std::uint64_t number = space_of(sighting).value_or(0);
  if (spaces_.size() >= spaces_max && !spaces_.contains(number)) spaces_.clear();
  Space& space = spaces_[number];
  look_at_space(sighting, number, space);
  const RunningFile running{.path = path_below(file.path, space.root),
                            .file = file.number,
                            .deleted = file.deleted,
                            .detached = file.detached};
  return images_.judge(space.mounts, running,
                       [&](int opened) { return reader_.digest_of(opened, sighting.readings); });
}

// Marks what the image does not hold. A file of the host that a bind mount brought in is named as the host names it.
bool ProcessIdentity::is_held(Sighting& sighting, File& file, runtime::Instance& instance) {
  if (sighting.admission.by == Admission::By::nobody) {
    mark(instance, "outside-runtime");
    instance.seen_note = "it runs below a root of its own, and no container runtime answers for it";
    return false;
  }
  const HeldJudgement judged = judge_held(sighting, file);
  if (judged.held == Held::blind) {
    if (blind_spots_.size() < 16) blind_spots_.insert(judged.reason);
    return true;
  }
  if (judged.held == Held::by_image) return true;
  mark(instance, judged.held == Held::renamed ? "renamed" : "foreign");
  instance.seen_note = judged.reason;
  struct stat there{};
  if (judged.host_path.empty() || stat(judged.host_path.c_str(), &there) != 0) return false;
  if (there.st_ino == file.status.st_ino && there.st_dev == file.status.st_dev) file.path = judged.host_path;
  return false;
}

void ProcessIdentity::add_script(File& script, Sighting& sighting, Identified& out) {
  runtime::Instance& instance = out.instance;
  const bool inside = space_of(sighting).has_value();
  if (inside && out.held_by_image) {
    out.held_by_image = is_held(sighting, script, instance);
    if (out.held_by_image) return;
  }
  add_digest(script, sighting);
  if (script.digest && sighting.moment.detailed && changed_since(script.status, sighting.moment)) {
    script.digest.reset();
    script.note = "the script was changed after it started";
  }
  instance.name = script.path;
  instance.digests.clear();
  if (script.digest) instance.digests.push_back(*script.digest);
  instance.seen = script.digest ? runtime::Seen::whole : runtime::Seen::unhashed;
  if (!script.note.empty()) instance.seen_note = script.note;
  if (script.deleted) mark(instance, "deleted");
  const bool interpreter_stands = instance.interpreter->package && !instance.interpreter->package->changed;
  instance.package = inside || !interpreter_stands ? std::nullopt : claim_of(script);
}

// The kernel told that it ran an interpreter, or the arguments tell. Where neither does, a script betrays itself: it is
// an early argument, and its first line names the very executable.
Program ProcessIdentity::program_in(const Sighting& sighting, const std::string& executable) const {
  if (is_launcher(executable)) return {};
  const bool told = sighting.moment.detailed && sighting.moment.script;
  const std::vector<std::string>& words = arguments_of(sighting);
  Program program =
      told ? Program{ProgramKind::file, sighting.moment.filename} : program_of(executable, words);
  if (program.kind == ProgramKind::file && own_file(program.path) &&
      script_of(sighting, program.path).number < 0)
    return {ProgramKind::unseen, program.path};  // a pipe, or closed by now
  if (program.kind != ProgramKind::itself || sighting.moment.detailed || is_interpreter(executable))
    return program;
  for (std::size_t i = 1; i < words.size() && i <= 2; ++i) {
    if (words[i].find('/') == std::string::npos || own_file(words[i])) continue;
    const File file = script_of(sighting, words[i]);
    if (file.number >= 0 && names_interpreter(sighting, file.number)) return {ProgramKind::file, words[i]};
  }
  return program;
}

// A run keeps its id when the reporter starts again and finds it by a scan, which knows the fork and not the exec: the
// time in it is the fork's, and below the clock's tick it is drawn from what runs. The same program executed again in
// its place is another run.
std::string ProcessIdentity::id_of(const Sighting& sighting, const runtime::Instance& instance) const {
  const ExecMoment& moment = sighting.moment;
  const std::int64_t forked_at =
      moment.start_ticks == 0 ? moment.at_ns : boot_ns_of_ticks(moment.start_ticks);
  const Sha256 what =
      crypto::sha256(instance.name, instance.digests.empty() ? BytesView() : instance.digests.front().view());
  const auto below_tick =
      static_cast<std::int64_t>(load_u64(what.view().data()) % (clock_tick.micros * 1000));
  std::string id = fmt::format("{}-{}-{}", boot_, moment.pid, forked_at + below_tick);
  const bool is_final = !sighting.readings.lacks_any();  // the digest is in it
  return sighting.ids && is_final ? sighting.ids->give(sighting.run, std::move(id)) : id;
}

void ProcessIdentity::add_program(const Program& program, File& executable, Sighting& sighting,
                                  Identified& out) {
  runtime::Instance& instance = out.instance;
  if (program.kind == ProgramKind::itself) return;
  instance.interpreter = runtime::Interpreter{executable.path, executable.digest, instance.package};
  if (program.kind == ProgramKind::file) {
    File script = script_of(sighting, program.path);
    add_script(script, sighting, out);
    if (sighting.readings.lacks_any() && script.opened && !sighting.script)
      sighting.script = Sighting::Found{program.path, script.path, std::move(script.opened)};
    return;
  }
  instance.digests.clear();
  instance.package.reset();
  instance.seen = runtime::Seen::unseen;
  instance.seen_note = unseen_note(program, sighting);
}

Identified ProcessIdentity::identify(Sighting& sighting) {
  sighting.readings.begin();
  Identified out = look_at(sighting);
  out.is_pending = sighting.readings.lacks_any();
  if (out.is_pending && !sighting.origin) sighting.origin = origin_of(sighting);
  return out;
}

Identified ProcessIdentity::look_at(Sighting& sighting) {
  Identified out;
  runtime::Instance& instance = out.instance;
  const ExecMoment& moment = sighting.moment;
  instance.started_at = instant_of_boot_ns(moment.at_ns);
  if (moment.start_ticks != 0 && boot_ns_of_ticks(moment.start_ticks) == moment.at_ns)
    instance.uncertainty = clock_tick;

  File executable = executable_of(sighting);
  const std::string inner_path = executable.path;
  out.device = executable.status.st_dev;
  out.inode = executable.status.st_ino;
  if (executable.deleted || executable.detached) mark(instance, executable.detached ? "memfd" : "deleted");
  const bool inside = space_of(sighting).has_value();
  if (inside) out.held_by_image = is_held(sighting, executable, instance);
  Program program = program_in(sighting, inner_path);
  if (out.held_by_image && program.kind != ProgramKind::file) return out;

  if (!out.held_by_image) add_digest(executable, sighting);
  instance.name = executable.path.empty() ? name_of_unseen(sighting) : executable.path;
  instance.seen_note = executable.note.empty() ? instance.seen_note : executable.note;
  if (executable.digest) instance.digests.push_back(*executable.digest);
  else instance.seen = runtime::Seen::unhashed;
  if (!inside || executable.path != inner_path) instance.package = claim_of(executable);
  if (!inside) explain_copy(executable, instance);
  // A known interpreter is one by its content, whatever name a copy of it has been given.
  if (const std::string known_as = original_path(executable);
      program.kind == ProgramKind::itself && !known_as.empty())
    program = program_in(sighting, known_as);
  add_program(program, executable, sighting, out);
  if (out.held_by_image) return out;
  instance.id = id_of(sighting, instance);
  instance.origin = origin_of(sighting);
  instance.settings = settings_of(sighting);
  if (options_.arguments == Arguments::report) instance.arguments = arguments_of(sighting);
  const auto stands = [](const std::optional<runtime::PackageClaim>& claim) {
    return claim && !claim->changed;
  };
  out.explained = instance.seen == runtime::Seen::whole && stands(instance.package) &&
                  (!instance.interpreter || stands(instance.interpreter->package));
  return out;
}

}  // namespace weir::agent
