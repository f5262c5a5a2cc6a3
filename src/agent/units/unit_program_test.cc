// A small host below a directory, and ExecStart lines as systemd tells them or as unit files have them.
#include "agent/units/unit_program.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agent/containers/support_for_test.h"
#include "crypto/digest.h"

namespace weir::agent {
namespace {

using Words = std::vector<std::string>;

class UnitProgramTest : public testing::Test {
 protected:
  UnitProgramTest() {
    for (const char* program : {"usr/bin/perl", "usr/bin/journalctl", "usr/bin/env", "usr/bin/dash", "usr/sbin/tool",
                                "usr/bin/nice"})
      write(program, program, 0755);
    std::filesystem::create_symlink("usr/bin", path("bin"));
    std::filesystem::create_symlink("dash", path("usr/bin/sh"));
    write("opt/evil.pl", "evil");
    write("srv/chroot/usr/sbin/tool", "another");
  }
  std::string path(const std::string& name) const { return scratch.path() + "/" + name; }
  void write(const std::string& name, const std::string& text, mode_t mode = 0644) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name)) << text;
    chmod(path(name).c_str(), mode);
  }
  runtime::Instance identify(const Words& words, const UnitPlace& place = {}) {
    UnitPrograms programs(scratch.path(), [this](const ReadFile& file) -> std::optional<runtime::PackageClaim> {
      if (!file.path.starts_with(path("usr"))) return std::nullopt;
      return runtime::PackageClaim{.name = "base"};
    });
    runtime::Instance instance;
    programs.identify({words.front(), words}, place, instance);
    return instance;
  }
  static Words digests(const runtime::Instance& instance) {
    Words all;
    for (const Sha256& digest : instance.digests) all.push_back(to_hex(digest));
    return all;
  }
  static Words content(const std::string& text) { return {to_hex(crypto::sha256(text))}; }

  test::ScratchDirectory scratch;
};

TEST_F(UnitProgramTest, a_program_is_its_own_digest_and_carries_its_packages_claim) {
  const auto instance = identify({"/usr/sbin/tool", "--daemon"});
  EXPECT_EQ(digests(instance), content("usr/sbin/tool"));
  ASSERT_TRUE(instance.package);
  EXPECT_EQ(instance.package->name, "base");
  EXPECT_FALSE(instance.interpreter);
}

TEST_F(UnitProgramTest, a_bare_name_is_found_in_systemds_path_and_nowhere_else) {
  EXPECT_EQ(digests(identify({"journalctl", "--flush"})), content("usr/bin/journalctl"));
  write("usr/local/bin/journalctl", "local but no program", 0644);
  EXPECT_EQ(digests(identify({"journalctl"})), content("usr/bin/journalctl"));
  write("usr/local/bin/journalctl", "local", 0755);
  EXPECT_EQ(digests(identify({"journalctl"})), content("local"));
  const auto missing = identify({"evil.pl"}, {.working_directory = "/opt"});
  EXPECT_EQ(missing.seen, runtime::Seen::unhashed);
  EXPECT_EQ(missing.seen_note, "evil.pl is in no folder that systemd searches");
  EXPECT_EQ(digests(identify({"tool"}, {.search_path = {"/opt", "/usr/sbin"}})), content("usr/sbin/tool"));
}

TEST_F(UnitProgramTest, prefixes_are_no_part_of_the_path) {
  for (const char* program : {"-/usr/sbin/tool", "@/usr/sbin/tool", ":/usr/sbin/tool", "+/usr/sbin/tool",
                              "!/usr/sbin/tool", "!!/usr/sbin/tool", "-@:!!/usr/sbin/tool", "-tool"})
    EXPECT_EQ(digests(identify({program, "x"})), content("usr/sbin/tool")) << program;
}

TEST_F(UnitProgramTest, a_script_is_told_and_never_the_interpreter) {
  const auto instance = identify({"/usr/bin/perl", "-w", "/opt/evil.pl"});
  EXPECT_EQ(digests(instance), content("evil"));
  EXPECT_FALSE(instance.package);
  ASSERT_TRUE(instance.interpreter && instance.interpreter->digest);
  EXPECT_EQ(to_hex(*instance.interpreter->digest), content("usr/bin/perl").front());
  EXPECT_EQ(digests(identify({"/usr/bin/perl", "evil.pl"}, {.working_directory = "!/opt"})), content("evil"));
}

TEST_F(UnitProgramTest, a_rewritten_script_is_another_digest) {
  const auto before = identify({"/usr/bin/perl", "/opt/evil.pl"});
  write("opt/evil.pl", "worse");
  EXPECT_EQ(digests(identify({"/usr/bin/perl", "/opt/evil.pl"})), content("worse"));
  EXPECT_NE(digests(before), content("worse"));
}

TEST_F(UnitProgramTest, what_the_line_does_not_name_as_a_file_is_unseen) {
  struct Row {
    Words words;
    const char* note;
  };
  for (const auto& [words, note] : {
           Row{{"/bin/sh", "-c", "exec /opt/evil.pl"}, "its program is text given by -c"},
           Row{{"/bin/sh"}, "its program comes through standard input"},
           Row{{"/usr/bin/perl", "$SCRIPT"}, "its program is named by a variable, $SCRIPT"},
           Row{{"/usr/bin/perl", "/opt/${NAME}.pl"}, "its program is named by a variable, /opt/${NAME}.pl"},
           Row{{"/usr/bin/env", "-S", "perl /opt/evil.pl"}, "its program is started by /usr/bin/env"},
           Row{{"/usr/bin/nice", "-n", "5", "perl"}, "its program is started by /usr/bin/nice"},
       }) {
    const auto instance = identify(words);
    EXPECT_EQ(instance.seen, runtime::Seen::unseen) << note;
    EXPECT_EQ(instance.seen_note, note);
    EXPECT_TRUE(instance.digests.empty()) << note;
    EXPECT_FALSE(instance.package) << note;
  }
}

TEST_F(UnitProgramTest, env_is_seen_through) {
  const auto instance = identify({"/usr/bin/env", "A=1", "perl", "/opt/evil.pl"});
  EXPECT_EQ(digests(instance), content("evil"));
  EXPECT_EQ(digests(identify({"/usr/bin/env", "tool"})), content("usr/sbin/tool"));
}

TEST_F(UnitProgramTest, an_executable_script_names_its_interpreter_itself) {
  write("usr/local/bin/job", "#!/usr/bin/env perl\n", 0755);
  const auto instance = identify({"/usr/local/bin/job"});
  EXPECT_EQ(digests(instance), content("#!/usr/bin/env perl\n"));
  ASSERT_TRUE(instance.interpreter && instance.interpreter->package);
  EXPECT_EQ(to_hex(*instance.interpreter->digest), content("usr/bin/perl").front());
  write("usr/local/bin/job2", "#!/opt/evil.pl -x\n", 0755);
  const auto other = identify({"/usr/local/bin/job2"});
  ASSERT_TRUE(other.interpreter);
  EXPECT_FALSE(other.interpreter->package);
  EXPECT_FALSE(other.package) << "its interpreter is nobody's";
}

TEST_F(UnitProgramTest, what_is_missing_is_unhashed) {
  const auto program = identify({"/usr/bin/none"});
  EXPECT_EQ(program.seen, runtime::Seen::unhashed);
  EXPECT_EQ(program.seen_note, "/usr/bin/none can't be read");
  const auto script = identify({"/usr/bin/perl", "/opt/none.pl"});
  EXPECT_EQ(script.seen, runtime::Seen::unhashed);
  EXPECT_EQ(script.seen_note, "the script /opt/none.pl can't be read");
  EXPECT_TRUE(script.digests.empty());
}

TEST_F(UnitProgramTest, below_another_root_the_program_there_counts_and_no_package_speaks_for_it) {
  const auto instance = identify({"/usr/sbin/tool"}, {.root_directory = "/srv/chroot"});
  EXPECT_EQ(digests(instance), content("another"));
  EXPECT_FALSE(instance.package);
  const auto image = identify({"/usr/sbin/tool"}, {.root_image = "/srv/tool.raw"});
  EXPECT_EQ(image.seen, runtime::Seen::unhashed);
  EXPECT_EQ(image.seen_note, "it runs inside the image /srv/tool.raw");
}

}  // namespace
}  // namespace weir::agent
