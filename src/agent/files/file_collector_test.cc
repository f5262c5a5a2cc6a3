#include "agent/files/file_collector.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "agent/containers/support_for_test.h"
#include "agent/files/path_reader.h"
#include "artifact/fingerprint.h"
#include "crypto/digest.h"

namespace weir::agent {
namespace {

class FileCollectorTest : public testing::Test {
 protected:
  void watch(FileOptions options) {
    collector.emplace(std::move(options), clock);
    thread = std::jthread([this](std::stop_token stop) { collector->watch(sink, stop); });
    ASSERT_TRUE(test::await([this] { return collector->has_looked(); }));
  }
  std::string path(const std::string& name) const { return scratch.path() + "/" + name; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  auto with_digest(const Sha256& digest) {
    return [digest](const runtime::Instance& i) { return i.digests == std::vector<Sha256>{digest}; };
  }
  std::optional<runtime::Instance> only() {
    const auto all = list_all(*collector);
    return all.size() == 1 ? std::optional(all[0]) : std::nullopt;
  }

  SystemClock clock;
  test::ScratchDirectory scratch;
  test::MemorySink sink;
  std::optional<FileCollector> collector;
  std::jthread thread;
};

TEST_F(FileCollectorTest, file_is_its_sha256_since_its_last_change) {
  write("a", "hello");
  watch({.paths = {{.path = path("a")}}});
  ASSERT_TRUE(only());
  EXPECT_EQ(only()->digests, std::vector<Sha256>{crypto::sha256("hello")});
  EXPECT_EQ(only()->name, path("a"));
  EXPECT_EQ(only()->kind, runtime::WorkloadKind::file);
  EXPECT_LT((clock.now() - only()->started_at).micros, 5'000'000);
}

TEST_F(FileCollectorTest, change_is_an_end_and_a_start_within_a_second) {
  write("a", "one");
  watch({.paths = {{.path = path("a")}}});
  const std::string old = only()->id;
  const Instant before = clock.now();
  write("a", "two");
  ASSERT_TRUE(sink.await_started(with_digest(crypto::sha256("two"))));
  EXPECT_LT((clock.now() - before).micros, 1'000'000);
  EXPECT_TRUE(sink.await_ended(old));
}

TEST_F(FileCollectorTest, file_replaced_by_rename_is_noticed) {
  write("a", "one");
  watch({.paths = {{.path = path("a")}}});
  write("b", "two");
  ASSERT_EQ(rename(path("b").c_str(), path("a").c_str()), 0);
  EXPECT_TRUE(sink.await_started(with_digest(crypto::sha256("two"))));
}

TEST_F(FileCollectorTest, content_that_is_written_again_unchanged_is_no_news) {
  write("a", "one");
  watch({.paths = {{.path = path("a")}}, .rescan_interval = milliseconds(100)});
  write("a", "one");
  write("marker", "");
  std::this_thread::sleep_for(std::chrono::milliseconds(800));
  EXPECT_EQ(sink.all_started().size(), 1u);
}

TEST_F(FileCollectorTest, directory_is_its_tree_digest_and_changes_deep_in_it_are_noticed) {
  test::run("mkdir -p " + path("d/x/y"));
  write("d/x/y/f", "one");
  watch({.paths = {{.path = path("d")}}});
  EXPECT_EQ(only()->digests[0], *artifact::fingerprint_directory(path("d")));
  write("d/x/y/f", "two");
  ASSERT_TRUE(sink.await_started(with_digest(*artifact::fingerprint_directory(path("d")))));
}

TEST_F(FileCollectorTest, directory_made_later_is_watched_too) {
  test::run("mkdir -p " + path("d"));
  watch({.paths = {{.path = path("d")}}});
  test::run("mkdir " + path("d/new"));
  ASSERT_TRUE(sink.await_started(with_digest(*artifact::fingerprint_directory(path("d")))));
  write("d/new/f", "deep");
  EXPECT_TRUE(sink.await_started(with_digest(*artifact::fingerprint_directory(path("d")))));
}

TEST_F(FileCollectorTest, mode_of_a_file_in_a_directory_counts) {
  test::run("mkdir -p " + path("d"));
  write("d/f", "x");
  watch({.paths = {{.path = path("d")}}});
  const Sha256 before = only()->digests[0];
  test::run("chmod 4755 " + path("d/f"));
  ASSERT_TRUE(sink.await_started([&](const runtime::Instance& i) { return i.digests[0] != before; }));
}

TEST_F(FileCollectorTest, excluded_part_neither_counts_nor_matters) {
  test::run("mkdir -p " + path("d/log") + " " + path("e"));
  write("d/f", "x");
  write("d/log/l", "one");
  write("e/f", "x");
  watch({.paths = {{.path = path("d"), .exclude = {"log", "*.tmp"}}}});
  EXPECT_EQ(only()->digests[0], *artifact::fingerprint_directory(path("e")));
  write("d/log/l", "two");
  write("d/x.tmp", "two");
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_EQ(sink.all_started().size(), 1u);
}

TEST_F(FileCollectorTest, path_that_is_not_there_is_told_and_seen_when_it_comes) {
  watch({.paths = {{.path = path("later")}}});
  ASSERT_EQ(collector->sources().size(), 1u);
  EXPECT_NE(collector->sources()[0].blind, "");
  write("later", "here");
  ASSERT_TRUE(sink.await_started(with_digest(crypto::sha256("here"))));
  EXPECT_EQ(collector->sources()[0].blind, "");
}

// A host whose package "tool" owns one of the watched files.
class PackagedFileTest : public FileCollectorTest {
 protected:
  PackagedFileTest() {
    test::run("mkdir -p " + path("dpkg/info"));
    unpack("1");
  }
  void unpack(const std::string& version) const {
    write("dpkg/status", "Package: tool\nArchitecture: all\nVersion: " + version + "\n\n");
    write("dpkg/info/tool.new", path("tool.conf") + "\n");
    rename(path("dpkg/info/tool.new").c_str(), path("dpkg/info/tool.list").c_str());
  }
  void watch_both() {
    watch({.paths = {{.path = path("tool.conf")}, {.path = path("own.conf")}},
           .explain = [this](const ReadFile& file) { return claims.claim_of(file); },
           .packages_change = [this] { return packages.is_changing(); }});
  }
  std::optional<runtime::Instance> told(const std::string& text) {
    return sink.await_started(with_digest(crypto::sha256(text)));
  }
  Packages packages{path("dpkg"), ""};
  Baseline baseline{"", packages, SystemClock().now()};
  PackageClaims claims{packages, baseline};
};

TEST_F(PackagedFileTest, file_of_a_package_carries_its_claim_and_another_one_none) {
  write("tool.conf", "shipped");
  write("own.conf", "own");
  watch_both();
  const auto packaged = told("shipped"), own = told("own");
  ASSERT_TRUE(packaged && own);
  ASSERT_TRUE(packaged->package);
  EXPECT_EQ(packaged->package->name + packaged->package->version, "tool1");
  EXPECT_FALSE(packaged->package->changed);
  EXPECT_FALSE(own->package);
}

TEST_F(PackagedFileTest, content_that_no_package_brought_is_told_as_changed) {
  write("tool.conf", "shipped");
  watch_both();
  ASSERT_TRUE(told("shipped"));
  write("tool.conf", "edited");
  const auto edited = told("edited");
  ASSERT_TRUE(edited && edited->package);
  EXPECT_TRUE(edited->package->changed);
}

TEST_F(PackagedFileTest, upgrade_whose_files_come_before_its_list_is_no_change_without_a_package) {
  write("tool.conf", "shipped");
  write("dpkg/lock", "");
  watch_both();
  ASSERT_TRUE(told("shipped"));
  // As dpkg does: it holds its lock, files first, its lists a moment later.
  const pid_t dpkg = fork();
  if (dpkg == 0) {
    const int file = open(path("dpkg/lock").c_str(), O_RDWR);
    struct flock lock{};
    lock.l_type = F_WRLCK;
    fcntl(file, F_SETLK, &lock);
    write("tool.conf", "upgraded");
    usleep(1'200'000);
    unpack("2");
    usleep(1'000'000);
    _exit(0);
  }
  const auto upgraded = told("upgraded");
  waitpid(dpkg, nullptr, 0);
  ASSERT_TRUE(upgraded && upgraded->package);
  EXPECT_FALSE(upgraded->package->changed);
  EXPECT_EQ(upgraded->package->version, "2");
}

constexpr std::int64_t mebibyte = 1 << 20, gibibyte = 1 << 30;

// Holes take no room.
void make_large(const std::string& path, std::int64_t bytes) {
  std::ofstream(path, std::ios::app) << "begin";
  CHECK(truncate(path.c_str(), bytes) == 0);
}

TEST_F(FileCollectorTest, what_is_beyond_the_bound_is_told_as_unread_and_why_and_others_are_seen) {
  make_large(path("huge"), 200 * gibibyte);
  write("small", "one");
  watch({.paths = {{.path = path("huge")}, {.path = path("small")}}});
  const auto huge = sink.await_started([&](const auto& i) { return i.name == path("huge"); });
  ASSERT_TRUE(huge);
  EXPECT_EQ(huge->seen, runtime::Seen::unhashed);
  EXPECT_TRUE(huge->digests.empty());
  EXPECT_EQ(huge->seen_note, path("huge") + " is larger than 4 GiB and is not read");
  write("small", "two");
  EXPECT_TRUE(sink.await_started(with_digest(crypto::sha256("two"))));
  write("huge", "small by now");
  EXPECT_TRUE(sink.await_started(with_digest(crypto::sha256("small by now"))));
  EXPECT_TRUE(sink.await_ended(huge->id));
}

TEST_F(FileCollectorTest, files_of_a_directory_are_bounded_each_and_together) {
  test::run("mkdir -p " + path("one") + " " + path("many"));
  make_large(path("one/huge"), 5 * gibibyte);
  for (int i = 0; i < 17; ++i) make_large(path("many/" + std::to_string(i)), 4 * gibibyte);
  watch(
      {.paths = {{.path = path("one")}, {.path = path("many")}, {.path = path("one"), .exclude = {"huge"}}}});
  std::vector<std::string> notes;
  for (const runtime::Instance& instance : list_all(*collector)) notes.push_back(instance.seen_note);
  EXPECT_EQ(notes, (std::vector<std::string>{path("one/huge") + " is larger than 4 GiB and is not read",
                                             "what it holds is larger than 64 GiB and is not read", ""}));
}

TEST_F(FileCollectorTest, large_file_keeps_no_other_waiting_and_is_told_when_it_was_read) {
  write("large", "one");
  write("small", "one");
  watch({.paths = {{.path = path("large")}, {.path = path("small")}}});
  make_large(path("large"), gibibyte);
  ASSERT_TRUE(test::await([this] { return collector->sources()[0].blind.starts_with("it is being read"); }));
  write("small", "two");
  ASSERT_TRUE(sink.await_started(with_digest(crypto::sha256("two"))));
  EXPECT_EQ(sink.all_started().size(), 3U) << "it was read whole before the other was told";
  const Sha256 whole = *artifact::fingerprint_file(path("large"));
  ASSERT_TRUE(sink.await_started(with_digest(whole), seconds(60)));
  EXPECT_EQ(collector->sources()[0].blind, "");
}

TEST_F(FileCollectorTest, large_file_that_ran_at_the_first_look_is_part_of_it) {
  make_large(path("large"), 256 * mebibyte);
  watch({.paths = {{.path = path("large")}}});
  EXPECT_EQ(only()->digests, std::vector<Sha256>{*artifact::fingerprint_file(path("large"))});
}

TEST(PathReader, reads_a_smaller_path_in_between_and_what_nobody_holds_no_further) {
  const test::ScratchDirectory scratch;
  make_large(scratch.path() + "/large", 4 * gibibyte);
  make_large(scratch.path() + "/small", 8 * mebibyte);
  const WatchedPath large{.path = scratch.path() + "/large"}, small{.path = scratch.path() + "/small"};
  std::atomic<int> finished = 0;
  PathReader reader([&] { ++finished; });
  auto reads_large = reader.ask(large, *stamp_of(large));
  const auto reads_small = reader.ask(small, *stamp_of(small));
  ASSERT_TRUE(test::await([&] { return reads_small->result().has_value(); }));
  EXPECT_EQ(**reads_small->result(), *artifact::fingerprint_file(small.path));
  EXPECT_FALSE(reads_large->result()) << "it was read whole before";
  reads_large.reset();
  EXPECT_TRUE(test::await([&] { return finished == 2; })) << "it was given up";
}

TEST_F(FileCollectorTest, removal_is_an_end) {
  write("a", "one");
  watch({.paths = {{.path = path("a")}}});
  const std::string id = only()->id;
  unlink(path("a").c_str());
  EXPECT_TRUE(sink.await_ended(id));
  EXPECT_TRUE(list_all(*collector).empty());
}

}  // namespace
}  // namespace weir::agent
