#include "agent/processes/process_identity.h"

#include <fcntl.h>
#include <time.h>

#include "agent/processes/processes_fixture.h"

namespace weir::agent {
namespace {

std::int64_t boot_ns() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// What the kernel tells of a script that this process started at a moment, and that has ended by now.
Sighting script_run_at(const std::string& script, std::int64_t at_ns) {
  struct stat mounts{};
  stat("/proc/self/ns/mnt", &mounts);
  Sighting sighting;
  sighting.moment = {.pid = getpid(), .at_ns = at_ns, .detailed = true, .parent = getpid()};
  sighting.moment.mount_namespace = mounts.st_ino;
  sighting.moment.script = true;
  sighting.moment.path = std::filesystem::canonical("/bin/sh").string();
  sighting.moment.directory = "/";
  sighting.moment.filename = script;
  return sighting;
}

TEST(ProcessIdentity, a_script_that_was_changed_after_it_started_is_not_what_ran) {
  testing::Folder folder;
  const std::string script = folder / "x.sh";
  testing::write_text(script, "#!/bin/sh\n");
  const ProcessOptions options;
  Packages packages(options.dpkg, options.package_root);
  Baseline baseline("", packages, Instant{});
  ProcessIdentity identity(options, packages, baseline, [](std::int64_t) { return nullptr; });

  const Identified before = identity.identify(script_run_at(script, boot_ns()));
  EXPECT_EQ(before.instance.seen, runtime::Seen::whole) << before.instance.seen_note;
  EXPECT_EQ(before.instance.digests, std::vector{testing::digest_of_file(script)});
  const Identified after = identity.identify(script_run_at(script, boot_ns() - 60'000'000'000));
  EXPECT_EQ(after.instance.seen, runtime::Seen::unhashed);
  EXPECT_EQ(after.instance.digests, std::vector<Sha256>());
  EXPECT_EQ(after.instance.seen_note, "the script was changed after it started");
}

// This very process, as it would look below a root of its own.
Sighting below_another_root(const std::string& program, const std::string& container) {
  Sighting sighting{.moment = {.pid = getpid(), .at_ns = boot_ns(), .parent = getppid()}};
  sighting.folder = ProcessFolder::open("/proc", getpid());
  sighting.facts = read_process(*sighting.folder, getpid(), HostRoot{});
  sighting.facts->mount_namespace = 1;
  sighting.facts->place.container = container;
  sighting.facts->executable = program;
  sighting.facts->arguments = {program};
  sighting.executable = Fd(open(program.c_str(), O_RDONLY | O_CLOEXEC));
  return sighting;
}

TEST(ProcessIdentity, what_runs_below_a_root_of_its_own_but_in_no_container_is_held_by_no_image) {
  testing::Folder folder;
  const std::string program = folder / "program";
  testing::write_text(program, "not a program anybody knows");
  const ProcessOptions options;
  Packages packages(options.dpkg, options.package_root);
  Baseline baseline("", packages, Instant{});
  ProcessIdentity identity(options, packages, baseline, [](std::int64_t) { return nullptr; });

  const Identified found = identity.identify(below_another_root(program, ""));
  EXPECT_FALSE(found.held_by_image);
  EXPECT_FALSE(found.explained);
  EXPECT_EQ(found.instance.digests, std::vector{testing::digest_of_file(program)});
  EXPECT_NE(found.instance.seen_note.find("a root of its own"), std::string::npos);
}

}  // namespace
}  // namespace weir::agent
