#include "window/recurrence.h"

#include <algorithm>
#include <numeric>

#include "window/day.h"

namespace weir::window {
namespace {

constexpr std::int64_t day_seconds = 86'400;
constexpr Local end_of_time = 253'402'300'799;  // 9999-12-31T23:59:59
// Periods in a row that hold nothing, by frequency: then none ever will, because the calendar repeats after 400 years,
// which are 146,097 days. Below a day days that do not match are passed over whole, and it is only a bound.
constexpr std::array<std::int64_t, 7> empty_max{4'000'000, 4'000'000, 4'000'000, 146'098, 20'872, 4'801, 401};

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return -floor_div(-a, b); }

template <std::size_t N>
std::bitset<N> bits_of(const std::vector<int>& values) {
  std::bitset<N> bits;
  if (values.empty()) bits.set();
  for (const int value : values)
    if (static_cast<std::size_t>(value) < N) bits.set(static_cast<std::size_t>(value));
  return bits;
}

}  // namespace

// The occurrences of one period, in order: each day with each time, or what BYSETPOS chose of them.
struct Recurrence::Period {
  std::vector<std::int64_t> days;  // the first second of each
  std::vector<Local> chosen;
  const std::vector<std::int32_t>* times = nullptr;
  bool by_position = false;

  std::size_t size() const { return by_position ? chosen.size() : days.size() * times->size(); }
  Local at(std::size_t i) const {
    return by_position ? chosen[i] : days[i / times->size()] + (*times)[i % times->size()];
  }
  // How many lie before `when`.
  std::size_t before(Local when) const {
    std::size_t low = 0, high = size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (at(middle) < when) low = middle + 1;
      else high = middle;
    }
    return low;
  }
};

Recurrence::Recurrence(Rule rule, Local start) : rule_(std::move(rule)), start_(start), last_(end_of_time) {
  fill_gaps(start);
  prepare_times();
  if (rule_.until_local) last_ = std::min(last_, *rule_.until_local);
  if (rule_.count) last_ = count_out(*rule_.count);
  prepare_step();
}

// What the rule does not say comes from its start.
void Recurrence::fill_gaps(Local start) {
  const Day day = day_of(floor_div(start, day_seconds));
  const auto second = static_cast<int>(start - day.number * day_seconds);
  const auto fill = [](std::vector<int>& part, int value) {
    if (part.empty()) part.push_back(value);
  };
  const bool some_day = !(rule_.weeks.empty() && rule_.year_days.empty() && rule_.month_days.empty() &&
                          rule_.week_days.empty());
  if (!some_day && rule_.frequency == Frequency::yearly) fill(rule_.months, day.month);
  if (!some_day && rule_.frequency >= Frequency::monthly) fill(rule_.month_days, day.of_month);
  if (!some_day && rule_.frequency == Frequency::weekly) rule_.week_days.push_back({0, day.week_day});
  if (rule_.frequency > Frequency::hourly) fill(rule_.hours, second / 3600);
  if (rule_.frequency > Frequency::minutely) fill(rule_.minutes, second / 60 % 60);
  if (rule_.frequency > Frequency::secondly) fill(rule_.seconds, second % 60);
}

void Recurrence::prepare_times() {
  constexpr std::array<std::int64_t, 3> units{1, 60, 3600};
  unit_ = has_days() ? day_seconds : units[static_cast<std::size_t>(rule_.frequency)];
  first_unit_ = floor_div(start_, unit_);
  months_ = bits_of<13>(rule_.months);
  hours_ = bits_of<24>(rule_.hours);
  minutes_ = bits_of<60>(rule_.minutes);
  seconds_ = bits_of<60>(rule_.seconds);
  const std::vector<int> none{0};
  for (const int hour : has_days() ? rule_.hours : none)
    for (const int minute : rule_.frequency >= Frequency::hourly ? rule_.minutes : none)
      for (const int second : rule_.frequency >= Frequency::minutely ? rule_.seconds : none)
        if (second < 60) times_.push_back(hour * 3600 + minute * 60 + second);
  if (!has_days() && !may_fire()) times_.clear();
  if (has_days() || rule_.positions.empty() || times_.empty()) return;
  Period unit{.days = {0}, .times = &times_};  // every unit has the same times: choose once
  choose(unit);
  times_.assign(unit.chosen.begin(), unit.chosen.end());
}

// Below a day: whether the units that its interval reaches hold an hour, minute and second that match, and whether any
// day of the calendar does.
bool Recurrence::may_fire() const {
  const std::int64_t reach = std::gcd(unit_ * rule_.interval, day_seconds);
  const std::int64_t first = first_unit_ * unit_ - floor_div(first_unit_ * unit_, reach) * reach;
  bool time = false, day = false;
  for (std::int64_t second = first; second < day_seconds && !time; second += reach)
    time = time_matches(static_cast<std::size_t>(second));
  for (std::int64_t number = 0; number < 146'097 && time && !day; ++number)
    day = day_matches(rule_, day_of(number));
  return day;
}

bool Recurrence::time_matches(std::size_t second) const {
  return hours_[second / 3600] && (unit_ >= 3600 || minutes_[second / 60 % 60]) &&
         (unit_ >= 60 || seconds_[second % 60]);
}

// A rule without filters repeats at one distance for ever, or until it is over.
void Recurrence::prepare_step() {
  if (times_.size() != 1 || !rule_.positions.empty() || last_ != end_of_time || rule_.until_second) return;
  const bool any_day = rule_.months.empty() && rule_.month_days.empty() && rule_.year_days.empty();
  if (!any_day || rule_.frequency > Frequency::weekly) return;
  if (rule_.frequency == Frequency::weekly) {
    if (rule_.week_days.size() == 1) step_ = 7 * day_seconds * rule_.interval;
    return;
  }
  const bool any_time =
      has_days() || (hours_.all() && (unit_ >= 3600 || minutes_.all()) && (unit_ >= 60 || seconds_.all()));
  if (rule_.week_days.empty() && any_time) step_ = unit_ * rule_.interval;
}

std::int64_t Recurrence::period_of(Local at) const {
  const std::int64_t day = floor_div(at, day_seconds), start_day = floor_div(start_, day_seconds);
  switch (rule_.frequency) {
    case Frequency::yearly:
      return floor_div(day_of(day).year - day_of(start_day).year, rule_.interval);
    case Frequency::monthly: {
      const Day a = day_of(start_day), b = day_of(day);
      return floor_div((b.year - a.year) * 12 + b.month - a.month, rule_.interval);
    }
    case Frequency::weekly: {
      const std::int64_t shift = 3 - rule_.week_start;  // 1970-01-01 was a Thursday
      return floor_div(floor_div(day + shift, 7) - floor_div(start_day + shift, 7), rule_.interval);
    }
    case Frequency::daily:
      return floor_div(day - start_day, rule_.interval);
    default:
      return floor_div(floor_div(at, unit_) - first_unit_, rule_.interval);
  }
}

void Recurrence::fill_days(std::int64_t index, Period& period) const {
  const std::int64_t start_day = floor_div(start_, day_seconds);
  const auto take = [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t day = first; day < first + count; ++day)
      if (day_matches(rule_, day_of(day))) period.days.push_back(day * day_seconds);
  };
  const auto take_month = [&](int year, int month) {
    if (months_[static_cast<std::size_t>(month)]) take(day_number(year, month, 1), month_length(year, month));
  };
  const Day begun = day_of(start_day);
  if (rule_.frequency == Frequency::yearly) {
    const auto year = static_cast<int>(begun.year + index * rule_.interval);
    for (int month = 1; month <= 12; ++month) take_month(year, month);
  } else if (rule_.frequency == Frequency::monthly) {
    const std::int64_t month = begun.year * 12 + begun.month - 1 + index * rule_.interval;
    take_month(static_cast<int>(month / 12), static_cast<int>(month % 12) + 1);
  } else if (rule_.frequency == Frequency::weekly) {
    const int into = (begun.week_day - rule_.week_start + 7) % 7;
    take(start_day - into + 7 * index * rule_.interval, 7);
  } else {
    take(start_day + index * rule_.interval, 1);
  }
}

bool Recurrence::fill_unit(std::int64_t index, Period& period) const {
  const Local base = (first_unit_ + index * rule_.interval) * unit_;
  const std::int64_t day = floor_div(base, day_seconds);
  const auto second = static_cast<std::size_t>(base - day * day_seconds);
  const bool matches = time_matches(second) && day_matches(rule_, day_of(day));
  if (matches) period.days.push_back(base);
  return matches;
}

// Keeps what BYSETPOS names.
void Recurrence::choose(Period& period) const {
  period.by_position = false;
  const auto size = static_cast<std::int64_t>(period.size());
  period.chosen.clear();
  for (const int position : rule_.positions) {
    const std::int64_t at = position > 0 ? position - 1 : size + position;
    if (at >= 0 && at < size) period.chosen.push_back(period.at(static_cast<std::size_t>(at)));
  }
  std::sort(period.chosen.begin(), period.chosen.end());
  period.chosen.erase(std::unique(period.chosen.begin(), period.chosen.end()), period.chosen.end());
  period.by_position = true;
}

// False when it holds nothing.
bool Recurrence::fill(std::int64_t index, Period& period) const {
  period.days.clear();
  period.times = &times_;
  if (!has_days()) return fill_unit(index, period) && !times_.empty();
  fill_days(index, period);
  if (!rule_.positions.empty()) choose(period);
  return period.size() > 0;
}

// The unit after one that holds nothing: hours and days that do not match are passed over whole. `beyond` is 1 to go
// forward, −1 to go back.
std::int64_t Recurrence::next_unit(std::int64_t index, Local beyond) const {
  const Local base = (first_unit_ + index * rule_.interval) * unit_;
  const std::int64_t day = floor_div(base, day_seconds);
  const auto second = static_cast<std::size_t>(base - day * day_seconds);
  std::int64_t length = unit_;
  if (!day_matches(rule_, day_of(day))) length = day_seconds;
  else if (!hours_[second / 3600]) length = 3600;
  else if (unit_ < 60 && !minutes_[second / 60 % 60]) length = 60;
  if (length == unit_) return index + beyond;
  const std::int64_t block = floor_div(base, length);
  const std::int64_t unit = beyond > 0 ? (block + 1) * length / unit_ : block * length / unit_ - 1;
  return beyond > 0 ? ceil_div(unit - first_unit_, rule_.interval)
                    : floor_div(unit - first_unit_, rule_.interval);
}

std::optional<Local> Recurrence::first_from(Local from) const {
  from = std::max(from, start_);
  if (from > last_ || times_.empty()) return std::nullopt;
  Period period;
  const std::int64_t empty_most = empty_max[static_cast<std::size_t>(rule_.frequency)];
  std::int64_t index = std::max<std::int64_t>(period_of(from), 0);
  const std::int64_t end = period_of(last_);
  for (std::int64_t empty = 0; index <= end && empty < empty_most; ++empty) {
    if (fill(index, period)) {
      const std::size_t i = period.before(from);
      if (i < period.size()) return period.at(i) <= last_ ? std::optional(period.at(i)) : std::nullopt;
    }
    index = has_days() || !period.days.empty() ? index + 1 : next_unit(index, 1);
  }
  return std::nullopt;
}

std::optional<Local> Recurrence::last_until(Local until, Local least) const {
  until = std::min(until, last_);
  least = std::max(least, start_);
  if (until < least || times_.empty()) return std::nullopt;
  Period period;
  const std::int64_t empty_most = empty_max[static_cast<std::size_t>(rule_.frequency)];
  std::int64_t index = period_of(until);
  const std::int64_t end = std::max<std::int64_t>(period_of(least), 0);
  for (std::int64_t empty = 0; index >= end && empty < empty_most; ++empty) {
    if (fill(index, period)) {
      const std::size_t i = period.before(until + 1);
      if (i > 0) return period.at(i - 1) >= least ? std::optional(period.at(i - 1)) : std::nullopt;
    }
    index = has_days() || !period.days.empty() ? index - 1 : next_unit(index, -1);
  }
  return std::nullopt;
}

// The local time of the last of `count` occurrences; before the start when there is none.
Local Recurrence::count_out(std::int64_t count) const {
  Period period;
  const std::int64_t empty_most = empty_max[static_cast<std::size_t>(rule_.frequency)];
  Local last = start_ - 1;
  std::int64_t index = 0;
  const std::int64_t end = period_of(last_);
  for (std::int64_t empty = 0; index <= end && empty < empty_most; ++empty) {
    if (fill(index, period)) {
      const std::size_t skipped = period.before(start_);
      const auto here = static_cast<std::int64_t>(period.size() - skipped);
      if (here >= count) return period.at(skipped + static_cast<std::size_t>(count) - 1);
      if (here > 0) last = period.at(period.size() - 1);
      count -= here;
      empty = 0;
    }
    index = has_days() || !period.days.empty() ? index + 1 : next_unit(index, 1);
  }
  return last;
}

}  // namespace weir::window
