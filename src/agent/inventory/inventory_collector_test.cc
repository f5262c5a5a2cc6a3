// A root of its own with package databases, and real processes of this machine that hold archives open.
#include "agent/inventory/inventory_collector.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>

#include "agent/containers/support_for_test.h"
#include "agent/inventory/zip_for_test.h"
#include "support/scratch_directory.h"

namespace weir::agent {
namespace {

using testing::HasSubstr;

// A process that does nothing but hold a file open.
class Holder {
 public:
  explicit Holder(const std::string& file) {
    const int held = open(file.c_str(), O_RDONLY);  // handed on to what is executed
    pid_ = fork();
    if (pid_ == 0) {
      execlp("sleep", "sleep", "600", nullptr);
      _exit(1);
    }
    close(held);
  }
  ~Holder() { end(); }
  void end() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, -1), nullptr, 0);
  }
  std::int64_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

class SurveySink final : public Sink {
 public:
  void started(runtime::Instance) override {}
  void ended(runtime::Ended) override {}
  void counted(runtime::RunCount) override {}
  void lost(std::int64_t) override {}
  void surveyed(Survey survey) override {
    const std::lock_guard lock(mutex_);
    surveys_.push_back(std::move(survey));
  }
  std::vector<Survey> of(runtime::InventoryKind kind) const {
    const std::lock_guard lock(mutex_);
    std::vector<Survey> found;
    for (const Survey& survey : surveys_)
      if (survey.claim.kind == kind) found.push_back(survey);
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Survey> surveys_;
};

class Inventory : public testing::Test {
 protected:
  Inventory() {
    root_.write("etc/os-release", "ID=debian\nVERSION_ID=12\n");
    scratch_.make_directory("unpacked");
  }
  void install(const std::string& version) {
    root_.write(
        "var/lib/dpkg/status.new",
        "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: " +
            version + "\n");
    std::filesystem::rename(root_.path("var/lib/dpkg/status.new"), root_.path("var/lib/dpkg/status"));
  }
  void watch() {
    InventoryOptions options{
        .root = root_.path(), .package_interval = milliseconds(20), .program_interval = milliseconds(20)};
    options.programs.scratch = scratch_.path("unpacked");
    options.programs.instance_of = [this](std::int64_t pid) -> std::optional<std::string> {
      if (pid != known_) return std::nullopt;
      return "run-" + std::to_string(pid);
    };
    collector_ = std::make_unique<InventoryCollector>(std::move(options), clock_);
    thread_ = std::jthread([this](std::stop_token stop) { collector_->watch(sink_, stop); });
  }
  std::vector<Survey> packages() const { return sink_.of(runtime::InventoryKind::packages); }
  std::vector<Survey> programs() const { return sink_.of(runtime::InventoryKind::program); }

  weir::test::ScratchDirectory root_, scratch_;
  SurveySink sink_;
  SystemClock clock_;
  std::atomic<std::int64_t> known_ = -1;
  std::unique_ptr<InventoryCollector> collector_;
  std::jthread thread_;  // last: it uses what stands above
};

TEST_F(Inventory, packages_are_told_at_once_and_again_when_they_changed) {
  install("3.0.11-1~deb12u2");
  watch();
  ASSERT_TRUE(test::await([&] { return packages().size() == 1; }));
  EXPECT_THAT(packages()[0].documents[0], HasSubstr("3.0.11-1~deb12u2"));
  install("3.0.11-1~deb12u3");
  ASSERT_TRUE(test::await([&] { return packages().size() == 2; }));
  EXPECT_THAT(packages()[1].documents[0], HasSubstr("3.0.11-1~deb12u3"));
  root_.write("var/lib/dpkg/status", root_.read("var/lib/dpkg/status"));  // the same again is no news
  install("3.0.13");
  ASSERT_TRUE(test::await([&] { return packages().size() >= 3; }));
  EXPECT_EQ(packages().size(), 3u);
  EXPECT_THAT(packages()[2].documents[0], HasSubstr("3.0.13"));
}

TEST_F(Inventory, a_host_without_a_database_says_so) {
  watch();
  ASSERT_TRUE(
      test::await([&] { return collector_->sources()[0].blind.find("no database") != std::string::npos; }));
  EXPECT_TRUE(packages().empty());
}

TEST_F(Inventory, a_program_is_told_with_what_it_holds_open_even_when_that_is_deleted) {
  const std::string inner = test::ZipMaker()
                                .add(test::pom_path("org.apache.logging.log4j", "log4j-core"),
                                     test::pom("org.apache.logging.log4j", "log4j-core", "2.14.1"))
                                .make();
  const std::string jar = scratch_.write(
      "shop-1.0.jar", test::ZipMaker().add("BOOT-INF/lib/log4j-core-2.14.1.jar", inner, true).make());
  Holder holder(jar);
  std::filesystem::remove(jar);
  known_ = holder.pid();
  watch();
  ASSERT_TRUE(test::await([&] { return !programs().empty(); }));
  const Survey survey = programs()[0];
  EXPECT_EQ(survey.claim.instances, std::vector<std::string>{"run-" + std::to_string(holder.pid())});
  EXPECT_EQ(survey.claim.components, 2);
  EXPECT_THAT(survey.documents[0], HasSubstr("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
  EXPECT_THAT(survey.documents[0], HasSubstr("shop-1.0.jar!/BOOT-INF/lib/log4j-core-2.14.1.jar"));
}

TEST_F(Inventory, what_nobody_knows_yet_is_told_when_it_is_known_and_all_of_it_when_asked) {
  const std::string jar = scratch_.write("a-1.0.jar", test::ZipMaker().add("A.class", "x").make());
  install("1");
  Holder holder(jar);
  watch();
  ASSERT_TRUE(test::await([&] { return packages().size() == 1; }));
  EXPECT_TRUE(programs().empty());
  known_ = holder.pid();
  ASSERT_TRUE(test::await([&] { return programs().size() == 1; }));
  collector_->survey_again();
  ASSERT_TRUE(test::await([&] { return programs().size() == 2 && packages().size() == 2; }));
  EXPECT_EQ(programs()[0].claim.parts, programs()[1].claim.parts);
}

TEST(CommandLine, names_archives_before_the_programs_own_words) {
  using testing::ElementsAre;
  EXPECT_THAT(jars_on_command_line({"java", "-Xmx1g", "-jar", "app.jar", "-jar", "own.jar"}),
              ElementsAre("app.jar"));
  EXPECT_THAT(jars_on_command_line({"java", "-cp", "lib/*:a.jar:classes:/b.war", "Main", "c.jar"}),
              ElementsAre("lib/*", "a.jar", "/b.war"));
  EXPECT_THAT(jars_on_command_line({"java", "--module-path=m.jar", "-p", "n.jar", "--module", "x"}),
              ElementsAre("m.jar", "n.jar"));
  EXPECT_TRUE(jars_on_command_line({}).empty());
  EXPECT_TRUE(jars_on_command_line({"java", "-jar"}).empty());
}

}  // namespace
}  // namespace weir::agent
