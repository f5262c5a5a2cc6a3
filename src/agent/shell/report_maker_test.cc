#include "agent/shell/report_maker.h"

#include <gtest/gtest.h>

#include "agent/shell/clock_offset.h"
#include "crypto/digest.h"

namespace weir::agent {
namespace {

runtime::Instance instance_of(const std::string& id) {
  return {.id = id, .name = "/bin/" + id, .digests = {crypto::sha256(id)}, .package = runtime::PackageClaim{"p", "1"}};
}

std::vector<runtime::Report> read(const std::vector<SpoolRecord>& records) {
  std::vector<runtime::Report> reports;
  for (const SpoolRecord& record : records) reports.push_back(*format::decode_text<runtime::Report>(record.report));
  return reports;
}

std::vector<SpoolRecord> full_of(ReportMaker& maker, const std::vector<runtime::Instance>& running,
                                 ReportMaker::Circumstances circumstances) {
  std::vector<SpoolRecord> records;
  maker.full(
      [&](const Collector::Tell& tell) {
        for (const runtime::Instance& instance : running) tell(instance);
      },
      std::move(circumstances), [&](SpoolRecord record) { records.push_back(std::move(record)); });
  return records;
}

TEST(ReportMaker, nothing_new_makes_no_report) {
  ReportMaker maker({"e", "h"});
  EXPECT_TRUE(maker.deltas({}, {}, {}, {}).empty());
  EXPECT_EQ(maker.deltas({.started = {instance_of("a")}}, {}, {}, {}).size(), 1u);
  EXPECT_TRUE(maker.deltas({.started = {instance_of("a")}}, {}, {}, {}).empty());
  EXPECT_TRUE(maker.deltas({.ended = {{.id = "never started"}}}, {}, {}, {}).empty());
}

TEST(ReportMaker, instance_of_which_more_is_known_now_is_said_again) {
  ReportMaker maker({"e", "h"});
  maker.deltas({.started = {instance_of("a")}}, {}, {}, {});
  auto more = instance_of("a");
  more.origin.user = "root";
  EXPECT_EQ(maker.deltas({.started = {more}}, {}, {}, {}).size(), 1u);
}

TEST(ReportMaker, run_that_is_over_already_is_said_and_not_remembered) {
  ReportMaker maker({"e", "h"});
  auto over = instance_of("a");
  over.ended_at = Instant{5};
  EXPECT_EQ(maker.deltas({.started = {over}}, {}, {}, {}).size(), 1u);
  EXPECT_EQ(maker.live(), 0u);
}

TEST(ReportMaker, memory_is_bounded_by_what_runs) {
  ReportMaker maker({"e", "h"});
  for (int i = 0; i < 1000; ++i) {
    const std::string id = std::to_string(i);
    maker.deltas({.started = {instance_of(id)}}, {}, {}, {});
    maker.deltas({.ended = {{.id = id}}}, {}, {}, {});
  }
  EXPECT_EQ(maker.live(), 0u);
}

TEST(ReportMaker, full_report_forgets_what_no_longer_runs) {
  ReportMaker maker({"e", "h"});
  maker.deltas({.started = {instance_of("gone")}}, {}, {}, {});
  const auto reports = read(full_of(maker, {instance_of("here")}, {.events_lost = 3}));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_TRUE(reports[0].full);
  EXPECT_EQ(reports[0].parts, 0);
  EXPECT_EQ(reports[0].events_lost, 3);
  EXPECT_EQ(maker.live(), 1u);
  EXPECT_TRUE(maker.deltas({.ended = {{.id = "gone"}}}, {}, {}, {}).empty());
}

TEST(ReportMaker, parts_and_long_deltas_stay_within_the_bound_and_lose_nothing) {
  ReportMaker maker({"e", "h"}, {.delta_bytes_max = 20'000, .full_bytes_max = 20'000});
  std::vector<runtime::Instance> many;
  for (int i = 0; i < 500; ++i) many.push_back(instance_of(std::to_string(i)));
  const auto records = full_of(maker, many, {.sources = {{.watches = "files"}}});
  std::size_t instances = 0;
  std::int64_t parts = 0;
  for (const SpoolRecord& record : records) EXPECT_LE(record.report.size(), 20'000u);
  for (const runtime::Report& report : read(records)) {
    instances += report.started.size();
    EXPECT_EQ(report.sources.size(), report.part == 1 ? 1u : 0u);
    EXPECT_EQ(report.part, ++parts);
    EXPECT_EQ(report.parts, report.part == std::int64_t(records.size()) ? report.part : 0);
  }
  EXPECT_EQ(instances, 500u);
  EXPECT_GT(parts, 2);
  EXPECT_EQ(records.front().kind, SpoolKind::full);
  for (std::size_t i = 1; i < records.size(); ++i) EXPECT_EQ(records[i].kind, SpoolKind::part);
  Batch batch;
  for (int i = 500; i < 1000; ++i) batch.started.push_back(instance_of(std::to_string(i)));
  for (int i = 0; i < 500; ++i) batch.ended.push_back({.id = std::to_string(i)});
  std::size_t started = 0, ended = 0;
  for (const runtime::Report& report : read(maker.deltas(batch, {}, {}, {}))) {
    started += report.started.size();
    ended += report.ended.size();
    EXPECT_FALSE(report.full);
    EXPECT_EQ(report.part, 0);
  }
  EXPECT_EQ(started, 500u);
  EXPECT_EQ(ended, 500u);
}

TEST(ReportMaker, file_name_that_is_not_utf8_spoils_no_report) {
  ReportMaker maker({"e", "h"});
  auto odd = instance_of("a");
  odd.name = "/tmp/\xff\xc3\xa9\xed\xa0\x80" "b\\";
  const auto reports = read(maker.deltas({.started = {odd}}, {}, {}, {}));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].started[0].name, "/tmp/\\xff\xc3\xa9\\xed\\xa0\\x80" "b\\");
}

TEST(ReportMaker, what_the_server_would_refuse_is_bounded_the_same_way_at_start_and_end) {
  ReportMaker maker({"e", "h"});
  auto longish = instance_of(std::string(1000, 'i'));
  longish.name = std::string(5000, 'n');
  longish.digests.resize(100);
  const auto reports = read(maker.deltas({.started = {longish}}, {}, {}, {}));
  const auto& said = reports.at(0).started.at(0);
  EXPECT_LE(said.id.size(), 255u);
  EXPECT_EQ(said.name.size(), 4096u);
  EXPECT_EQ(said.digests.size(), 64u);
  const auto end = read(maker.deltas({.ended = {{.id = std::string(1000, 'i')}}}, {}, {}, {}));
  EXPECT_EQ(end.at(0).ended.at(0).id, said.id);
}

TEST(Gatherer, what_nobody_explains_is_urgent_and_what_a_package_explains_is_not) {
  EXPECT_FALSE(is_urgent(instance_of("a")));
  auto unexplained = instance_of("a");
  unexplained.package.reset();
  EXPECT_TRUE(is_urgent(unexplained));
  auto changed = instance_of("a");
  changed.package->changed = true;
  EXPECT_TRUE(is_urgent(changed));
  auto container = instance_of("a");
  container.kind = runtime::WorkloadKind::container;
  EXPECT_TRUE(is_urgent(container));
}

Survey survey_of(runtime::InventoryKind kind, std::vector<std::string> instances, std::string document) {
  Survey survey{.claim = {.kind = kind, .instances = std::move(instances), .components = 1}, .documents = {}};
  survey.claim.parts = {crypto::sha256(document)};
  survey.documents = {std::move(document)};
  return survey;
}

TEST(ReportMaker, documents_go_before_the_report_that_names_them) {
  ReportMaker maker({"e", "h"});
  Batch batch;
  batch.surveys = {survey_of(runtime::InventoryKind::packages, {}, "{}")};
  const auto records = maker.deltas(std::move(batch), {}, {}, {});
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].kind, SpoolKind::document);
  EXPECT_EQ(records[0].report, "{}");
  const auto report = *format::decode_text<runtime::Report>(records[1].report);
  ASSERT_EQ(report.inventories.size(), 1u);
  EXPECT_EQ(report.inventories[0].parts[0], crypto::sha256("{}"));
  EXPECT_EQ(records[1].events, 1) << "losing it is a loss";
}

TEST(ReportMaker, archives_of_what_is_not_reported_are_not_reported) {
  ReportMaker maker({"e", "h"});
  Batch batch{.started = {instance_of("told")}};
  batch.surveys = {survey_of(runtime::InventoryKind::program, {"told", "left out"}, "{}"),
                   survey_of(runtime::InventoryKind::program, {"left out"}, "[]")};
  const auto records = maker.deltas(std::move(batch), {}, {}, {});
  ASSERT_EQ(records.size(), 2u);
  const auto report = *format::decode_text<runtime::Report>(records[1].report);
  ASSERT_EQ(report.inventories.size(), 1u);
  EXPECT_EQ(report.inventories[0].instances, std::vector<std::string>{"told"});
}

TEST(ReportMaker, the_exposure_of_what_is_not_reported_is_not_reported) {
  ReportMaker maker({"e", "h"});
  Batch batch{.started = {instance_of("told")}};
  for (const std::string id : {"told", "left out"})
    batch.exposures[id] = {.instance = id, .network = runtime::Network::host, .listens = {{"tcp 0.0.0.0:80"}}};
  const auto records = maker.deltas(std::move(batch), {}, {}, {});
  ASSERT_EQ(records.size(), 1u);
  const auto report = *format::decode_text<runtime::Report>(records[0].report);
  ASSERT_EQ(report.exposures.size(), 1u);
  EXPECT_EQ(report.exposures[0].instance, "told");
  EXPECT_EQ(records[0].events, 2) << "losing it is a loss";
}

TEST(ReportMaker, exposures_beyond_one_body_travel_in_several) {
  ReportMaker maker({"e", "h"}, {.delta_bytes_max = 8192});
  Batch batch;
  for (int i = 0; i < 100; ++i) {
    const std::string id = "instance-" + std::to_string(i);
    batch.started.push_back(instance_of(id));
    batch.exposures[id] = {.instance = id, .listens = {{"tcp 0.0.0.0:80"}}};
  }
  std::size_t exposures = 0;
  for (const SpoolRecord& record : maker.deltas(std::move(batch), {}, {}, {})) {
    EXPECT_LE(record.report.size(), 8192u);
    exposures += format::decode_text<runtime::Report>(record.report)->exposures.size();
  }
  EXPECT_EQ(exposures, 100u);
}

TEST(Gatherer, of_an_instance_the_latest_exposure_counts) {
  Gatherer gatherer;
  gatherer.exposed({.instance = "a", .network = runtime::Network::host});
  gatherer.exposed({.instance = "a", .network = runtime::Network::own});
  const Batch batch = gatherer.take(seconds(5), false, {});
  ASSERT_EQ(batch.exposures.size(), 1u);
  EXPECT_EQ(batch.exposures.at("a").network, runtime::Network::own);
}

TEST(Gatherer, of_a_host_the_latest_survey_counts) {
  Gatherer gatherer;
  gatherer.surveyed(survey_of(runtime::InventoryKind::packages, {}, "old"));
  gatherer.surveyed(survey_of(runtime::InventoryKind::program, {"a"}, "p"));
  gatherer.surveyed(survey_of(runtime::InventoryKind::packages, {}, "new"));
  gatherer.surveyed(survey_of(runtime::InventoryKind::program, {"a", "b"}, "p"));
  const Batch batch = gatherer.take(seconds(5), false, {});
  ASSERT_EQ(batch.surveys.size(), 2u);
  EXPECT_EQ(batch.surveys[0].documents[0], "new");
  EXPECT_EQ(batch.surveys[1].claim.instances.size(), 2u);
}

TEST(Gatherer, urgent_news_do_not_wait_and_explained_ones_gather) {
  using Steady = std::chrono::steady_clock;
  Gatherer gatherer;
  auto before = Steady::now();
  gatherer.started(instance_of("explained"));
  EXPECT_EQ(gatherer.take(seconds(5), false, {}).started.size(), 1u);
  EXPECT_GE(Steady::now() - before, std::chrono::milliseconds(90));
  before = Steady::now();
  auto urgent = instance_of("urgent");
  urgent.package.reset();
  gatherer.started(instance_of("explained"));
  gatherer.started(urgent);
  EXPECT_EQ(gatherer.take(seconds(5), false, {}).started.size(), 2u);
  EXPECT_LT(Steady::now() - before, std::chrono::milliseconds(80));
}

TEST(Gatherer, beyond_its_bound_events_are_counted_as_lost) {
  Gatherer gatherer(10);
  for (int i = 0; i < 25; ++i) gatherer.started(instance_of(std::to_string(i)));
  const Batch batch = gatherer.take(seconds(1), false, {});
  EXPECT_EQ(batch.started.size(), 10u);
  EXPECT_EQ(batch.lost, 15);
}

TEST(ClockOffsetTest, shortest_round_trip_decides) {
  ClockOffset offset;
  EXPECT_EQ(offset.uncertainty().micros, 0);
  offset.add({0}, {100'000}, {60'000});    // offset 10 ms, doubt 50 ms
  EXPECT_EQ(offset.uncertainty(), milliseconds(60));
  offset.add({200'000}, {202'000}, {211'000});  // offset 10 ms, doubt 1 ms
  EXPECT_EQ(offset.uncertainty(), milliseconds(11));
  offset.add({300'000}, {299'000}, {0});  // our clock was set back
  EXPECT_EQ(offset.uncertainty(), milliseconds(11));
}

}  // namespace
}  // namespace weir::agent
