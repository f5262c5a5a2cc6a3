#include "agent/processes/packages.h"

#include "agent/processes/baseline.h"
#include "agent/processes/processes_fixture.h"

namespace weir::agent {
namespace {

using testing::Folder;
using testing::write_text;

// A small host with dpkg: /bin is merged into /usr/bin.
class FakeHost {
 public:
  FakeHost() {
    std::filesystem::create_directories(folder / "usr/bin");
    std::filesystem::create_directory_symlink("usr/bin", folder.path / "bin");
    write_text(folder / "var/lib/dpkg/status", "");
    std::filesystem::create_directories(folder / "var/lib/dpkg/info");
  }
  void install(const std::string& package, const std::string& version, const std::string& files) {
    write_text(folder / ("var/lib/dpkg/info/" + package + ".list"), files);
    std::ofstream(folder / "var/lib/dpkg/status", std::ios::app)
        << "Package: " << package << "\nArchitecture: amd64\nVersion: " << version << "\n\n";
  }
  Packages packages() const { return Packages(folder / "var/lib/dpkg", folder.path.string()); }
  std::string owner(Packages& from, const std::string& path) const {
    const auto owner = from.owner_of(folder.path.string() + path);
    return owner ? owner->name + " " + owner->version : "";
  }
  Folder folder;
};

TEST(Packages, owner_is_found_under_either_name_of_a_merged_folder) {
  FakeHost host;
  host.install("tool", "1.2-3", "/.\n/bin\n/bin/tool\n/usr/share/tool\n");
  Packages packages = host.packages();
  EXPECT_EQ(host.owner(packages, "/usr/bin/tool"), "tool 1.2-3");
  EXPECT_EQ(host.owner(packages, "/bin/tool"), "tool 1.2-3");
  EXPECT_EQ(host.owner(packages, "/usr/bin/tool2"), "");
  EXPECT_EQ(host.owner(packages, "/usr/bin/too"), "");
  EXPECT_FALSE(packages.owner_of("/usr/bin/tool")) << "outside the root";
}

TEST(Packages, a_diverted_name_belongs_to_whoever_diverted_it) {
  FakeHost host;
  host.install("first", "1", "/usr/bin/sh\n");
  host.install("second", "2", "/usr/bin/sh\n");
  write_text(host.folder / "var/lib/dpkg/diversions",
             "/bin/sh\n/bin/sh.first\nsecond\n/usr/bin/local\n/usr/bin/local.real\n:\n");
  host.install("third", "3", "/usr/bin/local\n");
  Packages packages = host.packages();
  EXPECT_EQ(host.owner(packages, "/usr/bin/sh"), "second 2");
  EXPECT_EQ(host.owner(packages, "/usr/bin/sh.first"), "first 1");
  EXPECT_EQ(host.owner(packages, "/usr/bin/local"), "");
  EXPECT_EQ(host.owner(packages, "/usr/bin/local.real"), "third 3");
}

TEST(Packages, maintainer_scripts_belong_to_their_package) {
  FakeHost host;
  host.install("tool", "1", "/usr/bin/tool\n");
  Packages packages = host.packages();
  EXPECT_EQ(host.owner(packages, "/var/lib/dpkg/info/tool.postinst"), "tool 1");
  EXPECT_EQ(host.owner(packages, "/var/lib/dpkg/info/other.postinst"), "");
}

TEST(Packages, broken_files_explain_nothing_and_break_nothing) {
  FakeHost host;
  host.install("tool", "1", std::string("\n\n\0\xff/usr", 7));
  write_text(host.folder / "var/lib/dpkg/status", "Package: \nVersion");
  write_text(host.folder / "var/lib/dpkg/diversions", "/a\n/b");
  Packages packages = host.packages();
  EXPECT_EQ(host.owner(packages, "/usr"), "");
  EXPECT_EQ(Packages("/nowhere", "").status().error().code, Errc::not_found);
}

TEST(Packages, the_real_index_of_this_host_knows_its_shell) {
  Packages packages("/var/lib/dpkg", "");
  if (!packages.status()) GTEST_SKIP() << packages.status().error().message;
  const auto shell = std::filesystem::canonical("/bin/sh").string();
  const auto owner = packages.owner_of(shell);
  ASSERT_TRUE(owner) << shell;
  EXPECT_FALSE(owner->version.empty());
}

const Instant noon{1'800'000'000'000'000};
const Sha256 first = crypto::sha256("first"), second = crypto::sha256("second");

TEST(Baseline, content_that_changes_without_a_transaction_is_changed) {
  FakeHost host;
  host.install("tool", "1", "/usr/bin/tool\n");
  Packages packages = host.packages();
  Baseline baseline("", packages, noon);
  const auto owner = packages.owner_of(host.folder / "usr/bin/tool");
  ASSERT_TRUE(owner);
  EXPECT_FALSE(baseline.judge("/usr/bin/tool", *owner, first).changed);
  EXPECT_FALSE(baseline.judge("/usr/bin/tool", *owner, first).after_baseline);
  EXPECT_TRUE(baseline.judge("/usr/bin/tool", *owner, second).changed);
  EXPECT_FALSE(baseline.judge("/usr/bin/tool", *owner, first).changed)
      << "the first content is still its own";
  PackageOwner upgraded = *owner;
  upgraded.transaction += " again";
  const auto judged = baseline.judge("/usr/bin/tool", upgraded, second);
  EXPECT_FALSE(judged.changed);
  EXPECT_TRUE(judged.after_baseline);
}

TEST(Baseline, survives_a_restart) {
  FakeHost host;
  host.install("tool", "1", "/usr/bin/tool\n");
  Packages packages = host.packages();
  const auto owner = packages.owner_of(host.folder / "usr/bin/tool");
  const std::string file = host.folder / "baseline";
  {
    Baseline baseline(file, packages, noon);
    baseline.judge("/usr/bin/tool", *owner, first);
    ASSERT_TRUE(baseline.save().ok());
  }
  Baseline again(file, packages, noon);
  EXPECT_EQ(again.note(), "");
  EXPECT_TRUE(again.judge("/usr/bin/tool", *owner, second).changed);
  EXPECT_FALSE(again.judge("/usr/bin/tool", *owner, second).after_baseline);
}

TEST(Baseline, a_file_that_was_tampered_with_is_not_believed_and_that_is_said) {
  FakeHost host;
  host.install("tool", "1", "/usr/bin/tool\n");
  Packages packages = host.packages();
  const auto owner = packages.owner_of(host.folder / "usr/bin/tool");
  const std::string path = host.folder / "baseline";
  Baseline baseline(path, packages, noon);
  baseline.judge("/usr/bin/tool", *owner, first);
  ASSERT_TRUE(baseline.save().ok());
  std::ifstream stream(path);
  const std::string good(std::istreambuf_iterator<char>(stream), {});
  for (std::size_t cut = 0; cut < good.size(); cut += 7) {
    std::string bad = good.substr(0, cut);
    write_text(path, bad);
    EXPECT_NE(Baseline(path, packages, noon).note(), "") << "cut at " << cut;
    bad = good;
    bad[cut] = static_cast<char>(bad[cut] ^ 1);
    write_text(path, bad);
    EXPECT_NE(Baseline(path, packages, noon).note(), "") << "flipped at " << cut;
  }
}

TEST(Baseline, a_folder_that_cannot_be_written_is_told) {
  FakeHost host;
  Packages packages = host.packages();
  Baseline baseline("/proc/nowhere/baseline", packages, noon);
  EXPECT_FALSE(baseline.save().ok());
  EXPECT_NE(baseline.note(), "");
}

}  // namespace
}  // namespace weir::agent
