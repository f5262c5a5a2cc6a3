#include "cli/api.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "cli/session_test_support.h"

namespace weir::cli {
namespace {

const std::string digest(64, 'a');

CommandLine line_to(const CannedServer& server) {
  return {.variables = {{"WEIR_URL", server.url()}, {"WEIR_TOKEN", "weir_secret"}}};
}

const std::vector<std::string> approve{"approve", digest, "--environment", "prod"};

}  // namespace

TEST(Api, each_code_of_an_error_has_its_exit_code) {
  for (const ErrcRow& row : errc_table) {
    CannedServer server;
    server.on("GET me", row.http_status, http::error_response(Error{row.code, "because of this"}).body,
              {{"retry-after", "0"}});
    const Finished done = line_to(server).run({"whoami"});
    EXPECT_EQ(done.exit, row.exit_code) << row.name;
    EXPECT_EQ(done.err.find("weir: because of this"), 0u) << done.err;
    EXPECT_EQ(done.out, "");
  }
}

TEST(Api, errors_are_an_object_with_json_output) {
  CannedServer server;
  server.on("GET me", 403, R"({"error":{"code":"forbidden","message":"no","field":"x"}})");
  const Finished done = line_to(server).run({"whoami", "--output", "json"});
  EXPECT_EQ(done.exit, 3);
  EXPECT_EQ(done.err, "{\"error\":{\"code\":\"forbidden\",\"message\":\"no\",\"field\":\"x\"}}\n");
  EXPECT_EQ(CommandLine().run({"no-such", "-o", "json"}).err.find("{\"error\":{\"code\":\"invalid\""), 0u);
}

TEST(Api, an_answer_that_is_no_error_of_ours_gets_its_code_by_status) {
  CannedServer server;
  server.on("GET me", 404, "<html>not here</html>");
  EXPECT_EQ(line_to(server).run({"whoami"}).exit, 1);
  CannedServer proxy;
  proxy.on("GET me", 502, "bad gateway");
  EXPECT_EQ(line_to(proxy).run({"whoami"}).exit, 4);
}

TEST(Api, no_server_is_unavailable_after_three_tries) {
  CommandLine line{.variables = {{"WEIR_URL", "http://127.0.0.1:1"}}};
  const Finished done = line.run({"whoami"});
  EXPECT_EQ(done.exit, 4) << done.err;
  EXPECT_EQ(line.pauses.size(), 2u);
  EXPECT_LT(line.pauses[0], line.pauses[1]);
}

TEST(Api, a_write_is_tried_again_with_the_same_key_as_the_server_asks) {
  CannedServer server;
  server.on("POST approvals", 503, R"({"error":{"code":"unavailable","message":"later"}})",
            {{"retry-after", "7"}});
  server.on("POST approvals", 201, R"({"approval":{"id":"1"},"receipt":{"index":4}})");
  CommandLine line = line_to(server);
  const Finished done = line.run(approve);
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_EQ(line.pauses, (std::vector<Duration>{seconds(7)}));
  const auto asked = server.asked("approvals");
  ASSERT_EQ(asked.size(), 2u);
  ASSERT_TRUE(asked[0].header("idempotency-key").has_value());
  EXPECT_EQ(asked[0].header("idempotency-key"), asked[1].header("idempotency-key"));
  EXPECT_EQ(asked[0].header("authorization"), "Bearer weir_secret");
  EXPECT_EQ(asked[0].body, R"({"artifact":"sha256:)" + digest + R"(","environment":"prod"})");
}

TEST(Api, each_invocation_has_a_key_of_its_own) {
  CannedServer server;
  server.on("POST approvals", 201, R"({"approval":{},"receipt":{}})");
  CommandLine line = line_to(server);
  line.run(approve);
  line.run(approve);
  const auto asked = server.asked("approvals");
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_NE(asked[0].header("idempotency-key"), asked[1].header("idempotency-key"));
}

TEST(Api, what_is_refused_is_not_tried_again) {
  CannedServer server;
  server.on("POST approvals", 409, R"({"error":{"code":"conflict","message":"no"}})");
  CommandLine line = line_to(server);
  EXPECT_EQ(line.run(approve).exit, 1);
  EXPECT_EQ(server.asked().size(), 1u);
}

TEST(Api, lists_are_read_page_by_page_up_to_the_limit) {
  CannedServer server;
  server.on("GET services?limit=3", 200, R"({"services":[{"name":"a"},{"name":"b"}],"next":"c 1"})");
  server.on("GET services?limit=3&cursor=c 1", 200,
            R"({"services":[{"name":"c"},{"name":"d"}],"next":null})");
  const Finished done = line_to(server).run({"service", "list", "--limit", "3", "-o", "json"});
  EXPECT_EQ(done.exit, 0) << done.err;
  const auto rows = format::parse_json(done.out).value();
  ASSERT_EQ(rows.array()->size(), 3u);
  EXPECT_EQ(rows.array()->back().text("name"), "c");
}

TEST(Api, names_never_leave_their_segment_of_the_path) {
  EXPECT_EQ(path_of({"environments", "../../x y/#?"}), "environments/..%2F..%2Fx%20y%2F%23%3F");
  EXPECT_EQ(query_of({{"a", ""}, {"b", "1&c=2"}}), "?b=1%26c%3D2");
}

TEST(Api, a_token_never_shows_in_an_error) {
  CommandLine line{.variables = {{"WEIR_URL", "http://127.0.0.1:1"}, {"WEIR_TOKEN", "weir_topsecret"}}};
  EXPECT_EQ(line.run({"whoami"}).err.find("topsecret"), std::string::npos);
}

TEST(Api, the_token_may_come_from_a_file) {
  CannedServer server;
  server.on("GET me", 200, R"({"name":"ada"})");
  const std::string path = testing::TempDir() + "weir-cli-token";
  std::ofstream(path) << "weir_from_file\nrest\n";
  CommandLine line{.variables = {{"WEIR_URL", server.url()}}};
  EXPECT_EQ(line.run({"whoami", "--token-file", path}).exit, 0);
  EXPECT_EQ(server.asked("me")[0].header("authorization"), "Bearer weir_from_file");
  EXPECT_EQ(line.run({"whoami", "--token-file", path + ".none"}).exit, 2);
  CommandLine beside{.variables = {{"WEIR_URL", server.url()}, {"WEIR_TOKEN", "weir_of_the_shell"}}};
  EXPECT_EQ(beside.run({"whoami", "--token-file", path}).exit, 0);
  EXPECT_EQ(server.asked("me")[1].header("authorization"), "Bearer weir_from_file");
}

TEST(Api, advice_on_the_server_is_given_when_it_is_the_server_that_is_away) {
  CommandLine line{.variables = {{"WEIR_URL", "http://127.0.0.1:1"}}};
  const std::string advice = "is the server running";
  EXPECT_NE(line.run({"whoami"}).err.find(advice), std::string::npos);
  const auto registry = line.run({"approve", "127.0.0.1:2/app:1", "--environment", "prod"});
  EXPECT_EQ(registry.exit, 4);
  EXPECT_EQ(registry.err.find(advice), std::string::npos) << registry.err;
}

TEST(Revoke, an_artifact_ends_every_approval_in_force_and_an_id_just_one) {
  CannedServer server;
  server.on(
      "GET approvals?artifact=sha256:" + digest + "&environment=prod&limit=1000", 200,
      R"({"approvals":[{"id":"1","state":"active"},{"id":"2","state":"expired"},
          {"id":"3","state":"early"}],"next":null})");
  for (const char* id : {"1", "3", "9"})
    server.on(std::string("POST approvals/") + id + "/revoke", 201, R"({"approval":{}})");
  EXPECT_EQ(line_to(server).run({"revoke", digest, "--environment", "prod", "--reason", "bad"}).exit, 0);
  EXPECT_EQ(server.asked("/revoke").size(), 2u);
  EXPECT_EQ(server.asked("/revoke")[0].body, R"({"reason":"bad"})");
  EXPECT_EQ(line_to(server).run({"revoke", "9"}).exit, 0);
  EXPECT_EQ(server.asked("approvals/9/revoke").size(), 1u);
  EXPECT_EQ(line_to(server).run({"revoke", digest}).exit, 2);
}

TEST(Revoke, an_artifact_without_approval_in_force_is_a_no) {
  CannedServer server;
  server.on("GET approvals?artifact=sha256:" + digest + "&environment=prod&limit=1000", 200,
            R"({"approvals":[],"next":null})");
  EXPECT_EQ(line_to(server).run({"revoke", digest, "--environment", "prod"}).exit, 1);
}

TEST(Approve, a_period_may_be_told_from_now) {
  CannedServer server;
  server.on("POST approvals", 201, R"({"approval":{},"receipt":{}})");
  EXPECT_EQ(line_to(server)
                .run({"approve", digest, "--environment", "prod", "--from", "2026-11-23", "--until", "90d"})
                .exit,
            0);
  const auto body = format::parse_json(server.asked("approvals")[0].body).value();
  EXPECT_EQ(body.text("from"), "2026-11-23T00:00:00.000000Z");
  EXPECT_EQ(body.text("until"), "2027-02-20T20:00:00.000000Z");
}

TEST(Deploy, options_become_members) {
  CannedServer server;
  server.on("GET gate?artifact=sha256:" + digest + "&environment=prod", 200, R"({"verdict":"allow"})");
  server.on("POST deployments", 201, R"({"deployment":{},"receipt":{}})");
  EXPECT_EQ(line_to(server)
                .run({"deploy", "sha256:" + digest, "--environment", "prod", "--within", "2s", "--at-least",
                      "3", "--alongside"})
                .exit,
            0);
  EXPECT_EQ(server.asked("deployments")[0].body,
            R"({"artifact":"sha256:)" + digest +
                R"(","environment":"prod","within_us":2000000,"at_least":3,"alongside":true})");
}

}  // namespace weir::cli
