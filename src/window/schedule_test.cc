#include "window/schedule.h"

#include <gtest/gtest.h>

#include <ctime>

#include "window/batch.h"
#include "window/rule.h"

namespace weir::window {
namespace {

Instant at(std::string_view text) { return parse_instant(text).value(); }
std::string told(const std::optional<Instant>& when) { return when ? to_string(*when).substr(0, 16) : "-"; }

struct Case {
  std::string_view rrule, start, duration, timezone, at, want;  // "open closes opens" or "shut opens"
};

std::string state_of(const Case& each) {
  const auto schedule = Schedule::parse({.rrule = std::string(each.rrule),
                                         .start = std::string(each.start),
                                         .duration = parse_length(each.duration, "duration").value(),
                                         .timezone = std::string(each.timezone)});
  if (!schedule.ok()) return schedule.error().message;
  const State state = schedule->state_at(at(each.at));
  EXPECT_EQ(state.open, schedule->open_at(at(each.at)));
  return state.open ? fmt::format("open {} {}", told(state.closes), told(state.opens))
                    : fmt::format("shut {}", told(state.opens));
}

TEST(Schedule, opens_at_its_local_start_and_closes_after_elapsed_time) {
  constexpr std::string_view berlin = "Europe/Berlin", new_york = "America/New_York";
  const std::vector<Case> cases{
      {"FREQ=WEEKLY;BYDAY=MO,WE", "2026-01-05T09:00:00", "PT4H", berlin, "2026-07-06T07:00:00Z",
       "open 2026-07-06T11:00 2026-07-08T07:00"},
      {"FREQ=WEEKLY;BYDAY=MO,WE", "2026-01-05T09:00:00", "PT4H", berlin, "2026-07-06T06:59:59Z",
       "shut 2026-07-06T07:00"},
      {"FREQ=WEEKLY;BYDAY=MO,WE", "2026-01-05T09:00:00", "PT4H", berlin, "2026-07-06T11:00:00Z",
       "shut 2026-07-08T07:00"},
      // In the gap of 2026-03-29 02:30 has the offset before it: 03:30 on the wall.
      {"FREQ=DAILY", "2026-03-01T02:30:00", "1h", berlin, "2026-03-29T01:30:00Z",
       "open 2026-03-29T02:30 2026-03-30T00:30"},
      {"FREQ=DAILY", "2026-03-01T02:30:00", "1h", berlin, "2026-03-29T01:29:59Z", "shut 2026-03-29T01:30"},
      // What follows the gap stands for the same moments: one opening.
      {"FREQ=HOURLY", "2026-03-29T00:30:00", "30m", berlin, "2026-03-29T01:45:00Z",
       "open 2026-03-29T02:00 2026-03-29T02:30"},
      // 02:30 comes twice on 2026-10-25: the first.
      {"FREQ=DAILY", "2026-10-01T02:30:00", "1h", berlin, "2026-10-25T00:30:00Z",
       "open 2026-10-25T01:30 2026-10-26T01:30"},
      {"FREQ=DAILY", "2026-10-01T02:30:00", "1h", berlin, "2026-10-25T01:30:00Z", "shut 2026-10-26T01:30"},
      // Four hours of elapsed time over the change.
      {"FREQ=YEARLY", "2025-03-30T01:00:00", "PT4H", berlin, "2025-03-30T03:59:00Z",
       "open 2025-03-30T04:00 2026-03-29T23:00"},
      // A start that the rule does not yield is none.
      {"FREQ=WEEKLY;BYDAY=TU", "2026-01-05T09:00:00", "PT4H", "UTC", "2026-01-05T10:00:00Z",
       "shut 2026-01-06T09:00"},
      // Touching and overlapping occurrences are one.
      {"FREQ=DAILY;BYHOUR=8,12,16", "2026-01-05T08:00:00", "PT4H", "UTC", "2026-01-05T09:00:00Z",
       "open 2026-01-05T20:00 2026-01-06T08:00"},
      {"FREQ=DAILY", "2026-01-01T00:00:00", "P1D", "UTC", "2026-06-01T00:00:00Z", "open - -"},
      {"FREQ=DAILY", "2026-01-01T00:00:00", "P1D", new_york, "2026-06-01T00:00:00Z",
       "open 2026-11-02T04:00 2026-11-02T05:00"},
      {"FREQ=MINUTELY", "2026-01-01T00:00:00", "PT1M", "UTC", "2026-06-01T00:00:00Z", "open - -"},
      {"FREQ=SECONDLY;UNTIL=20260102T000000Z", "2026-01-01T00:00:00", "PT2S", "UTC", "2026-01-01T12:00:00Z",
       "open 2026-01-02T00:00 -"},
      {"FREQ=DAILY;COUNT=3", "2026-01-05T08:00:00", "PT1H", "UTC", "2026-01-07T08:30:00Z",
       "open 2026-01-07T09:00 -"},
      {"FREQ=DAILY;COUNT=3", "2026-01-05T08:00:00", "PT1H", "UTC", "2026-01-07T09:00:00Z", "shut -"},
      {"FREQ=DAILY;UNTIL=20260107T080000", "2026-01-05T08:00:00", "PT1H", berlin, "2026-01-06T09:00:00Z",
       "shut 2026-01-07T07:00"},
      {"FREQ=DAILY;UNTIL=20260107T065959Z", "2026-01-05T08:00:00", "PT1H", berlin, "2026-01-06T09:00:00Z",
       "shut -"},
      {"RRULE:FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01T18:00:00", "PT6H", "UTC", "2026-02-10T00:00:00Z",
       "shut 2026-02-27T18:00"},
      {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-01T18:00:00", "PT6H", "UTC",
       "2026-05-10T00:00:00Z", "shut 2026-05-29T18:00"},
      {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29T00:00:00", "P1D", "UTC", "2026-01-01T00:00:00Z",
       "shut 2028-02-29T00:00"},
      {"FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2020-01-01T00:00:00", "P1D", "UTC", "2026-02-01T00:00:00Z",
       "shut 2027-01-04T00:00"},
      {"FREQ=DAILY;INTERVAL=2;BYHOUR=9", "1970-01-01T00:00:00", "PT1H", "UTC", "2026-11-28T00:00:00Z",
       "shut 2026-11-29T09:00"},
      // A start with an offset is a moment; with a fraction, every occurrence has it.
      {"FREQ=DAILY", "2026-01-05T08:00:00Z", "PT1H", berlin, "2026-01-06T07:59:00Z", "shut 2026-01-06T08:00"},
      {"FREQ=DAILY", "2026-01-05T08:00:00.500", "PT1H", "UTC", "2026-01-06T08:00:00.400Z",
       "shut 2026-01-06T08:00"},
      // The day that Samoa skipped stands for the day after it.
      {"FREQ=DAILY", "2011-12-28T10:00:00", "PT1H", "Pacific/Apia", "2011-12-30T20:30:00Z",
       "open 2011-12-30T21:00 2011-12-31T20:00"},
  };
  for (const Case& each : cases)
    EXPECT_TRUE(state_of(each).starts_with(each.want))
        << each.rrule << " from " << each.start << " at " << each.at << ": " << state_of(each);
}

std::string line_of(std::string_view rrule) {
  return fmt::format(R"({{"rrule":"{}","start":"2026-01-01T09:00:00","duration":"PT4H","timezone":"UTC",)"
                     R"("at":"2026-11-28T00:00:00Z"}})",
                     rrule);
}
std::string cron_line_of(std::string_view cron) {
  return fmt::format(R"({{"cron":"{}","duration":"PT4H","timezone":"UTC","at":"2026-11-28T00:00:00Z"}})",
                     cron);
}
// The line of a sound rule with one member as it must not be.
std::string line_with(std::string_view member, const format::Json& value) {
  format::Json line = format::parse_json(line_of("FREQ=DAILY")).value();
  line.set(std::string(member), value);
  return dump(line);
}

void expect_refused(const std::string& line, std::string_view field, std::string_view word) {
  const std::clock_t begun = std::clock();  // of CPU: others may keep the machine busy
  const Checked checked = answer_check(line);
  EXPECT_FALSE(checked.sound) << line.substr(0, 200);
  const format::Json& error = checked.answer.at("error");
  EXPECT_EQ(error.text("field"), field) << dump(checked.answer);
  EXPECT_NE(error.text("message").find(word), std::string_view::npos) << dump(checked.answer);
  EXPECT_LT(std::clock() - begun, 2 * CLOCKS_PER_SEC) << line.substr(0, 200);
}

TEST(Batch, says_what_is_wrong_with_a_rule) {
  const std::string overlong = "FREQ=DAILY;BYHOUR=" + std::string(2000, '1');
  const std::vector<std::pair<std::string_view, std::string_view>> rules{
      {overlong, "1024"},
      {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never fires"},
      {"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never fires"},
      {"FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1", "never fires"},
      {"FREQ=HOURLY;INTERVAL=24;BYHOUR=5", "never fires"},
      {"FREQ=DAILY;UNTIL=20250101T000000Z", "never fires"},
      {"FREQ=DAILY;COUNT=1000000000000", "COUNT"},
      {"FREQ=DAILY;COUNT=2;UNTIL=20270101", "UNTIL"},
      {"FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"},
      {"FREQ=WEEKLY;BYDAY=1MO", "BYDAY"},
      {"FREQ=DAILY;BYEASTER=1", "BYEASTER"},
      {"FREQ=DAILY;BYHOUR=1;BYHOUR=2", "twice"},
      {"FREQ=DAILY;BYSETPOS=1", "BYSETPOS"},
      {"FREQ=DAILY;BYHOUR=24", "BYHOUR"},
      {"FREQ=DAILY;INTERVAL=0", "INTERVAL"},
      {"BYHOUR=9", "FREQ"},
      {"every day", "FREQ=DAILY"}};
  for (const auto& [rule, word] : rules) expect_refused(line_of(rule), "rrule", word);
  expect_refused(cron_line_of("0 25 * * *"), "cron", "hour");
  expect_refused(cron_line_of("0 9 30 2 *"), "cron", "never fires");
}

TEST(Batch, names_the_member_that_is_wrong) {
  expect_refused(line_with("timezone", "Mars/Base"), "timezone", "Mars/Base");
  expect_refused(line_with("timezone", "../../etc/passwd"), "timezone", "no time zone");
  expect_refused(line_with("timezone", nullptr), "timezone", "missing");
  expect_refused(line_with("duration", "PT0S"), "duration", "longer than nothing");
  expect_refused(line_with("duration", -3600), "duration", "longer than nothing");
  expect_refused(line_with("duration", "P900D"), "duration", "366 days");
  expect_refused(line_with("duration", "P1M"), "duration", "P1M");
  expect_refused(line_with("start", "2026-02-30T09:00:00"), "start", "2026-02-30");
  expect_refused(line_with("at", "yesterday"), "at", "yesterday");
  expect_refused(line_with("at", "2026-01-01T09:00:00"), "at", "2026-01-01T09:00:00");
  expect_refused("[1]", "", "object");
  expect_refused("nonsense", "", "JSON");
}

TEST(Batch, answers_with_moments_in_utc_or_null) {
  const Checked checked = answer_check(line_of("FREQ=DAILY"));
  EXPECT_TRUE(checked.sound);
  EXPECT_EQ(dump(checked.answer), R"({"open":false,"closes":null,"opens":"2026-11-28T09:00:00.000000Z"})");
}

TEST(Cron, reads_lists_ranges_steps_names_and_either_day) {
  struct Row {
    std::string_view line, at, opens;
  };
  const std::vector<Row> rows{{"0 9 * * 1-5", "2026-11-28T00:00:00Z", "2026-11-30T09:00"},
                              {"*/15 8-10 * * MON", "2026-11-28T00:00:00Z", "2026-11-30T08:00"},
                              {"30 6 1,15 * *", "2026-11-28T00:00:00Z", "2026-12-01T06:30"},
                              {"0 0 13 * FRI", "2026-11-28T00:00:00Z", "2026-12-04T00:00"},
                              {"0 0 */2 * FRI", "2026-11-28T00:00:00Z", "2026-12-11T00:00"},
                              {"0 0 * * 7", "2026-11-28T00:00:00Z", "2026-11-29T00:00"},
                              {"0 0 1 jan *", "2026-11-28T00:00:00Z", "2027-01-01T00:00"},
                              {"@monthly", "2026-11-28T00:00:00Z", "2026-12-01T00:00"}};
  for (const Row& row : rows) {
    const auto schedule =
        Schedule::parse({.cron = std::string(row.line), .duration = minutes(1), .timezone = "UTC"});
    ASSERT_TRUE(schedule.ok()) << schedule.error().message;
    EXPECT_EQ(told(schedule->state_at(at(row.at)).opens), row.opens) << row.line;
  }
  for (const std::string_view bad : {"", "* * * *", "* * * * * *", "60 * * * *", "5-1 * * * *", "*/0 * * * *",
                                     "a * * * *", "* * 0 * *", "1- * * * *", "-1 * * * *", "* * * 13 *"})
    EXPECT_FALSE(parse_cron(bad).ok()) << bad;
}

TEST(Schedule, one_period_is_open_between_its_ends) {
  const auto schedule =
      Schedule::parse({.from = at("2026-12-20T00:00:00Z"), .until = at("2027-01-04T00:00:00Z")});
  ASSERT_TRUE(schedule.ok());
  EXPECT_EQ(told(schedule->state_at(at("2026-12-01T00:00:00Z")).opens), "2026-12-20T00:00");
  EXPECT_EQ(told(schedule->state_at(at("2026-12-24T00:00:00Z")).closes), "2027-01-04T00:00");
  EXPECT_EQ(schedule->state_at(at("2027-01-04T00:00:00Z")), State());
  EXPECT_FALSE(
      Schedule::parse({.from = at("2027-01-04T00:00:00Z"), .until = at("2026-12-20T00:00:00Z")}).ok());
  EXPECT_FALSE(Schedule::parse({}).ok());
  EXPECT_FALSE(Schedule::parse({.rrule = "FREQ=DAILY", .cron = "* * * * *"}).ok());
}

TEST(Length, reads_iso_8601_and_short_words) {
  const std::vector<std::pair<std::string_view, std::int64_t>> sound{
      {"PT4H", 14'400}, {"P1DT2H", 93'600}, {"P2W", 1'209'600}, {"PT90M", 5'400}, {"pt1h30m5s", 5'405},
      {"4h", 14'400},   {"1h30m", 5'400},   {"90m", 5'400},     {"2d", 172'800}};
  for (const auto& [text, want] : sound)
    EXPECT_EQ(parse_length(text, "x").value().micros, want * 1'000'000) << text;
  EXPECT_EQ(parse_length("PT0.5S", "x").value().micros, 500'000);
  for (const std::string_view bad :
       {"", "P", "PT", "P1Y", "4", "4x", "h", "-PT1H", "PT1H1", "1h 30m", "P1DT"})
    EXPECT_FALSE(parse_length(bad, "x").ok()) << bad;
}

}  // namespace
}  // namespace weir::window
