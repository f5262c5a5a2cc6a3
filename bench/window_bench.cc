// The next opening of a window, of rules of every kind, at moments spread over years; and a decision over many windows.
#include <benchmark/benchmark.h>

#include "window/window.h"

namespace {

using namespace weir;
using namespace weir::window;

struct Row {
  const char* name;
  const char* rrule;
  const char* start;
  const char* zone;
  Duration duration;
};
constexpr std::array rows{
    Row{"weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2020-01-01T09:00:00", "Europe/Berlin", hours(8)},
    Row{"since_1970", "FREQ=DAILY;INTERVAL=3", "1970-01-01T09:00:00", "America/New_York", hours(8)},
    Row{"last_friday", "FREQ=MONTHLY;BYDAY=-1FR", "2020-01-01T18:00:00", "Europe/Berlin", hours(6)},
    Row{"last_working_day", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2020-01-01T18:00:00", "UTC",
        hours(6)},
    Row{"yearly_weeks", "FREQ=YEARLY;BYWEEKNO=1,20,-1;BYDAY=MO", "2020-01-01T09:00:00", "Asia/Kolkata",
        hours(6)},
    Row{"leap_day", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", "2020-02-29T00:00:00", "UTC", days(1)},
    Row{"counted", "FREQ=HOURLY;COUNT=100000", "2020-01-01T09:00:00", "Europe/Berlin", minutes(10)},
    Row{"minutes_of_an_hour", "FREQ=MINUTELY;BYHOUR=9;BYDAY=SA", "2020-01-01T09:00:00", "Europe/Berlin",
        minutes(1)},
    Row{"always", "FREQ=DAILY", "2020-01-01T00:00:00", "Europe/Berlin", days(1)},
};

Schedule schedule_of(const Row& row) {
  return Schedule::parse(
             {.rrule = row.rrule, .start = row.start, .duration = row.duration, .timezone = row.zone})
      .value();
}

const Instant begin = parse_instant("2026-01-01T00:00:00Z").value();

void next_opening(benchmark::State& state, const Row& row) {
  const Schedule schedule = schedule_of(row);
  std::int64_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(schedule.state_at(begin + seconds(i++ % 10'000 * 7'919)));
}

void reading(benchmark::State& state, const Row& row) {
  for (auto _ : state) benchmark::DoNotOptimize(schedule_of(row));
}

void decision(benchmark::State& state) {
  std::vector<Window> windows;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    windows.push_back(prepare(fmt::format("w{}", i), {.kind = i % 5 == 0 ? Kind::deny : Kind::allow,
                                                      .rrule = rows[0].rrule,
                                                      .start = fmt::format("2026-01-01T{:02}:00:00", i % 20),
                                                      .duration = "2h",
                                                      .timezone = "Europe/Berlin"})
                          .value());
  std::int64_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(decide(windows, {.environment = "prod"}, begin + seconds(i++ % 10'000 * 7'919)));
}
BENCHMARK(decision)->Arg(1)->Arg(10)->Unit(benchmark::kMicrosecond);

}  // namespace

int main(int argc, char** argv) {
  for (const Row& row : rows) {
    benchmark::RegisterBenchmark(fmt::format("next_opening/{}", row.name).c_str(), next_opening, row);
    benchmark::RegisterBenchmark(fmt::format("reading/{}", row.name).c_str(), reading, row);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
