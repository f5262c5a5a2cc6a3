// The two jobs that keep the database file: the scrub and the checkpointer, on a real ledger.
#include <gtest/gtest.h>

#include "jobs/checkpointer.h"
#include "jobs/scrub.h"
#include "store/view_alert.h"
#include "support/child_process.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

using test::LedgerFixture;

class ScrubJob : public testing::Test {
 protected:
  void SetUp() override {
    ledger_.fill(3000);
    ASSERT_TRUE(ledger_.alter("PRAGMA wal_checkpoint(TRUNCATE)").ok());
    job_ = make_scrub({ledger_.sequencer(), ledger_.actor()},
                      {.path = ledger_.database_path(),
                       .blobs = std::shared_ptr<blob::BlobStore>(
                           std::move(blob::open_directory(ledger_.directory().path("blobs"))).value()),
                       .key = ledger_.key(),
                       .bytes_per_second = 200'000,
                       .entries_per_second = 2000,
                       .rest = hours(1)},
                      ledger_.reader());
  }
  // Ticks every 100 ms for so long; the first error ends it.
  Result<Step> run(Duration time) {
    for (Duration passed; passed < time; passed.micros += 100'000) {
      now_ = now_ + milliseconds(100);
      auto step = job_->tick(now_);
      if (!step) return step;
    }
    return Step::idle;
  }
  void damage(std::int64_t at) {
    std::fstream file(ledger_.database_path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const int before = file.get();
    file.seekp(at);
    file.put(static_cast<char>(before ^ 1));
  }
  LedgerFixture ledger_;
  std::unique_ptr<Job> job_;
  Instant now_ = Instant{} + days(20'000);
};

TEST_F(ScrubJob, goes_through_an_undamaged_ledger_again_and_again) {
  const auto checked_at = [&] {
    return query_count(*ledger_.reader(), "SELECT at FROM timer WHERE name='ledger-checked'").value();
  };
  EXPECT_EQ(checked_at(), 0);
  EXPECT_TRUE(run(hours(3)).ok());
  EXPECT_TRUE(ledger_.sequencer().accepts_writes());
  EXPECT_EQ(checked_at(), ledger_.clock().now().micros) << "that it was checked is shown";
}

TEST_F(ScrubJob, finds_a_damaged_page_within_one_round_and_stops_all_writes) {
  damage(static_cast<std::int64_t>(std::filesystem::file_size(ledger_.database_path())) - 3000);
  const auto found = run(minutes(2));
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, Errc::corrupt);
  EXPECT_NE(found.error().message.find("ledger.db: page"), std::string::npos);
  EXPECT_EQ(ledger_.append(evidence::Service{.name = "s", .team = "one"}).error().message,
            found.error().message);
}

TEST_F(ScrubJob, finds_damage_that_has_good_checksums) {
  ASSERT_TRUE(ledger_.alter("UPDATE payload_key SET salt=randomblob(32) WHERE idx=1234").ok());
  const auto found = run(minutes(2));
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().message.find("entry 1234"), std::string::npos) << found.error().message;
  EXPECT_FALSE(ledger_.sequencer().accepts_writes());
}

TEST_F(ScrubJob, what_it_finds_becomes_one_alert_that_goes_out_although_writes_have_stopped) {
  ASSERT_TRUE(ledger_.append(alert::ChannelDeclared{.name = "ops", .environments = {"prod"}}).ok());
  ASSERT_TRUE(ledger_.alter("UPDATE payload_key SET salt=randomblob(32) WHERE idx=1234").ok());
  const auto watch = make_damage_watch({ledger_.sequencer(), ledger_.actor()});
  EXPECT_TRUE(watch->tick(now_).ok());
  ASSERT_FALSE(run(minutes(2)).ok());
  for (int look = 0; look < 3; ++look) {
    const auto said = watch->tick(now_);
    ASSERT_FALSE(said.ok());
    EXPECT_NE(said.error().message.find("entry 1234"), std::string::npos) << said.error().message;
    EXPECT_EQ(said.error().message.find("no alert of it"), std::string::npos) << said.error().message;
  }
  const auto alerts = store::list_alerts(*ledger_.reader(), {.state = "open"}).value();
  ASSERT_EQ(alerts.size(), 1u);
  EXPECT_EQ(alerts[0].cause, "ledger-damaged");
  EXPECT_EQ(alerts[0].severity, "critical");
  EXPECT_NE(alerts[0].story.remedy.find("weir ledger verify"), std::string::npos);
  EXPECT_EQ(query_count(*ledger_.reader(), "SELECT count(*) FROM delivery WHERE state='pending'").value(), 1);
  EXPECT_FALSE(ledger_.append(evidence::Service{.name = "s", .team = "one"}).ok());
}

TEST_F(ScrubJob, says_so_when_not_even_the_alert_can_be_recorded) {
  ASSERT_TRUE(ledger_.alter("DROP TABLE alert").ok());
  ledger_.sequencer().stop_writes("page 7 is not what was written");
  const auto said = make_damage_watch({ledger_.sequencer(), ledger_.actor()})->tick(now_);
  ASSERT_FALSE(said.ok());
  EXPECT_NE(said.error().message.find("page 7"), std::string::npos);
  EXPECT_NE(said.error().message.find("no alert of it can be recorded"), std::string::npos);
}

TEST_F(ScrubJob, resolves_the_alert_once_all_was_read_and_is_sound_again) {
  ASSERT_TRUE(ledger_.append(alert::AlertOpened{.key = "ledger-damaged", .cause = "ledger-damaged"}).ok());
  EXPECT_TRUE(run(hours(3)).ok());
  EXPECT_FALSE(store::find_open_alert(*ledger_.reader(), "ledger-damaged").value());
}

TEST_F(ScrubJob, reads_no_faster_than_it_may) {
  damage(static_cast<std::int64_t>(std::filesystem::file_size(ledger_.database_path())) - 3000);
  const auto seconds_needed =
      static_cast<std::int64_t>(std::filesystem::file_size(ledger_.database_path())) / 200'000;
  ASSERT_GT(seconds_needed, 3);
  EXPECT_TRUE(run(seconds(seconds_needed - 2)).ok());
  EXPECT_FALSE(run(seconds(6)).ok());
}

std::uintmax_t log_size(const LedgerFixture& ledger) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(ledger.database_path() + "-wal", missing);
  return missing ? 0 : size;
}

TEST(Checkpointer, empties_the_log_when_nothing_is_written_for_a_while) {
  LedgerFixture ledger;
  auto checkpointer =
      std::move(
          Checkpointer::start({.path = ledger.database_path(), .idle = milliseconds(10), .on_error = {}}))
          .value();
  ledger.sequencer().on_commit([&](std::int64_t) { checkpointer->committed(); });
  ledger.fill(500);
  EXPECT_TRUE(test::await([&] { return log_size(ledger) == 0; }));
  ledger.fill(500);
  EXPECT_TRUE(test::await([&] { return log_size(ledger) == 0; }));
  EXPECT_TRUE(ledger.verify()->sound());
  ledger.close();
}

TEST(Checkpointer, bounds_the_log_while_writes_go_on) {
  LedgerFixture ledger;
  auto checkpointer = std::move(Checkpointer::start({.path = ledger.database_path(),
                                                     .log_bytes = 256 * 1024,
                                                     .between = milliseconds(1),
                                                     .on_error = {}}))
                          .value();
  ledger.sequencer().on_commit([&](std::int64_t) { checkpointer->committed(); });
  std::uintmax_t largest = 0;
  for (int i = 0; i < 400; ++i) {
    ledger.fill(200);
    largest = std::max(largest, log_size(ledger));
  }
  const auto written = std::filesystem::file_size(ledger.database_path());
  EXPECT_GT(written, 8u * 1024 * 1024);
  EXPECT_LT(largest, written / 2) << "the log was begun anew meanwhile";
  EXPECT_TRUE(ledger.verify()->sound());
  ledger.close();
}

TEST(Checkpointer, says_what_went_wrong_and_does_not_go_on_with_damage) {
  LedgerFixture ledger;
  ledger.fill(100);
  std::fstream log(ledger.database_path() + "-wal", std::ios::in | std::ios::out | std::ios::binary);
  log.seekp(-1000, std::ios::end);  // in the newest frame of its page, which is the one that is moved
  log.put('!');
  log.close();
  std::atomic<bool> told = false;
  auto checkpointer =
      std::move(
          Checkpointer::start({.path = ledger.database_path(),
                               .idle = milliseconds(10),
                               .on_error = [&](const Error& error) { told = error.code == Errc::corrupt; }}))
          .value();
  EXPECT_TRUE(test::await([&] { return told.load(); }));
}

}  // namespace
}  // namespace weir::jobs
