#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/evidence_files.h"
#include "cli/session_test_support.h"
#include "crypto/digest.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;
using format::Json;

constexpr std::string_view passing = R"(<testsuite><testcase name="a"/></testsuite>)";
constexpr std::string_view failing = R"(<testsuite><testcase name="a"><failure/></testcase></testsuite>)";
constexpr std::string_view bill = R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[]})";

// A folder with a program and what its pipeline left, and a server that knows flow "app".
class Record : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "weir-record-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    write("app", "program");
    write("out/junit.xml", passing);
    write("out/deep/bom.json", bill);
    write("out/build.log", "nothing to see");
    line_.variables = {{"WEIR_URL", server_.url()}};
    expect_evidence(2);
  }
  // What the server answers to a batch with so many files.
  void expect_evidence(int count) {
    std::string answers =
        R"({"trail":{"flow":"app","name":"t1"}},{"artifact":{"name":"app","digest":")" + digest() + R"("}})";
    for (int i = 0; i < count; ++i)
      answers += R"(,{"attestation":{"name":"x","type":"test","compliant":true}})";
    server_.forget("POST writes");
    server_.on("POST writes", 201, R"({"answers":[)" + answers + "]}");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view content) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << content;
  }
  std::string digest() const { return to_string(crypto::sha256("program")); }
  void know_flow(const std::string& required) {
    server_.on("GET flows/app", 200, R"({"name":"app","template":)" + required + "}");
  }
  Finished record(std::vector<std::string> more = {"--flow", "app", "--trail", "t1"}) {
    std::vector<std::string> words{"record", (folder_ / "app").string(), "--evidence",
                                   (folder_ / "out/**").string()};
    words.insert(words.end(), more.begin(), more.end());
    return line_.run(words);
  }
  // The writes to this path, of all batches.
  std::vector<Json> written(std::string_view path) const {
    std::vector<Json> found;
    for (const http::Request& request : server_.asked("/writes")) {
      const Json batch = format::parse_json(request.body).value();
      for (const Json& write : batch.items("writes"))
        if (write.text("path") == path) found.push_back(write);
    }
    return found;
  }
  std::vector<Json> attested() const {
    std::vector<Json> bodies;
    for (const Json& write : written("attestations")) bodies.push_back(write.at("body"));
    return bodies;
  }

  fs::path folder_;
  std::string key_;
  CannedServer server_;
  CommandLine line_;
};

}  // namespace

TEST_F(Record, files_are_recognised_by_content_and_meet_the_requirement_of_their_type) {
  know_flow(
      R"({"attestations":[{"name":"unit","type":"test"}],
          "artifacts":[{"name":"api","attestations":[{"name":"bill","type":"sbom"}]}]})");
  server_.on("GET flows/app/trails/t1", 404, R"({"error":{"code":"not_found","message":"no"}})");
  server_.on("GET flows/app/trails/t1", 200, R"-({"flow":"app","name":"t1","missing":["scan (scan)"]})-");
  const Finished done = record();
  EXPECT_EQ(done.exit, 0) << done.err;
  const std::vector<Json> bodies = attested();
  ASSERT_EQ(bodies.size(), 2u);
  for (const Json& body : bodies) {
    if (body.text("type") == "test")
      EXPECT_TRUE(body.text("name") == "unit" && body.find("artifact") == nullptr) << dump(body);
    else EXPECT_TRUE(body.text("name") == "bill" && body.text("artifact") == digest()) << dump(body);
  }
  EXPECT_EQ(server_.asked("/writes").size(), 1u) << "one batch";
  EXPECT_EQ(written("artifacts")[0].at("body").text("name"), "api");
  EXPECT_NE(done.out.find("missing: scan (scan)"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("build.log"), std::string::npos) << done.out;
}

TEST_F(Record, a_second_time_sends_the_same_keys) {
  know_flow(R"({"attestations":[],"artifacts":[]})");
  server_.on("GET flows/app/trails/t1", 200, R"({"flow":"app","name":"t1","missing":[]})");
  EXPECT_EQ(record().exit, 0);
  EXPECT_EQ(record().exit, 0);
  for (const char* path : {"attestations", "artifacts", "flows/app/trails/t1"}) {
    std::map<std::string, int> keys;
    for (const Json& write : written(path)) ++keys[std::string(write.text("key"))];
    EXPECT_FALSE(keys.empty()) << path;
    for (const auto& [key, times] : keys) EXPECT_EQ(times, 2) << path;
  }
}

TEST_F(Record, evidence_that_comes_back_after_other_evidence_is_recorded_anew) {
  know_flow(R"({"attestations":[{"name":"unit","type":"test"}],"artifacts":[]})");
  server_.on("GET flows/app/trails/t1", 200, R"({"flow":"app","name":"t1","missing":[]})");
  const auto row = [](int entry, std::string_view content) {
    return fmt::format(R"({{"entry":{},"name":"unit","artifact":null,"content_digest":"{}"}})", entry,
                       to_string(crypto::sha256(content)));
  };
  const std::string passed = row(5, passing), failed = row(7, failing), again = row(9, passing);
  const auto key_after = [&](const std::vector<std::string>& newest_first) {
    const std::string asked = "GET attestations?flow=app&trail=t1&limit=1000";
    server_.forget(asked);
    server_.on(asked, 200, fmt::format(R"({{"attestations":[{}],"next":""}})", fmt::join(newest_first, ",")));
    EXPECT_EQ(record().exit, 0);
    for (const Json& write : written("attestations"))
      if (write.at("body").text("name") == "unit") key_ = write.text("key");
    return key_;
  };
  const std::string first = key_after({});
  EXPECT_EQ(key_after({passed}), first) << "the same step again";
  const std::string second = key_after({failed, passed});
  EXPECT_NE(second, first) << "it had failed meanwhile";
  EXPECT_EQ(key_after({again, failed, passed}), second) << "the same step again";
  EXPECT_EQ(key_after({R"({"entry":8,"name":"other","artifact":null,"content_digest":null})", passed}), first)
      << "another question";
}

TEST_F(Record, a_failed_test_is_the_last_word_when_several_files_meet_one_requirement) {
  know_flow(R"({"attestations":[{"name":"unit","type":"test"}],"artifacts":[]})");
  server_.on("GET flows/app/trails/t1", 200, R"({"flow":"app","name":"t1","missing":[]})");
  write("out/a-first.xml", failing);
  expect_evidence(3);
  EXPECT_EQ(record().exit, 0);
  const std::vector<Json> bodies = attested();
  ASSERT_EQ(bodies.size(), 3u);
  EXPECT_EQ(bodies.back().text("name"), "unit");
  EXPECT_EQ(bodies.back().text("content"), encode_base64(failing));
}

TEST_F(Record, the_ci_system_says_what_the_flags_leave_open) {
  const std::string commit(40, '2');
  line_.variables.insert({{"GITHUB_ACTIONS", "true"},
                          {"GITHUB_REPOSITORY", "acme/shop"},
                          {"GITHUB_SHA", commit},
                          {"GITHUB_RUN_ID", "17"},
                          {"GITHUB_SERVER_URL", "https://git.example"},
                          {"GITHUB_REF_NAME", "main"}});
  server_.on("GET flows/acme-shop", 404, R"({"error":{"code":"not_found","message":"no"}})");
  server_.forget("POST writes");
  server_.on("POST writes", 201,
             R"({"answers":[{"flow":{}},{"trail":{}},{"artifact":{"name":"app","digest":")" + digest() +
                 R"("}},{"attestation":{"name":"x"}},{"attestation":{"name":"x"}}]})");
  server_.on("GET flows/acme-shop/trails/" + commit, 200,
             R"({"flow":"acme-shop","name":")" + commit + R"(","missing":[]})");
  const Finished done = record({});
  EXPECT_EQ(done.exit, 0) << done.err;
  const auto artifacts = written("artifacts");
  ASSERT_EQ(artifacts.size(), 1u);
  EXPECT_EQ(artifacts[0].at("body").text("commit"), commit);
  EXPECT_EQ(written("flows/acme-shop").size(), 1u) << "a new flow comes with all the rest, or not at all";
  EXPECT_EQ(server_.asked("/writes").size(), 1u);
}

TEST_F(Record, without_flow_and_ci_it_says_what_is_missing) {
  const Finished done = record({});
  EXPECT_EQ(done.exit, 2);
  EXPECT_NE(done.err.find("--flow is missing"), std::string::npos) << done.err;
}

TEST_F(Record, a_pattern_that_names_nothing_and_damaged_evidence_are_refused_before_anything_is_sent) {
  EXPECT_EQ(line_
                .run({"record", (folder_ / "app").string(), "--flow", "app", "--trail", "t1", "--evidence",
                      (folder_ / "none/*.xml").string()})
                .exit,
            2);
  EXPECT_EQ(line_
                .run({"record", (folder_ / "app").string(), "--flow", "app", "--trail", "t1", "--evidence",
                      (folder_ / "out/*.zip").string()})
                .exit,
            2);
  write("out/broken.xml", "<testsuite><testcase name=\"a\"></testsuite>");
  const Finished done = record();
  EXPECT_EQ(done.exit, 2);
  EXPECT_NE(done.err.find("broken.xml"), std::string::npos) << done.err;
  EXPECT_TRUE(server_.asked().empty());
}

}  // namespace weir::cli
