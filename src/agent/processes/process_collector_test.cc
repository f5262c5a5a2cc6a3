#include "agent/processes/process_collector.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <future>

#include "agent/processes/processes_fixture.h"

namespace weir::agent {
namespace {

using runtime::Seen;
using testing::digest_of_file;
using testing::finish;
using testing::Folder;
using testing::Life;
using testing::options_with;
using testing::program_text;
using testing::spawn;
using testing::wait_for;
using testing::Watching;
using testing::write_text;

bool has_mark(const runtime::Instance& instance, std::string_view name) {
  return std::ranges::count(instance.marks, name) == 1;
}

class Ebpf : public ::testing::Test {
 protected:
  void SetUp() override { NEED_MEANS(watching, ExecMeans::ebpf); }
  Folder folder;
  Watching watching{ProcessOptions{}};
  testing::RecordingSink& sink = watching.sink;
};

TEST_F(Ebpf, a_program_that_lives_a_millisecond_is_seen_with_its_digest) {
  for (int i = 0; i < 20; ++i) {
    const std::string path = folder / ("short" + std::to_string(i));
    write_text(path, program_text(Life::short_lived, std::to_string(i)));
    wait_for(spawn({path}));
    const auto instance = sink.await_name(path);
    ASSERT_TRUE(instance) << path;
    EXPECT_EQ(instance->digests, std::vector{digest_of_file(path)});
    EXPECT_EQ(instance->seen, Seen::whole) << instance->seen_note;
    EXPECT_FALSE(instance->package);
    EXPECT_TRUE(sink.await_end(instance->id));
  }
}

// A control group of the tree of version 2, named as that of a unit; none where it can't be made.
class UnitGroup {
 public:
  explicit UnitGroup(const std::string& unit) {
    for (const char* tree : {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"}) {
      if (access((std::string(tree) + "/cgroup.subtree_control").c_str(), F_OK) != 0) continue;
      path_ = std::string(tree) + "/" + unit;
      is_there_ = mkdir(path_.c_str(), 0755) == 0;
      return;
    }
  }
  ~UnitGroup() {
    if (is_there_) rmdir(path_.c_str());
  }
  bool is_there() const { return is_there_; }
  void enter() const { std::ofstream(path_ + "/cgroup.procs") << getpid(); }

 private:
  std::string path_;
  bool is_there_ = false;
};

TEST_F(Ebpf,
       programs_that_are_gone_before_they_are_looked_at_are_told_with_the_unit_that_others_there_are_in) {
  const std::string unit = "weir-test-" + std::to_string(getpid()) + ".service";
  const UnitGroup group(unit);
  if (!group.is_there()) GTEST_SKIP() << "no tree of control groups of version 2 that may be changed";
  write_text(folder / "stays", program_text(Life::until_killed, "stays"));
  const pid_t stays = spawn({folder / "stays"}, [&] { group.enter(); });
  const auto known = sink.await_pid(stays);
  for (int i = 0; i < 20; ++i) {
    const std::string path = folder / ("brief" + std::to_string(i));
    write_text(path, program_text(Life::short_lived, unit + std::to_string(i)));
    wait_for(spawn({path}, [&] { group.enter(); }));
    const auto instance = sink.await_name(path);
    ASSERT_TRUE(instance) << path;
    EXPECT_EQ(instance->origin.unit, unit);
  }
  finish(stays);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->origin.unit, unit);
}

TEST_F(Ebpf, a_program_called_by_a_relative_path_is_named_whole) {
  write_text(folder / "here", program_text(Life::short_lived, "here"));
  wait_for(spawn({"./here"}, [&] { (void)!chdir(folder.path.c_str()); }));
  const auto instance = sink.await_name(folder / "here");
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->origin.directory, folder.path.string());
}

TEST_F(Ebpf, a_program_in_memory_is_seen_with_its_digest) {
  const std::string text = program_text(Life::short_lived, "memory");
  wait_for(spawn({"x"}, [&] {
    const int file = memfd_create("hidden", MFD_CLOEXEC);
    (void)!write(file, text.data(), text.size());
    char* const none[] = {nullptr};
    fexecve(file, none, none);
  }));
  const auto instance = sink.await_name("memfd:hidden");
  ASSERT_TRUE(instance);
  EXPECT_TRUE(has_mark(*instance, "memfd"));
  if (instance->seen == Seen::whole) {
    EXPECT_EQ(instance->digests, std::vector{crypto::sha256(text)});
  } else {
    EXPECT_NE(instance->seen_note, "");
  }
}

TEST_F(Ebpf, a_program_in_memory_that_goes_on_is_hashed) {
  const std::string text = program_text(Life::until_killed, "memory");
  const pid_t pid = spawn({"x"}, [&] {
    const int file = memfd_create("staying", MFD_CLOEXEC);
    (void)!write(file, text.data(), text.size());
    char* const none[] = {nullptr};
    fexecve(file, none, none);
  });
  const auto instance = sink.await_name("memfd:staying");
  finish(pid);
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->digests, std::vector{crypto::sha256(text)});
}

TEST_F(Ebpf, a_script_named_by_its_first_line_is_what_runs) {
  write_text(folder / "x.sh", "#!/bin/sh\nexit 0\n");
  wait_for(spawn({folder / "x.sh"}));
  const auto instance = sink.await_name(folder / "x.sh");
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->digests, std::vector{digest_of_file(folder / "x.sh")});
  ASSERT_TRUE(instance->interpreter);
  EXPECT_EQ(instance->interpreter->path, std::filesystem::canonical("/bin/sh").string());
  EXPECT_EQ(instance->interpreter->digest, digest_of_file("/bin/sh"));
}

TEST_F(Ebpf, a_script_that_env_finds_the_interpreter_for_is_told_once) {
  write_text(folder / "x.sh", "#!/usr/bin/env sh\nexit 0\n");
  write_text(folder / "after", program_text(Life::short_lived, "after"));
  wait_for(spawn({folder / "x.sh"}));
  wait_for(spawn({"env", "sh", folder / "x.sh"}));
  wait_for(spawn({folder / "after"}));
  ASSERT_TRUE(sink.await_name(folder / "after"));
  std::vector<std::string> interpreters;
  for (const runtime::Instance& one : sink.starts)
    if (one.name == folder / "x.sh") interpreters.push_back(one.interpreter ? one.interpreter->path : "");
  EXPECT_EQ(interpreters, std::vector(2, std::filesystem::canonical("/bin/sh").string()));
}

TEST_F(Ebpf, a_module_that_the_interpreter_looks_up_is_unseen) {
  const std::string python = "/usr/bin/python3";  // what else is called so may be a script that finds one
  if (!std::filesystem::exists(python)) GTEST_SKIP() << "needs " << python;
  const pid_t pid = spawn({python, "-m", "this"}, [] { dup2(open("/dev/null", O_WRONLY), 1); });
  wait_for(pid);
  const auto instance = sink.await_pid(pid);
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->seen, Seen::unseen);
  EXPECT_TRUE(instance->digests.empty());
  EXPECT_EQ(instance->seen_note, "its program is the module this");
}

TEST_F(Ebpf, a_script_given_to_its_interpreter_is_what_runs) {
  write_text(folder / "x.sh", "exit 0\n");
  wait_for(spawn({"sh", "x.sh"}, [&] { (void)!chdir(folder.path.c_str()); }));
  const auto instance = sink.await_name(folder / "x.sh");
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->digests, std::vector{digest_of_file(folder / "x.sh")});
  EXPECT_FALSE(instance->package);
}

TEST_F(Ebpf, code_without_a_file_is_unseen_and_no_package_explains_it) {
  const pid_t given = spawn({"bash", "-c", "exit 0"});
  wait_for(given);
  const pid_t piped = spawn({"sh"}, [] { dup2(open("/dev/null", O_RDONLY), 0); });
  wait_for(piped);
  for (const pid_t pid : {given, piped}) {
    const auto instance = sink.await_pid(pid);
    ASSERT_TRUE(instance);
    EXPECT_EQ(instance->seen, Seen::unseen);
    EXPECT_TRUE(instance->digests.empty());
    EXPECT_FALSE(instance->package);
    EXPECT_TRUE(instance->interpreter);
    EXPECT_NE(instance->seen_note, "");
  }
}

TEST_F(Ebpf, a_copy_of_an_interpreter_in_memory_is_one_whatever_its_name_is) {
  const std::string shell = std::filesystem::canonical("/bin/sh").string();
  wait_for(spawn({shell, "-c", ":"}));
  ASSERT_TRUE(
      sink.await_start([&](const auto& one) { return one.interpreter && one.interpreter->path == shell; }));
  std::ifstream file(shell, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const pid_t pid = spawn({"x"}, [&] {
    const int copy = memfd_create("harmless", MFD_CLOEXEC);
    (void)!write(copy, text.data(), text.size());
    char name[] = "x", option[] = "-c", code[] = "kill -STOP $$";
    char* const words[] = {name, option, code, nullptr};
    char* const none[] = {nullptr};
    fexecve(copy, words, none);
  });
  const auto instance = sink.await_name("memfd:harmless");
  finish(pid);
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->seen, Seen::unseen) << instance->seen_note;
  EXPECT_FALSE(instance->package);
  EXPECT_EQ(instance->digests, std::vector<Sha256>());
}

TEST_F(Ebpf, a_copy_of_a_package_file_is_unknown) {
  std::filesystem::copy_file("/bin/true", folder / "true");
  wait_for(spawn({folder / "true"}));
  const auto instance = sink.await_name(folder / "true");
  ASSERT_TRUE(instance);
  EXPECT_FALSE(instance->package);
}

TEST_F(Ebpf, a_program_that_executes_another_ends_when_it_does) {
  write_text(folder / "a.sh", "#!/bin/sh\nexec " + (folder / "b") + "\n");
  write_text(folder / "b", program_text(Life::until_killed, "b"));
  const pid_t pid = spawn({folder / "a.sh"});
  const auto second = sink.await_name(folder / "b");
  const auto first = sink.await_name(folder / "a.sh");
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(sink.await_end(first->id));
  EXPECT_NE(first->id, second->id);
  EXPECT_EQ(second->origin.parents.front().pid, getpid());
  finish(pid);
  EXPECT_TRUE(sink.await_end(second->id));
}

TEST_F(Ebpf, a_child_that_came_by_fork_alone_is_found_after_its_parent_ended) {
  mkfifo((folder / "never").c_str(), 0600);
  write_text(folder / "daemon.sh", "#!/bin/sh\n(read line < " + (folder / "never") + ") &\nexit 0\n");
  const pid_t parent = spawn({folder / "daemon.sh"});
  wait_for(parent);
  const auto child = sink.await_start(
      [&](const auto& one) { return one.name == folder / "daemon.sh" && one.origin.pid != parent; });
  ASSERT_TRUE(child);
  EXPECT_EQ(child->digests, std::vector{digest_of_file(folder / "daemon.sh")});
  kill(static_cast<pid_t>(child->origin.pid), SIGKILL);
  EXPECT_TRUE(sink.await_end(child->id));
}

TEST(ProcessScan, a_deleted_program_is_seen_with_its_digest) {
  const Folder folder;
  const std::string text = program_text(Life::until_killed, "deleted");
  write_text(folder / "gone", text);
  const pid_t pid = spawn({folder / "gone"});
  testing::await_exec(pid, folder / "gone");
  std::filesystem::remove(folder / "gone");
  Watching watching{options_with(ExecMeans::scan)};
  const auto instance = watching.sink.await_pid(pid);
  finish(pid);
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->name, folder / "gone");
  EXPECT_TRUE(has_mark(*instance, "deleted"));
  EXPECT_EQ(instance->digests, std::vector{crypto::sha256(text)});
  EXPECT_TRUE(watching.sink.await_end(instance->id));
}

TEST(ProcessScan, finds_what_starts_later_and_what_executes_something_else) {
  const Folder folder;
  write_text(folder / "a", program_text(Life::until_killed, "a"));
  ProcessOptions options = options_with(ExecMeans::scan);
  options.scan_interval = milliseconds(20);
  Watching watching{options};
  EXPECT_EQ(watching.collector.sources().front().means, "scan");
  EXPECT_NE(watching.collector.sources().front().blind, "");
  int go[2];
  ASSERT_EQ(pipe(go), 0);
  const pid_t pid = spawn({folder / "a"}, [&] {
    char byte;
    (void)!read(go[0], &byte, 1);
  });
  ASSERT_TRUE(watching.sink.await_pid(pid)) << "the fork is not found";
  (void)!write(go[1], "x", 1);
  EXPECT_TRUE(watching.sink.await_name(folder / "a"));
  finish(pid);
}

TEST(ProcessNetlink, execs_and_ends_are_told) {
  const Folder folder;
  write_text(folder / "a", program_text(Life::until_killed, "a"));
  Watching watching{options_with(ExecMeans::netlink)};
  NEED_MEANS(watching, ExecMeans::netlink);
  const pid_t pid = spawn({folder / "a"});
  const auto instance = watching.sink.await_name(folder / "a");
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->digests, std::vector{digest_of_file(folder / "a")});
  EXPECT_NE(watching.collector.sources().front().blind, "");
  finish(pid);
  EXPECT_TRUE(watching.sink.await_end(instance->id));
}

TEST(ProcessLoss, what_finds_no_room_on_the_ring_is_counted_and_found_again) {
  const Folder folder;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<bool> hold = false;
  ProcessOptions options;
  options.ring_bytes = 4096;
  options.executed = [&](std::int64_t) {
    if (hold) released.wait();
  };
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  hold = true;
  for (int i = 0; i < 64; ++i) wait_for(spawn({"/bin/true"}));
  write_text(folder / "missed", program_text(Life::until_killed, "missed"));
  const pid_t pid = spawn({folder / "missed"});
  testing::await_exec(pid, folder / "missed");
  hold = false;
  release.set_value();
  EXPECT_TRUE(watching.sink.wait([&] { return watching.sink.events_lost > 0; }));
  EXPECT_TRUE(watching.sink.await_pid(pid));
  finish(pid);
}

TEST(ProcessResync, does_not_tell_twice_what_runs) {
  const Folder folder;
  write_text(folder / "a", program_text(Life::until_killed, "a"));
  write_text(folder / "b", program_text(Life::until_killed, "b"));
  ProcessOptions options;
  options.sweep_interval = milliseconds(20);
  Watching watching{options};
  const pid_t first = spawn({folder / "a"});
  ASSERT_TRUE(watching.sink.await_pid(first));
  for (int i = 0; i < 5; ++i) {  // ends of unexplained runs lead to sweeps
    const pid_t other = spawn({folder / "b"});
    ASSERT_TRUE(watching.sink.await_pid(other));
    finish(other);
    EXPECT_TRUE(watching.sink.wait([&] { return watching.sink.ends.size() > static_cast<std::size_t>(i); }));
  }
  EXPECT_EQ(
      std::ranges::count_if(watching.sink.starts, [&](const auto& one) { return one.name == folder / "a"; }),
      1);
  EXPECT_EQ(std::ranges::count_if(list_all(watching.collector),
                                  [&](const auto& one) { return one.origin.pid == first; }),
            1);
  finish(first);
}

TEST(ProcessResync, a_run_keeps_its_id_when_the_reporter_starts_again) {
  const Folder folder;
  write_text(folder / "a", program_text(Life::until_killed, "a"));
  std::string id;
  pid_t pid = 0;
  {
    Watching watching{ProcessOptions{}};
    NEED_MEANS(watching, ExecMeans::ebpf);
    pid = spawn({folder / "a"});
    const auto instance = watching.sink.await_name(folder / "a");
    ASSERT_TRUE(instance);
    id = instance->id;
  }
  Watching again{options_with(ExecMeans::scan)};
  const auto instance = again.sink.await_name(folder / "a");
  finish(pid);
  ASSERT_TRUE(instance);
  EXPECT_EQ(instance->id, id);
}

// A host whose only package owns one program.
class PackagedProgram : public ::testing::Test {
 protected:
  PackagedProgram() {
    options.package_root = folder.path.string();
    options.dpkg = folder / "var/lib/dpkg";
    options.settled_age = milliseconds(300);
    write_text(tool, program_text(Life::until_killed, "one"));
    install("1.0");
  }
  void install(const std::string& version) {
    replace("var/lib/dpkg/info/tool.list", "/usr/bin/tool\n/usr/bin/brief\n");
    replace("var/lib/dpkg/status", "Package: tool\nArchitecture: all\nVersion: " + version + "\n");
  }
  // As dpkg does it: nobody reads half a file.
  void replace(const std::string& file, const std::string& text) {
    write_text(folder / (file + "-new"), text, 0644);
    std::filesystem::rename(folder / (file + "-new"), folder / file);
  }
  Folder folder;
  const std::string tool = folder / "usr/bin/tool", brief = folder / "usr/bin/brief";
  ProcessOptions options;
};

TEST_F(PackagedProgram, is_reported_when_it_settles_with_the_claim_of_its_package) {
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  const pid_t pid = spawn({tool});
  const auto instance = watching.sink.await_pid(pid);
  finish(pid);
  ASSERT_TRUE(instance && instance->package);
  EXPECT_EQ(*instance->package, (runtime::PackageClaim{.name = "tool", .version = "1.0"}));
  EXPECT_TRUE(watching.sink.await_end(instance->id));
}

TEST_F(PackagedProgram, is_only_counted_when_it_ends_before) {
  options.settled_age = minutes(10);
  write_text(brief, program_text(Life::short_lived, "brief"));
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  for (int i = 0; i < 3; ++i) wait_for(spawn({brief}));
  write_text(folder / "last", program_text(Life::short_lived, "last"));
  wait_for(spawn({folder / "last"}));
  ASSERT_TRUE(watching.sink.await_name(folder / "last"));
  watching.stop();
  EXPECT_FALSE(std::ranges::any_of(watching.sink.starts, [&](const auto& one) { return one.name == brief; }));
  std::int64_t count = 0;
  for (const auto& one : watching.sink.counts)
    if (one.name == brief && one.package == "tool" && one.digest == digest_of_file(brief)) count += one.count;
  EXPECT_EQ(count, 3);
}

TEST_F(PackagedProgram, that_changed_without_a_transaction_is_told_at_once) {
  options.settled_age = minutes(10);
  options.baseline_file = folder / "baseline";
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  write_text(folder / "mark", program_text(Life::short_lived, "mark"));
  const pid_t known = spawn({tool});
  testing::await_exec(known, tool);
  wait_for(spawn({folder / "mark"}));
  ASSERT_TRUE(watching.sink.await_name(folder / "mark"));
  write_text(tool, program_text(Life::until_killed, "two"));
  const pid_t changed = spawn({tool});
  const auto instance = watching.sink.await_pid(changed);
  finish(known);
  finish(changed);
  ASSERT_TRUE(instance && instance->package);
  EXPECT_TRUE(instance->package->changed);
}

TEST_F(PackagedProgram, that_was_changed_before_it_first_ran_is_not_its_packages) {
  crypto::Md5 md5;
  md5.update(program_text(Life::until_killed, "one"));
  write_text(folder / "var/lib/dpkg/info/tool.md5sums", md5.finish_hex() + "  usr/bin/tool\n", 0644);
  options.settled_age = minutes(10);
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  write_text(tool, program_text(Life::until_killed, "two"));
  for (int i = 0; i < 2; ++i) {  // nor is it the second time
    const pid_t pid = spawn({tool});
    const auto instance = watching.sink.await_pid(pid);
    finish(pid);
    ASSERT_TRUE(instance && instance->package);
    EXPECT_TRUE(instance->package->changed);
  }
  write_text(tool, program_text(Life::until_killed, "one"));
  const pid_t own = spawn({tool});
  write_text(folder / "after", program_text(Life::short_lived, "after"));
  testing::await_exec(own, tool);
  wait_for(spawn({folder / "after"}));
  ASSERT_TRUE(watching.sink.await_name(folder / "after"));
  EXPECT_EQ(watching.sink.starts_of(own), 0u) << "written since, but what the package brought: explained";
  finish(own);
}

TEST_F(PackagedProgram, of_a_later_transaction_is_news_and_not_changed) {
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  const pid_t before = spawn({tool});
  ASSERT_TRUE(watching.sink.await_pid(before));
  write_text(tool, program_text(Life::until_killed, "two"));
  install("2.0");
  std::optional<runtime::Instance> instance;
  const auto end = std::chrono::steady_clock::now() + testing::patience;
  while (!(instance && instance->package && instance->package->version == "2.0") &&
         std::chrono::steady_clock::now() < end) {
    const pid_t pid = spawn({tool});  // the index is read again at most twice a second
    instance = watching.sink.await_pid(pid);
    finish(pid);
  }
  finish(before);
  ASSERT_TRUE(instance && instance->package);
  EXPECT_EQ(*instance->package,
            (runtime::PackageClaim{.name = "tool", .version = "2.0", .after_baseline = true}));
}

TEST_F(PackagedProgram, given_as_an_interpreter_line_of_an_unowned_script_explains_nothing) {
  write_text(folder / "x", "#!" + brief + "\n");
  write_text(brief, program_text(Life::short_lived, "brief"));
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  wait_for(spawn({folder / "x"}));
  const auto instance = watching.sink.await_name(folder / "x");
  ASSERT_TRUE(instance && instance->interpreter);
  EXPECT_FALSE(instance->package);
  EXPECT_TRUE(instance->interpreter->package);
}

TEST(ProcessScope, what_is_out_of_scope_is_not_told) {
  const Folder folder;
  ProcessOptions options;
  options.in_scope = [&](const runtime::Instance& instance) { return instance.name != folder / "hidden"; };
  write_text(folder / "hidden", program_text(Life::short_lived, "hidden"));
  write_text(folder / "shown", program_text(Life::short_lived, "shown"));
  Watching watching{options};
  NEED_MEANS(watching, ExecMeans::ebpf);
  wait_for(spawn({folder / "hidden"}));
  wait_for(spawn({folder / "shown"}));
  ASSERT_TRUE(watching.sink.await_name(folder / "shown"));
  EXPECT_FALSE(std::ranges::any_of(watching.sink.starts,
                                   [&](const auto& one) { return one.name == folder / "hidden"; }));
}

TEST(ProcessArguments, are_told_only_when_asked_for) {
  const Folder folder;
  write_text(folder / "a", program_text(Life::short_lived, "a"));
  for (const Arguments arguments : {Arguments::omit, Arguments::report}) {
    ProcessOptions options;
    options.arguments = arguments;
    Watching watching{options};
    NEED_MEANS(watching, ExecMeans::ebpf);
    wait_for(spawn({folder / "a", "secret"}));
    const auto instance = watching.sink.await_name(folder / "a");
    ASSERT_TRUE(instance);
    EXPECT_EQ(instance->arguments.size(), arguments == Arguments::omit ? 0U : 2U);
  }
}

}  // namespace
}  // namespace weir::agent
