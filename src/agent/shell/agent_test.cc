// The agent against a real HTTP server that plays the other side, with a collector that sees what the test says.
#include "agent/shell/agent.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <thread>

#include "agent/containers/support_for_test.h"
#include "agent/containers/wait.h"
#include "agent/shell/report_server_for_test.h"
#include "base/limits.h"
#include "crypto/digest.h"

namespace weir::agent {
namespace {

using test::ReportServer;
using Seen = ReportServer::Seen;

// A host whose processes start and end as the test says.
class Scripted final : public Collector {
 public:
  void watch(Sink& sink, std::stop_token stop) override {
    {
      const std::lock_guard lock(mutex_);
      sink_ = &sink;
    }
    while (!stop.stop_requested()) pause(seconds(60), stop);
    const std::lock_guard lock(mutex_);
    sink_ = nullptr;
  }
  void list(const Tell& tell) override {
    const std::lock_guard lock(mutex_);
    for (const runtime::Instance& instance : running_) tell(instance);
  }
  std::vector<runtime::Source> sources() const override {
    return {{.watches = "processes", .means = "scan"}};
  }
  bool has_looked() const override {
    const std::lock_guard lock(mutex_);
    return sink_ != nullptr;
  }

  void start(runtime::Instance instance) {
    const std::lock_guard lock(mutex_);
    running_.push_back(instance);
    if (sink_ != nullptr) sink_->started(std::move(instance));
  }
  void end(const std::string& id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(running_, [&](const runtime::Instance& instance) { return instance.id == id; });
    if (sink_ != nullptr) sink_->ended({id, SystemClock().now()});
  }
  void lose(std::int64_t events) {
    const std::lock_guard lock(mutex_);
    sink_->lost(events);
  }
  void survey(Survey survey) {
    const std::lock_guard lock(mutex_);
    sink_->surveyed(std::move(survey));
  }

 private:
  mutable std::mutex mutex_;
  Sink* sink_ = nullptr;
  std::vector<runtime::Instance> running_;
};

runtime::Instance instance_named(const std::string& id) {
  return {
      .id = id, .name = "/usr/bin/" + id, .digests = {crypto::sha256(id)}, .started_at = SystemClock().now()};
}

auto runs(const std::string& id) {
  return [id](const Seen& seen) { return seen.running.contains(id); };
}

class Running {
 public:
  Running(AgentConfig config, std::vector<runtime::Instance> already = {}) {
    auto scripted = std::make_unique<Scripted>();
    host = scripted.get();
    for (auto& instance : already) host->start(std::move(instance));
    std::vector<std::unique_ptr<Collector>> collectors;
    collectors.push_back(std::move(scripted));
    auto opened =
        Agent::open(std::move(config), std::move(collectors), clock_, [this](const std::string& line) {
          const std::lock_guard lock(mutex_);
          said_ += line + "\n";
        });
    CHECK(opened.ok());
    agent = std::move(*opened);
    thread_ = std::jthread([this](std::stop_token stop) { agent->run(stop); });
  }
  void stop() {
    thread_.request_stop();
    thread_.join();
    agent.reset();
  }
  std::string said() const {
    const std::lock_guard lock(mutex_);
    return said_;
  }

  Scripted* host = nullptr;
  std::unique_ptr<Agent> agent;

 private:
  SystemClock clock_;
  mutable std::mutex mutex_;
  std::string said_;
  std::jthread thread_;
};

class AgentTest : public testing::Test {
 protected:
  AgentConfig config() const {
    return {.server = server.url(),
            .environment = "host",
            .host = "h1",
            .join_token = "weir_join_good",
            .state_directory = scratch.path() + "/state"};
  }
  test::ScratchDirectory scratch;
  ReportServer server;
};

TEST_F(AgentTest, first_report_is_full_and_holds_what_ran_before) {
  Running running(config(), {instance_named("a"), instance_named("b")});
  ASSERT_TRUE(server.await(runs("a")));
  const Seen seen = server.seen();
  ASSERT_EQ(seen.reports.size(), 1u);
  EXPECT_TRUE(seen.reports[0].full);
  EXPECT_EQ(seen.reports[0].sequence, 1);
  EXPECT_EQ(seen.reports[0].started.size(), 2u);
  EXPECT_EQ(seen.reports[0].environment, "host");
  EXPECT_EQ(seen.reports[0].host, "h1");
  EXPECT_EQ(seen.reports[0].sources.size(), 1u);
  EXPECT_EQ(seen.bad_signatures, 0);
  EXPECT_EQ(seen.enrolments.size(), 1u);
}

TEST_F(AgentTest, unexplained_start_reaches_the_server_within_fifty_milliseconds) {
  Running running(config());
  ASSERT_TRUE(server.await([](const Seen& seen) { return seen.reports.size() == 1; }));
  std::vector<std::int64_t> took;
  for (int i = 0; i < 20; ++i) {
    const Instant before = SystemClock().now();
    running.host->start(instance_named("x" + std::to_string(i)));
    ASSERT_TRUE(server.await(runs("x" + std::to_string(i))));
    took.push_back((SystemClock().now() - before).micros);
  }
  std::sort(took.begin(), took.end());
  EXPECT_LT(took[took.size() / 2], 50'000) << "median";
}

TEST_F(AgentTest, starts_and_ends_follow_as_one_unbroken_chain) {
  Running running(config());
  for (int i = 0; i < 10; ++i) {
    running.host->start(instance_named("p" + std::to_string(i)));
    ASSERT_TRUE(server.await(runs("p" + std::to_string(i))));
  }
  running.host->end("p3");
  ASSERT_TRUE(server.await([](const Seen& seen) { return !seen.running.contains("p3"); }));
  const Seen seen = server.seen();
  EXPECT_EQ(seen.conflicts, 0);
  EXPECT_EQ(seen.running.size(), 9u);
  for (std::size_t i = 0; i < seen.reports.size(); ++i)
    EXPECT_EQ(seen.reports[i].sequence, std::int64_t(i) + 1);
}

TEST_F(AgentTest, a_survey_arrives_with_its_documents_before_the_claim_even_after_an_outage) {
  Running running(config());
  ASSERT_TRUE(server.await([](const Seen& seen) { return seen.reports.size() == 1; }));
  server.stop();
  running.host->survey({.claim = {.parts = {crypto::sha256("{}")}, .components = 3}, .documents = {"{}"}});
  ASSERT_TRUE(
      test::await([&] { return running.said().find("not heard") != std::string::npos; }, seconds(10)));
  server.start();
  ASSERT_TRUE(server.await([](const Seen& seen) { return seen.reports.back().inventories.size() == 1; }, seconds(10)));
  const Seen seen = server.seen();
  EXPECT_EQ(seen.documents, std::vector<std::string>{"{}"});
  EXPECT_EQ(seen.reports.back().inventories[0].components, 3);
  EXPECT_EQ(seen.conflicts + seen.bad_signatures, 0);
}

TEST_F(AgentTest, heartbeats_go_when_there_is_nothing_to_say) {
  Running running(config());
  ASSERT_TRUE(server.await([](const Seen& seen) { return seen.reports.size() == 1; }));
  const bool beat = server.await([](const Seen& seen) { return !seen.heartbeats.empty(); }, seconds(7));
  ASSERT_TRUE(beat);
  const Seen seen = server.seen();
  EXPECT_EQ(seen.heartbeats[0].sequence, 1);
  EXPECT_EQ(seen.heartbeats[0].incarnation, seen.reports[0].incarnation);
  EXPECT_EQ(seen.reports.size(), 1u);
}

TEST_F(AgentTest, reports_of_an_outage_are_replayed_in_order_and_marked_as_spooled) {
  Running running(config());
  ASSERT_TRUE(server.await([](const Seen& seen) { return seen.reports.size() == 1; }));
  server.stop();
  running.host->start(instance_named("first"));
  ASSERT_TRUE(
      test::await([&] { return running.said().find("not heard") != std::string::npos; }, seconds(10)));
  running.host->start(instance_named("second"));
  pause(milliseconds(1300), {});
  running.host->start(instance_named("third"));
  pause(milliseconds(1300), {});
  running.host->end("second");
  pause(milliseconds(1300), {});
  server.start();
  ASSERT_TRUE(server.await(
      [](const Seen& seen) {
        return seen.running.contains("first") && seen.running.contains("third") &&
               !seen.running.contains("second");
      },
      seconds(10)));
  const Seen seen = server.seen();
  EXPECT_EQ(seen.conflicts, 0);
  std::vector<std::string> order;
  std::int64_t spooled = 0;
  for (const runtime::Report& report : seen.reports) {
    for (const auto& instance : report.started) order.push_back(instance.id);
    spooled = std::max(spooled, report.spooled);
  }
  EXPECT_EQ(order, (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_GE(spooled, 2);
}

TEST_F(AgentTest, chain_continues_over_a_restart_in_a_new_incarnation) {
  {
    Running running(config(), {instance_named("a")});
    ASSERT_TRUE(server.await(runs("a")));
    running.stop();
  }
  Running again(config(), {instance_named("a"), instance_named("b")});
  ASSERT_TRUE(server.await(runs("b")));
  const Seen seen = server.seen();
  EXPECT_EQ(seen.conflicts, 0);
  EXPECT_EQ(seen.enrolments.size(), 1u);
  const auto& first = seen.reports.front();
  const auto& last = seen.reports.back();
  EXPECT_NE(first.incarnation, last.incarnation);
  EXPECT_EQ(last.sequence, 1);
  EXPECT_TRUE(last.full);
  EXPECT_EQ(*last.previous, crypto::sha256(format::encode(seen.reports[seen.reports.size() - 2])));
}

TEST_F(AgentTest, what_an_agent_could_not_say_before_its_end_is_said_by_the_next_one) {
  {
    Running running(config());
    ASSERT_TRUE(server.await([](const Seen& seen) { return seen.reports.size() == 1; }));
    server.stop();
    running.host->start(instance_named("short"));
    running.host->end("short");
    pause(milliseconds(200), {});
    running.stop();
  }
  server.start();
  Running again(config());
  ASSERT_TRUE(server.await([](const Seen& seen) {
    return std::any_of(seen.reports.begin(), seen.reports.end(), [](const runtime::Report& report) {
      return std::any_of(report.started.begin(), report.started.end(),
                         [](const auto& i) { return i.id == "short"; });
    });
  }));
}

TEST_F(AgentTest, broken_chain_is_taken_up_where_the_server_says_and_a_full_report_follows) {
  Running running(config(), {instance_named("a")});
  ASSERT_TRUE(server.await(runs("a")));
  server.forget_chain();
  running.host->start(instance_named("b"));
  ASSERT_TRUE(server.await([](const Seen& seen) {
    return seen.running.contains("b") && seen.reports.size() >= 3 && seen.reports.back().full;
  }));
  EXPECT_EQ(server.seen().conflicts, 1);
  EXPECT_EQ(server.seen().running.size(), 2u);
}

TEST_F(AgentTest, full_report_follows_when_the_server_asks_or_events_were_lost) {
  Running running(config(), {instance_named("a")});
  ASSERT_TRUE(server.await(runs("a")));
  server.want_full();
  running.host->start(instance_named("b"));
  ASSERT_TRUE(
      server.await([](const Seen& seen) { return seen.reports.size() == 3 && seen.reports[2].full; }));
  running.host->lose(7);
  ASSERT_TRUE(
      server.await([](const Seen& seen) { return seen.reports.size() == 5 && seen.reports[4].full; }));
  EXPECT_EQ(server.seen().reports[3].events_lost, 7);
}

TEST_F(AgentTest, agent_the_server_forgot_enrols_again) {
  Running running(config(), {instance_named("a")});
  ASSERT_TRUE(server.await(runs("a")));
  server.forget_reporters();
  running.host->start(instance_named("b"));
  ASSERT_TRUE(server.await(runs("b")));
  EXPECT_EQ(server.seen().enrolments.size(), 2u);
}

TEST_F(AgentTest, wrong_join_token_is_said_and_tried_again_later) {
  AgentConfig wrong = config();
  wrong.join_token = "weir_join_bad";
  Running running(wrong);
  ASSERT_TRUE(test::await([&] { return running.said().find("answered 401") != std::string::npos; }));
  EXPECT_TRUE(server.seen().reports.empty());
  EXPECT_EQ(running.said().find("weir_join_bad"), std::string::npos) << "the token was written to the log";
}

TEST_F(AgentTest, refused_report_does_not_block_those_behind_it) {
  Running running(config(), {instance_named("a")});
  ASSERT_TRUE(server.await(runs("a")));
  server.refuse_next(400);
  running.host->start(instance_named("b"));
  ASSERT_TRUE(test::await([&] { return running.said().find("refused") != std::string::npos; }));
  ASSERT_TRUE(server.await(runs("b"))) << "the full report that follows holds it";
}

runtime::Instance with_arguments(const std::string& id) {
  runtime::Instance instance = instance_named(id);
  instance.arguments = {id, "--password=x"};
  return instance;
}

TEST_F(AgentTest, arguments_go_only_while_the_server_says_that_its_environment_allows_them) {
  AgentConfig reporting = config();
  reporting.arguments = true;
  Running running(reporting, {with_arguments("a")});
  ASSERT_TRUE(server.await(runs("a")));
  EXPECT_TRUE(server.seen().running.at("a").arguments.empty());
  EXPECT_EQ(server.seen().with_arguments, 0) << "it was never tried";
  server.allow_arguments(true);
  running.host->start(with_arguments("b"));
  ASSERT_TRUE(server.await(runs("b")));  // its answer says so
  running.host->start(with_arguments("c"));
  ASSERT_TRUE(server.await(runs("c")));
  EXPECT_EQ(server.seen().running.at("c").arguments.size(), 2u);
}

TEST_F(AgentTest, report_refused_for_its_arguments_is_said_again_without_them_and_nothing_is_lost) {
  server.allow_arguments(true);
  AgentConfig reporting = config();
  reporting.arguments = true;
  Running running(reporting, {with_arguments("a")});
  ASSERT_TRUE(server.await(runs("a")));
  EXPECT_EQ(server.seen().running.at("a").arguments.size(), 2u) << "the first answer allowed it";
  server.allow_arguments(false);
  runtime::Instance over = with_arguments("over");
  over.ended_at = over.started_at;
  running.host->start(over);
  const auto heard = [](const Seen& seen) {
    return std::any_of(seen.reports.begin(), seen.reports.end(), [](const runtime::Report& report) {
      return !report.started.empty() && report.started.front().id == "over";
    });
  };
  ASSERT_TRUE(server.await(heard)) << "no full report would hold it: it has ended";
  EXPECT_EQ(server.seen().with_arguments, 1);
  EXPECT_EQ(server.seen().conflicts, 0);
}

TEST_F(AgentTest, agent_that_began_without_its_server_asks_before_it_sends_arguments) {
  server.allow_arguments(true);
  AgentConfig reporting = config();
  reporting.arguments = true;
  {
    Running before(reporting);
    ASSERT_TRUE(server.await([](const Seen& seen) { return !seen.reports.empty(); }));
    before.stop();
  }
  server.stop();
  Running running(reporting, {with_arguments("a")});
  ASSERT_TRUE(test::await([&] { return running.said().find("not heard") != std::string::npos; }));
  server.start();
  ASSERT_TRUE(server.await(runs("a"), seconds(20)));
  EXPECT_EQ(server.seen().running.at("a").arguments.size(), 2u);
}

TEST_F(AgentTest, excluded_instance_is_left_out_and_the_rule_is_shown_as_a_source) {
  server.rule(
      {{.id = "r1", .effect = runtime::ScopeEffect::exclude, .path = "/usr/bin/noisy*", .reason = "known"}});
  Running running(config(), {instance_named("a"), instance_named("noisy1")});
  ASSERT_TRUE(server.await([](const Seen& seen) {
    return seen.running.contains("a") && !seen.running.contains("noisy1") && seen.reports.back().full;
  }));
  running.host->start(instance_named("noisy2"));
  running.host->start(instance_named("b"));
  ASSERT_TRUE(server.await(runs("b")));
  const Seen seen = server.seen();
  EXPECT_FALSE(seen.running.contains("noisy2"));
  const auto& full = *std::find_if(seen.reports.rbegin(), seen.reports.rend(),
                                   [](const auto& report) { return report.full; });
  const auto rule = std::find_if(full.sources.begin(), full.sources.end(),
                                 [](const auto& s) { return s.watches == "scope"; });
  ASSERT_NE(rule, full.sources.end());
  EXPECT_NE(rule->blind.find("/usr/bin/noisy*"), std::string::npos);
}

TEST_F(AgentTest, agent_that_began_without_its_server_keeps_to_the_rules_it_was_told) {
  server.rule({{.id = "r1", .effect = runtime::ScopeEffect::exclude, .path = "/usr/bin/noisy*", .reason = "known"}});
  {
    Running before(config());
    ASSERT_TRUE(server.await([](const Seen& seen) { return !seen.reports.empty() && seen.reports.back().full; }));
    before.stop();
  }
  server.stop();
  Running running(config(), {instance_named("a"), instance_named("noisy1")});
  ASSERT_TRUE(test::await([&] { return running.said().find("not heard") != std::string::npos; }));
  pause(milliseconds(100), {});  // its first full report is made without the server
  server.start();
  ASSERT_TRUE(server.await(runs("a"), seconds(20)));
  for (const runtime::Report& report : server.seen().reports)
    for (const runtime::Instance& instance : report.started) EXPECT_NE(instance.id, "noisy1");
}

TEST_F(AgentTest, full_report_of_five_thousand_processes_arrives_whole_in_parts) {
  std::vector<runtime::Instance> many;
  for (int i = 0; i < 5000; ++i)
    many.push_back(instance_named("process-with-a-rather-long-name-" + std::to_string(i)));
  Running running(config(), many);
  ASSERT_TRUE(server.await([](const Seen& seen) { return seen.running.size() == 5000; }, seconds(10)));
  const Seen seen = server.seen();
  for (std::size_t i = 0; i < seen.reports.size(); ++i) EXPECT_EQ(seen.reports[i].part, std::int64_t(i) + 1);
  EXPECT_EQ(seen.reports.back().parts, std::int64_t(seen.reports.size()));
  EXPECT_GT(seen.reports.size(), 1u);
}

TEST_F(AgentTest, doubt_about_the_clocks_goes_into_the_uncertainty_of_a_start) {
  Running running(config());
  ASSERT_TRUE(server.await([](const Seen& seen) { return seen.reports.size() == 1; }));
  running.host->start(instance_named("a"));
  ASSERT_TRUE(server.await(runs("a")));
  const Duration doubt = server.seen().running.at("a").uncertainty;
  EXPECT_GT(doubt.micros, 0);
  EXPECT_LT(doubt.micros, 1'000'000);
}

TEST_F(AgentTest, stop_is_obeyed_within_two_seconds_and_last_words_arrive) {
  Running running(config());
  ASSERT_TRUE(server.await([](const Seen& seen) { return seen.reports.size() == 1; }));
  running.host->start(instance_named("last"));
  const Instant before = SystemClock().now();
  running.stop();
  EXPECT_LT((SystemClock().now() - before).micros, 2'000'000);
  EXPECT_TRUE(server.seen().running.contains("last"));
}

TEST_F(AgentTest, stop_is_obeyed_within_two_seconds_when_the_server_is_away) {
  Running running(config());
  ASSERT_TRUE(server.await([](const Seen& seen) { return seen.reports.size() == 1; }));
  server.stop();
  running.host->start(instance_named("last"));
  pause(milliseconds(300), {});
  const Instant before = SystemClock().now();
  running.stop();
  EXPECT_LT((SystemClock().now() - before).micros, 2'000'000);
}

TEST_F(AgentTest, key_is_made_once_and_only_its_owner_can_read_it) {
  std::string id;
  {
    Running running(config());
    id = running.agent->reporter_id();
    running.stop();
  }
  struct stat found{};
  ASSERT_EQ(stat((scratch.path() + "/state/agent.key").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  Running again(config());
  EXPECT_EQ(again.agent->reporter_id(), id);
}

TEST_F(AgentTest, key_that_others_can_read_is_refused) {
  {
    Running running(config());
    running.stop();
  }
  chmod((scratch.path() + "/state/agent.key").c_str(), 0644);
  SystemClock clock;
  const auto opened = Agent::open(config(), {}, clock, [](const std::string&) {});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::forbidden);
}

TEST_F(AgentTest, second_agent_on_the_same_state_is_refused) {
  Running running(config());
  SystemClock clock;
  const auto opened = Agent::open(config(), {}, clock, [](const std::string&) {});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::conflict);
}

TEST(AgentConfigTest, mistakes_are_named_by_field) {
  struct Row {
    AgentConfig config;
    std::string field;
  };
  const std::vector<Row> rows{
      {{.environment = "e"}, "server"},
      {{.server = "http://127.0.0.1:1"}, "environment"},
      {{.server = "http://127.0.0.1:1", .environment = "e", .server_pin = "abc"}, "server_pin"},
      {{.server = "http://127.0.0.1:1", .environment = "e", .paths = {{.path = "relative"}}}, "paths"},
      {{.server = "http://127.0.0.1:1", .environment = "e", .spool_bytes_max = 10}, "spool_bytes_max"},
  };
  for (const Row& row : rows) {
    const Status checked = check_agent_config(row.config);
    ASSERT_FALSE(checked.ok()) << row.field;
    EXPECT_EQ(checked.error().field, row.field);
  }
}

TEST(AgentConfigTest, join_token_may_carry_the_servers_pin) {
  const Sha256 pin = crypto::sha256("key");
  EXPECT_EQ(pin_of_token("weir_join_abc." + to_hex(pin)), pin);
  EXPECT_EQ(pin_of_token("weir_join_abc"), std::nullopt);
  EXPECT_EQ(pin_of_token("weir_join_abc.zz"), std::nullopt);
}

}  // namespace
}  // namespace weir::agent
