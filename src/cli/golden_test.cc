// What people and scripts see, kept in test/golden/cli: the answers are canned, the rest is real. A file is
// written anew when WEIR_GOLDEN_UPDATE is set; the difference is then somebody's to judge.
#include <gtest/gtest.h>

#include "cli/alert_feed.h"
#include "cli/golden_test_support.h"
#include "cli/output.h"
#include "http/stream.h"

namespace weir::cli {
TEST(Golden, an_environment_has_exactly_the_promised_members) {
  Shown shown;
  shown.server.on("GET environments/host/workloads", 200, golden_content("answer-workloads.json"));
  shown.golden("env-show.json", {"env", "show", "host", "--output", "json"});
  shown.golden("env-show.txt", {"env", "show", "host"});
}

TEST(Golden, a_past_moment_and_a_snapshot_are_asked_for_as_such) {
  Shown shown;
  shown.server.on("GET environments/host/workloads?at=2026-11-22T19:46:16.000000Z", 200,
                  golden_content("answer-workloads.json"));
  shown.server.on("GET environments/host/workloads?snapshot=7", 200, golden_content("answer-workloads.json"));
  shown.golden("env-show.json", {"env", "show", "host@2026-11-22T20:46:16+01:00", "-o", "json"});
  shown.golden("env-show.json", {"env", "show", "host#7", "-o", "json"});
}

TEST(Golden, alerts_are_a_bare_array_with_exactly_the_promised_members) {
  Shown shown;
  shown.server.on("GET alerts?limit=100", 200, golden_content("answer-alerts.json"));
  shown.golden("alerts.json", {"alerts", "--output", "json"});
  shown.golden("alerts.txt", {"alerts"});
  shown.golden("alerts-color.txt", {"alerts", "--color", "always"});
}

TEST(Golden, a_difference_tells_what_started_ended_and_changed) {
  Shown shown;
  shown.server.on("GET environments/host/diff?from=#3&to=#7", 200, golden_content("answer-diff.json"));
  shown.golden("env-diff.txt", {"env", "diff", "host#3", "host#7"});
  EXPECT_EQ(shown.line.run({"env", "diff", "host#3", "host#7", "--exit-code"}).exit, 1);
  shown.server.on("GET environments/host/diff?from=2026-11-22T20:00:00.000000Z&environment=other", 200,
                  golden_content("answer-diff.json"));
  EXPECT_EQ(shown.line.run({"env", "diff", "host", "other"}).exit, 0);
}

TEST(Golden, a_trail_shows_what_is_missing) {
  Shown shown;
  shown.server.on("GET flows/app/trails/t1", 200, golden_content("answer-trail.json"));
  shown.golden("trail-show.txt", {"trail", "show", "t1", "--flow", "app"});
}

TEST(Golden, the_status_is_a_sentence_first) {
  Shown shown;
  shown.server.on("GET overview", 200, golden_content("answer-overview.json"));
  shown.golden("status.txt", {"status"});
}

TEST(Golden, an_empty_list_teaches_the_command_that_fills_it) {
  CannedServer server;
  server.on("GET environments?limit=100", 200, R"({"environments":[],"next":null})");
  CommandLine line{.variables = {{"WEIR_URL", server.url()}}};
  EXPECT_NE(line.run({"env", "list"}).err.find("weir env create"), std::string::npos);
  EXPECT_EQ(line.run({"env", "list", "--quiet"}).err, "");
  EXPECT_EQ(line.run({"env", "list", "-o", "json"}).out, "[]\n");
}

TEST(Table, columns_are_aligned_by_what_a_terminal_shows) {
  const std::array columns{Column{"NAME", "name"}, Column{"N", "n", Show::count}};
  const format::Json::Array rows{format::Json::object({{"name", "größe"}, {"n", 7}}),
                                 format::Json::object({{"name", "日本"}, {"n", 1234}})};
  EXPECT_EQ(table(columns, rows, Color::no), "NAME      N\ngröße     7\n日本   1234\n");
}

TEST(Table, control_and_direction_characters_never_reach_a_terminal) {
  EXPECT_EQ(cleaned("a\x1b[2Jb\nc"), "a\\x1b[2Jb\\x0ac");
  EXPECT_EQ(cleaned("x\xe2\x80\xae"
                    "gpj.exe"),
            "x\\u{202e}gpj.exe");
  EXPECT_EQ(cleaned("\xc2\x9b"
                    "31m"),
            "\\x9b31m");
  EXPECT_EQ(cleaned("\xff ok ü"), "\\xff ok ü");
}

TEST(Follow, prints_what_stands_then_each_change_once_as_json_lines) {
  CannedServer server;
  const auto alert = [](const std::string& state) {
    return R"({"id":"a1","state":")" + state +
           R"(","cause":"unknown-digest","workload":null,"opened_at":"2026-11-22T20:00:00.000000Z"})";
  };
  server.on("GET alerts?state=open&limit=1000", 200, R"({"alerts":[)" + alert("open") + R"(],"next":null})");
  server.on("GET alerts?state=open&limit=1000", 200, R"({"alerts":[],"next":null})");
  server.on("GET alerts?state=acknowledged&limit=1000", 200, R"({"alerts":[],"next":null})");
  server.on("GET alerts/a1", 200, alert("resolved"));
  server.on("GET events", 200,
            "id: 4\nevent: change\ndata: {\"index\":4,\"topics\":[\"ledger\"]}\n\n"
            "id: 5\nevent: change\ndata: {\"index\":5,\"topics\":[\"alerts\"]}\n\n");
  server.on("GET events", 403, R"({"error":{"code":"forbidden","message":"enough"}})");
  CommandLine line{.variables = {{"WEIR_URL", server.url()}}};
  const Finished done = line.run({"alerts", "--follow", "--output", "json"});
  EXPECT_EQ(done.exit, 3) << done.err;
  EXPECT_EQ(std::count(done.out.begin(), done.out.end(), '\n'), 2) << done.out;
  EXPECT_LT(done.out.find("\"state\":\"open\""), done.out.find(R"("state":"resolved")"));
  EXPECT_EQ(server.asked("events").back().header("last-event-id"), "5");
}

}  // namespace weir::cli
