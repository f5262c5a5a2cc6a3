#include "runtime/environment.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace weir::runtime {
namespace {

Instance instance(std::string name, std::string user = "app", std::string unit = "api.service",
                  std::string container = "") {
  return {.id = "i",
          .name = std::move(name),
          .digests = {crypto::sha256("x")},
          .origin = {.user = std::move(user), .unit = std::move(unit), .container = std::move(container)}};
}

TEST(ScopeRule, path_is_a_glob_that_stays_within_a_directory_unless_it_is_doubled) {
  struct Case {
    std::string_view pattern, path;
    bool matches;
  };
  constexpr std::array cases{
      Case{"/usr/bin/ls", "/usr/bin/ls", true},
      Case{"/usr/bin/ls", "/usr/bin/lsof", false},
      Case{"/usr/bin/ls", "/usr/bin", false},
      Case{"/usr/bin/*", "/usr/bin/ls", true},
      Case{"/usr/bin/*", "/usr/bin/", true},
      Case{"/usr/bin/*", "/usr/bin/a/b", false},
      Case{"/usr/*/ls", "/usr/bin/ls", true},
      Case{"/usr/*/ls", "/usr/local/bin/ls", false},
      Case{"/usr/**/ls", "/usr/local/bin/ls", true},
      Case{"/usr/**", "/usr/local/bin/ls", true},
      Case{"/usr/**", "/usrlocal", false},
      Case{"/home/*/build/**", "/home/ada/build/a/b/c", true},
      Case{"/home/*/build/**", "/home/ada/x/build/a", false},
      Case{"**/conftest", "/tmp/a/conftest", true},
      Case{"**", "", true},
      Case{"*", "", true},
      Case{"*", "/", false},
      Case{"/bin/?s", "/bin/ls", true},
      Case{"/bin?ls", "/bin/ls", false},
      Case{"/bin/l?", "/bin/l", false},
      Case{"*.py", "a.py.py", true},
      Case{"/a/**/b*/c", "/a/x/b1/b2/c", true},
      Case{"/a/**/b*/c", "/a/x/b1/d/c", false},
      Case{"**/x/**/y", "a/x/b/x/c/y", true},
      Case{"***", "a/b", true},
      Case{"a*b*c", "aXXbYYbZZc", true},
      Case{"a*b*c", "aXXbYYbZZ", false},
  };
  for (const Case& row : cases)
    EXPECT_EQ(matches(ScopeRule{.path = std::string(row.pattern)}, instance(std::string(row.path))),
              row.matches)
        << row.pattern << " on " << row.path;
}

TEST(ScopeRule, matches_only_when_every_given_field_does) {
  const Instance seen = instance("/opt/api", "app", "api.service", "abc123");
  EXPECT_TRUE(matches({.path = "/opt/*"}, seen));
  EXPECT_TRUE(matches({.path = "/opt/*", .user = "app", .unit = "*.service", .container = "abc*"}, seen));
  EXPECT_FALSE(matches({.path = "/opt/*", .user = "root"}, seen));
  EXPECT_FALSE(matches({.path = "/opt/*", .unit = "web.service"}, seen));
  EXPECT_FALSE(matches({.path = "/opt/*", .container = "def*"}, seen));
  EXPECT_FALSE(matches({.path = "/usr/*", .user = "app"}, seen));
  EXPECT_FALSE(matches({}, seen)) << "a rule that says nothing";
}

// A recursive matcher needed 94 seconds for this one.
TEST(ScopeRule, a_pattern_made_to_be_slow_is_refused_or_quick) {
  EXPECT_FALSE(check(ScopeRule{.path = std::string(17, '*')}).ok());
  EXPECT_FALSE(check(ScopeRule{.path = std::string(1025, 'a')}).ok());
  const ScopeRule hostile{.path = "a*a*a*a*a*a*a*a*b"};
  ASSERT_TRUE(check(hostile).ok());
  EXPECT_FALSE(matches(hostile, instance(std::string(4000, 'a'))));
  EXPECT_FALSE(matches({.path = "**a**a**a**a**b"}, instance(std::string(4000, 'a'))));
}

TEST(ScopeRule, must_name_something) {
  const Status empty = check(ScopeRule{.reason = "because"});
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code, Errc::invalid);
}

TEST(WorkloadId, is_the_same_for_replicas_and_differs_by_owner_content_and_place) {
  const Instance first = instance("/opt/api");
  Instance replica = first;
  replica.id = "other run";
  replica.started_at = Instant{} + seconds(9);
  const std::string id = workload_id("prod", "web1", first);
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(workload_id("prod", "web1", replica), id);
  EXPECT_EQ(workload_id("prod", "web1", instance("/opt/renamed")), id) << "content counts, not its name";
  EXPECT_NE(workload_id("prod", "web2", first), id);
  EXPECT_NE(workload_id("test", "web1", first), id);
  EXPECT_NE(workload_id("prod", "web1", instance("/opt/api", "root")), id);
  EXPECT_NE(workload_id("prod", "web1", instance("/opt/api", "app", "web.service")), id);
  EXPECT_NE(workload_id("prod", "web1", instance("/opt/api", "app", "api.service", "c1")), id);
}

TEST(WorkloadId, takes_the_name_where_there_is_no_digest) {
  Instance shell = instance("/bin/sh"), other = instance("/bin/bash");
  shell.digests.clear();
  other.digests.clear();
  EXPECT_NE(workload_id("prod", "web1", shell), workload_id("prod", "web1", other));
}

TEST(WorkloadId, of_a_script_depends_on_an_interpreter_that_no_package_answers_for) {
  const auto run_by = [](const char* path, char digest, std::optional<PackageClaim> package) {
    Instance script = instance("/opt/approved.py");
    Sha256 content;
    content.bytes.fill(static_cast<std::uint8_t>(digest));
    script.interpreter = Interpreter{path, content, std::move(package)};
    return workload_id("prod", "web1", script);
  };
  const PackageClaim sound{.name = "python3"}, changed{.name = "python3", .changed = true};
  const std::string usual = run_by("/usr/bin/python3", 'a', sound);
  EXPECT_EQ(run_by("/usr/bin/python3", 'b', sound), usual) << "an update";
  EXPECT_NE(run_by("/tmp/python3", 'c', {}), usual);
  EXPECT_NE(run_by("/usr/bin/python3", 'c', changed), usual);
  EXPECT_NE(run_by("/tmp/python3", 'c', {}), run_by("/tmp/python3", 'd', {}));
}

TEST(WorkloadId, of_a_container_does_not_depend_on_its_run) {
  Instance first = instance("api:2", "root", "docker.service", "c1"),
           second = instance("api:2", "root", "docker.service", "c2");
  first.kind = second.kind = WorkloadKind::container;
  EXPECT_EQ(workload_id("prod", "web1", first), workload_id("prod", "web1", second));
}

TEST(Environment, name_is_checked) {
  EXPECT_TRUE(check(EnvironmentDeclared{.name = "prod-eu.1"}).ok());
  EXPECT_FALSE(check(EnvironmentDeclared{.name = "prod/eu"}).ok());
  EXPECT_FALSE(check(EnvironmentDeclared{.name = ""}).ok());
}

}  // namespace
}  // namespace weir::runtime
