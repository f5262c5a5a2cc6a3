// Feeds from every kind of place: this machine, a real HTTP server on loopback, a real repository.
#include "feed/read_feeds.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "feed/download.h"
#include "http/server.h"
#include "support/advisory_corpus.h"

namespace weir::feed {
namespace {

using test::osv_record;

// A zip of uncompressed files, as RFC-less PKWARE's note has it: enough to choose any names.
std::uint32_t crc32_of(std::string_view bytes) {
  std::uint32_t crc = 0xffff'ffff;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (0xedb8'8320 & -(crc & 1));
  }
  return ~crc;
}

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

std::string zip_of(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out, directory;
  for (const auto& [name, content] : files) {
    std::string sizes;
    put(sizes, crc32_of(content), 4);
    put(sizes, content.size(), 4);
    put(sizes, content.size(), 4);
    put(sizes, name.size(), 2);
    const std::size_t at = out.size();
    out +=
        std::string("PK\3\4", 4) + std::string("\x14\0\0\0\0\0\0\0\0\0", 10) + sizes + std::string(2, '\0');
    out += name + content;
    directory += std::string("PK\1\2", 4) + std::string("\x14\0\x14\0\0\0\0\0\0\0\0\0", 12) + sizes;
    directory += std::string(12, '\0');
    put(directory, at, 4);
    directory += name;
  }
  const std::size_t begin = out.size();
  out += directory + std::string("PK\5\6\0\0\0\0", 8);
  put(out, files.size(), 2);
  put(out, files.size(), 2);
  put(out, directory.size(), 4);
  put(out, begin, 4);
  put(out, 0, 2);
  return out;
}

// Serves files by path, each with an entity tag made of its content's size and a mark.
class FileServer {
 public:
  FileServer() {
    auto started = http::Server::start(
        {}, [this](http::Request request, http::Respond respond) { respond(answer(request)); });
    if (!started.ok()) ADD_FAILURE() << started.error().message;
    else server_ = std::make_unique<http::Server>(std::move(started).value());
  }
  std::string url(const std::string& path = "") const { return server_->url() + path; }
  void put(const std::string& path, std::string content) {
    const std::lock_guard lock(mutex_);
    files_[path] = std::move(content);
  }
  void remove(const std::string& path) {
    const std::lock_guard lock(mutex_);
    files_.erase(path);
  }
  int served() const { return served_; }

 private:
  http::Response answer(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    if (request.path == "/moved.zip") return {.status = 302, .headers = {{"location", "/Go/all.zip"}}};
    if (request.path == "/away.zip") return {.status = 302, .headers = {{"location", "ftp://elsewhere/x"}}};
    const auto found = files_.find(request.path);
    if (found == files_.end()) return http::error_response(not_found("no such file"));
    const std::string tag = "\"" + std::to_string(std::hash<std::string>()(found->second)) + "\"";
    for (const http::Field& field : request.headers)
      if (field.name == "if-none-match" && field.value == tag) return {.status = 304};
    ++served_;
    return {.status = 200, .body = found->second, .headers = {{"etag", tag}}};
  }

  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::atomic<int> served_ = 0;
  std::unique_ptr<http::Server> server_;
};

std::string listed(std::string_view word, std::size_t count) {
  return count == 0 ? "" : " " + std::string(word) + "=" + std::to_string(count);
}

// What became of each feed, one line each; without their sources.
std::string update(const std::string& store, std::vector<std::string> places,
                   std::vector<std::string> ecosystems = {}) {
  const SystemClock clock;
  const FeedWish wish{.places = std::move(places), .ecosystems = std::move(ecosystems)};
  const Result<vuln::UpdateResult> result = update_store(store, wish, clock);
  if (!result.ok()) return result.error().message;
  std::string text;
  for (const vuln::FeedResult& feed : result->feeds)
    text += std::string(name_of(feed.state)) + listed("read", feed.read) +
            listed("added", feed.added.size()) + listed("changed", feed.changed.size()) +
            listed("missing", feed.missing.size()) + listed("refused", feed.refused.size()) +
            (feed.problem.empty() ? "" : " " + feed.problem) + "\n";
  return text;
}

}  // namespace

TEST(Feeds, a_directory_an_archive_and_a_file_are_read) {
  const test::ScratchDirectory scratch;
  scratch.write("osv/deep/A.json", osv_record("A", "x", "1"));
  scratch.write(
      "osv/B.yaml",
      "id: B\naffected:\n- package: {ecosystem: npm, name: x}\n  ranges:\n  - type: SEMVER\n    events:\n"
      "    - introduced: \"0\"\n    - fixed: \"2\"\n");
  scratch.write("osv/.git/C.json", osv_record("C", "x", "1"));
  scratch.write("osv/README.md", "no record");
  const std::string store = scratch.path("store");
  EXPECT_EQ(update(store, {scratch.path("osv")}), "updated read=2 added=2\n");
  const std::string zip = scratch.write("a.zip", zip_of({{"D.json", osv_record("D", "x", "1")}}));
  EXPECT_EQ(update(store, {zip, scratch.write("E.json", osv_record("E", "x", "1"))}),
            "updated read=1 added=1\nupdated read=1 added=1\n");
  EXPECT_EQ(vuln::read_manifest(store)->records, 4u);
  EXPECT_EQ(vuln::read_manifest(store)->feeds.size(), 3u);
}

TEST(Feeds, one_that_is_not_there_any_more_is_said_and_nothing_is_closed) {
  const test::ScratchDirectory scratch;
  scratch.write("osv/A.json", osv_record("A", "x", "1"));
  const std::string store = scratch.path("store"), osv = scratch.path("osv");
  update(store, {osv});
  std::filesystem::rename(osv, scratch.path("moved"));
  EXPECT_EQ(update(store, {osv}), "failed " + osv + ": no such file or directory\n");
  scratch.make_directory("osv");
  EXPECT_EQ(update(store, {osv}), "failed " + osv + " holds no advisory (*.json, *.yaml)\n");
  EXPECT_EQ(vuln::read_manifest(store)->records, 1u);
  EXPECT_FALSE(vuln::read_manifest(store)->feeds[0].problem.empty());
}

TEST(Feeds, names_in_an_archive_are_never_paths) {
  const test::ScratchDirectory scratch;
  const std::string zip =
      scratch.write("inner/a.zip", zip_of({{"../../escaped.json", osv_record("A", "x", "1")},
                                           {"/tmp/weir-escaped.json", osv_record("B", "x", "1")}}));
  EXPECT_EQ(update(scratch.path("store"), {zip}), "updated read=2 added=2\n");
  EXPECT_FALSE(std::filesystem::exists(scratch.path("escaped.json")));
  EXPECT_FALSE(std::filesystem::exists("/tmp/weir-escaped.json"));
}

TEST(Feeds, an_archive_that_unpacks_to_too_much_is_refused_at_the_record) {
  const test::ScratchDirectory scratch;
  const std::string tar = scratch.path("bomb.tar.gz");
  ASSERT_TRUE(test::run_quietly("truncate -s 20M " + scratch.path("big.json") + " && tar -C " +
                                scratch.path() + " -czf " + tar + " big.json"));
  EXPECT_LT(std::filesystem::file_size(tar), 100'000u);
  const std::string said = update(scratch.path("store"), {tar});
  EXPECT_EQ(said, "failed " + tar + ": 'big.json' in the archive is larger than 16777216 bytes\n");
  const std::string damaged =
      scratch.write("cut.zip", zip_of({{"A.json", osv_record("A", "x", "1")}}).substr(0, 60));
  EXPECT_TRUE(update(scratch.path("store"), {damaged}).starts_with("failed " + damaged));
}

TEST(Feeds, a_bucket_is_one_feed_for_each_ecosystem_and_is_asked_what_is_new) {
  const test::ScratchDirectory scratch;
  FileServer server;
  server.put("/ecosystems.txt", "Go\nRocky Linux\nRocky Linux:9\n");
  server.put("/Go/all.zip", zip_of({{"A.json", osv_record("A", "x", "1")}}));
  server.put("/Rocky%20Linux/all.zip", zip_of({{"B.json", osv_record("B", "x", "1")}}));
  const std::string store = scratch.path("store");
  EXPECT_EQ(update(store, {server.url()}), "updated read=1 added=1\nupdated read=1 added=1\n");
  const int before = server.served();
  EXPECT_EQ(update(store, {server.url("/")}, {"Go"}), "unchanged\n");
  EXPECT_EQ(server.served(), before);
  server.put("/Go/all.zip",
             zip_of({{"A.json", osv_record("A", "x", "2")}, {"C.json", osv_record("C", "x", "1")}}));
  EXPECT_EQ(update(store, {server.url()}, {"Go"}), "updated read=2 added=1 changed=1\n");
  server.remove("/Go/all.zip");
  EXPECT_EQ(update(store, {server.url()}, {"Go"}),
            "failed " + server.url("/Go/all.zip") + " is not there (404)\n");
  EXPECT_EQ(vuln::read_manifest(store)->records, 3u);
}

TEST(Feeds, a_file_behind_a_url_is_read_and_redirects_are_followed_safely) {
  const test::ScratchDirectory scratch;
  FileServer server;
  server.put("/Go/all.zip", zip_of({{"A.json", osv_record("A", "x", "1")}}));
  server.put("/epss.csv", "cve,epss,percentile\nCVE-2021-44228,0.9,0.9\n");
  const std::string store = scratch.path("store");
  EXPECT_EQ(update(store, {server.url("/moved.zip"), server.url("/epss.csv")}),
            "updated read=1 added=1\nupdated read=1\n");
  EXPECT_EQ(vuln::read_manifest(store)->likelihood->rows, 1u);
  EXPECT_NE(update(store, {server.url("/away.zip")}).find("redirects to where nothing is fetched from"),
            std::string::npos);
}

TEST(Feeds, a_packed_list_is_read) {
  const test::ScratchDirectory scratch;
  scratch.write("epss.csv",
                "#model_version:v1,score_date:2025-01-02T00:00:00+0000\ncve,epss,percentile\n"
                "CVE-2021-44228,0.9,0.9\n");
  ASSERT_TRUE(test::run_quietly("gzip " + scratch.path("epss.csv")));
  EXPECT_EQ(update(scratch.path("store"), {scratch.path("epss.csv.gz")}), "updated read=1\n");
}

TEST(Feeds, a_repository_is_read_at_its_latest_commit) {
  if (!test::has_program("git")) GTEST_SKIP() << "skipped: no git";
  const test::ScratchDirectory scratch;
  const std::string git = "git -C " + scratch.path("repository") + " -c user.name=a -c user.email=a@b ";
  scratch.write("repository/A.json", osv_record("A", "x", "1"));
  scratch.link("repository/link.json", "/etc/passwd");
  ASSERT_TRUE(test::run_quietly(git + "init -b main && " + git + "add -A && " + git + "commit -m one && " +
                                git + "checkout -b osv"));
  scratch.write("repository/B.json", osv_record("B", "x", "1"));
  ASSERT_TRUE(test::run_quietly(git + "add -A && " + git + "commit -m two && " + git + "checkout main"));
  const std::string store = scratch.path("store"), url = "git+file://" + scratch.path("repository");
  EXPECT_EQ(update(store, {url}), "updated read=1 added=1\n");
  EXPECT_EQ(update(store, {url}), "unchanged\n");
  EXPECT_EQ(update(store, {url + "#osv"}), "updated read=2 added=1\n");
  EXPECT_TRUE(update(store, {url + "#nowhere"}).starts_with("failed " + url + "#nowhere: "));
  EXPECT_TRUE(update(store, {"git+ext::sh -c true"}).starts_with("failed "));
  EXPECT_TRUE(update(store, {"git+--upload-pack=x"}).starts_with("failed "));
  EXPECT_EQ(vuln::read_manifest(store)->records, 2u);
}

// A filter is a program that the user's configuration names; the repository's attributes only have to ask for it.
TEST(Feeds, a_repository_runs_no_filter_of_the_user) {
  if (!test::has_program("git")) GTEST_SKIP() << "skipped: no git";
  const test::ScratchDirectory scratch;
  const std::string git = "git -C " + scratch.path("repository") + " -c user.name=a -c user.email=a@b ";
  scratch.write("repository/A.json", osv_record("A", "x", "1"));
  scratch.write("repository/.gitattributes", "*.json filter=evil\n");
  ASSERT_TRUE(test::run_quietly(git + "init -b main && " + git + "add -A && " + git + "commit -m one"));
  const std::string ran = scratch.path("ran");
  const std::string config = scratch.write(
      "config", "[filter \"evil\"]\n\tsmudge = \"touch " + ran + "; cat\"\n\trequired = true\n");
  ASSERT_EQ(setenv("GIT_CONFIG_GLOBAL", config.c_str(), 1), 0);
  const std::string said = update(scratch.path("store"), {"git+file://" + scratch.path("repository")});
  unsetenv("GIT_CONFIG_GLOBAL");
  EXPECT_EQ(said, "updated read=1 added=1\n");
  EXPECT_FALSE(std::filesystem::exists(ran));
}

TEST(Feeds, user_and_password_of_an_address_are_told_to_nobody) {
  EXPECT_EQ(public_name("git+https://ann:s3cret@host:1/a.git#b"), "git+https://host:1/a.git#b");
  EXPECT_EQ(public_name("ssh://git@host/a.git"), "ssh://host/a.git");
  EXPECT_EQ(public_name("https://host/a@b?c=d@e"), "https://host/a@b?c=d@e");
  EXPECT_EQ(public_name("/srv/a@b"), "/srv/a@b");
  if (!test::has_program("git")) GTEST_SKIP() << "skipped: no git";
  const test::ScratchDirectory scratch;
  const std::string store = scratch.path("store");
  const std::string said = update(store, {"git+http://ann:s3cret@127.0.0.1:1/a.git"});
  EXPECT_TRUE(said.starts_with("failed git+http://127.0.0.1:1/a.git: ")) << said;
  EXPECT_EQ(said.find("s3cret"), std::string::npos) << said;
  EXPECT_EQ(scratch.read("store/manifest.json").find("s3cret"), std::string::npos);
}

// Passing over a file of a packed archive unpacks it.
TEST(Feeds, an_archive_of_much_that_is_not_wanted_is_refused_before_it_is_unpacked) {
  const test::ScratchDirectory scratch;
  std::string head(512, '\0');
  const auto set = [&](std::size_t at, std::string_view text) { head.replace(at, text.size(), text); };
  set(0, "big.bin");
  set(100, "0000644");
  set(108, "0000000");
  set(116, "0000000");
  set(124, std::string_view("\x80\0\0\0\0\0\0\x10\0\0\0\0", 12));  // 64 GiB, in base 256
  set(136, "00000000000");
  set(148, "        ");
  set(156, "0");
  set(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<std::uint8_t>(c);
  set(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  const std::string tar = scratch.write("bomb.tar", head + std::string(4096, '\0'));
  EXPECT_EQ(update(scratch.path("store"), {tar}),
            "failed " + tar + " holds more than 17179869184 bytes, at 'big.bin'\n");
}

TEST(Feeds, a_list_of_nothing_but_faults_is_refused_without_keeping_them_all) {
  const test::ScratchDirectory scratch;
  std::string list = "cve,epss,percentile\n";
  for (int i = 0; i < 100'000; ++i) list += "x\n";
  const std::string said = update(scratch.path("store"), {scratch.write("epss.csv", list)});
  EXPECT_EQ(said, "unchanged refused=1\n");
  std::string exploited = "cveID,vendorProject\n";
  for (int i = 0; i < 100'000; ++i) exploited += "x\n";
  EXPECT_EQ(update(scratch.path("store"), {scratch.write("kev.csv", exploited)}), "unchanged refused=1\n");
}

TEST(Feeds, a_transfer_must_go_on_at_some_rate) {
  EXPECT_FALSE(is_too_slow(0, std::chrono::seconds(100)));
  EXPECT_TRUE(is_too_slow(1000, std::chrono::minutes(3)));
  EXPECT_FALSE(is_too_slow(10'000'000, std::chrono::minutes(3)));
  EXPECT_TRUE(is_too_slow(10'000'000, std::chrono::hours(3)));
}

}  // namespace weir::feed
