#include "agent/processes/process_identity.h"

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
  PackageClaims claims(packages, baseline);
  ProcessIdentity identity(options, claims, [](std::int64_t) { return nullptr; }, [] {});

  Sighting now = script_run_at(script, boot_ns());
  const Identified before = identity.identify(now);
  EXPECT_EQ(before.instance.seen, runtime::Seen::whole) << before.instance.seen_note;
  EXPECT_EQ(before.instance.digests, std::vector{testing::digest_of_file(script)});
  Sighting long_ago = script_run_at(script, boot_ns() - 60'000'000'000);
  const Identified after = identity.identify(long_ago);
  EXPECT_EQ(after.instance.seen, runtime::Seen::unhashed);
  EXPECT_EQ(after.instance.digests, std::vector<Sha256>());
  EXPECT_EQ(after.instance.seen_note, "the script was changed after it started");
}

// As a scan without rights tells: nothing but a pid and a time, of a process that is another user's or gone.
TEST(ProcessIdentity, what_could_not_be_looked_at_goes_by_what_it_calls_itself) {
  const ProcessOptions options;
  Packages packages(options.dpkg, options.package_root);
  Baseline baseline("", packages, Instant{});
  PackageClaims claims(packages, baseline);
  ProcessIdentity identity(options, claims, [](std::int64_t) { return nullptr; }, [] {});
  Sighting gone;
  gone.moment = {.pid = 7, .at_ns = boot_ns()};
  EXPECT_EQ(identity.identify(gone).instance.name, "[ended]");
  Sighting hidden = std::move(gone);
  hidden.facts = ProcessFacts{.pid = 7, .stat = {.command = "sshd"}, .hidden = true};
  const Identified seen = identity.identify(hidden);
  EXPECT_EQ(seen.instance.name, "[sshd]");
  EXPECT_EQ(seen.instance.seen, runtime::Seen::unhashed);
  EXPECT_TRUE(seen.instance.digests.empty());
}

}  // namespace
}  // namespace weir::agent
