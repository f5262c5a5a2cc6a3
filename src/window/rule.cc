#include "window/rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "base/limits.h"
#include "format/members.h"

namespace weir::window {
namespace {

constexpr std::array<std::string_view, 7> week_day_names{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(at, begin);
    parts.push_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::optional<std::int64_t> integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with("+") || text.starts_with("+-")) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// ---- rules of RFC 5545 ----

struct Reading {
  std::string_view field;
  Rule rule;
  Error wrong(std::string_view part, std::string_view why) const {
    return invalid(fmt::format("'{}': {} {}", field, part, why), std::string(field));
  }
};

enum class Sign { unsigned_only, either };
struct NumbersRow {
  std::string_view name;
  std::vector<int> Rule::* numbers;
  int least, most;
  Sign sign;
};
constexpr std::array numbers_table{
    NumbersRow{"BYSECOND", &Rule::seconds, 0, 60, Sign::unsigned_only},
    NumbersRow{"BYMINUTE", &Rule::minutes, 0, 59, Sign::unsigned_only},
    NumbersRow{"BYHOUR", &Rule::hours, 0, 23, Sign::unsigned_only},
    NumbersRow{"BYMONTHDAY", &Rule::month_days, 1, 31, Sign::either},
    NumbersRow{"BYYEARDAY", &Rule::year_days, 1, 366, Sign::either},
    NumbersRow{"BYWEEKNO", &Rule::weeks, 1, 53, Sign::either},
    NumbersRow{"BYMONTH", &Rule::months, 1, 12, Sign::unsigned_only},
    NumbersRow{"BYSETPOS", &Rule::positions, 1, 366, Sign::either},
};

Status read_numbers(Reading& reading, const NumbersRow& row, std::string_view value) {
  std::vector<int>& numbers = reading.rule.*row.numbers;
  for (const std::string_view text : split(value, ',')) {
    const auto number = integer(text);
    const std::int64_t size =
        number.value_or(0) < 0 && row.sign == Sign::either ? -*number : number.value_or(-1);
    if (!number || size < row.least || size > row.most)
      return reading.wrong(row.name,
                           fmt::format("holds '{}'; it takes numbers from {}{} to {}", text.substr(0, 32),
                                       row.sign == Sign::either ? "±" : "", row.least, row.most));
    numbers.push_back(static_cast<int>(*number));
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return {};
}

std::optional<int> week_day_of(std::string_view text) {
  const auto found = std::find(week_day_names.begin(), week_day_names.end(), text);
  if (found == week_day_names.end()) return std::nullopt;
  return static_cast<int>(found - week_day_names.begin());
}

Status read_week_days(Reading& reading, std::string_view value) {
  for (const std::string_view text : split(value, ',')) {
    const auto day = text.size() < 2 ? std::nullopt : week_day_of(text.substr(text.size() - 2));
    const std::string_view before = text.size() < 2 ? text : text.substr(0, text.size() - 2);
    const auto ordinal = before.empty() ? 0 : integer(before);
    const bool sound =
        day && ordinal && *ordinal >= -53 && *ordinal <= 53 && (before.empty() || *ordinal != 0);
    if (!sound)
      return reading.wrong(
          "BYDAY", fmt::format("holds '{}'; it takes days such as MO, 2TU, -1FR", text.substr(0, 32)));
    reading.rule.week_days.push_back({static_cast<int>(*ordinal), *day});
  }
  return {};
}

Status read_until(Reading& reading, std::string_view value) {
  const Result<DateTime> until = parse_date_time(value, reading.field);
  if (!until)
    return reading.wrong("UNTIL",
                         fmt::format("'{}' is no date-time such as 20261231T230000Z", value.substr(0, 32)));
  if (until->offset) reading.rule.until_second = until->second - *until->offset;
  else reading.rule.until_local = until->second;
  return {};
}

Status read_positive(Reading& reading, std::string_view name, std::string_view value, std::int64_t most,
                     std::int64_t& out) {
  const auto number = integer(value);
  if (!number || *number < 1)
    return reading.wrong(name, fmt::format("'{}' is no number from 1 on", value.substr(0, 32)));
  if (*number > most)
    return Error{Errc::too_large,
                 fmt::format("'{}': {} is {}, at most {} is allowed", reading.field, name, *number, most),
                 std::string(reading.field)};
  out = *number;
  return {};
}

Status read_part(Reading& reading, std::string_view name, std::string_view value) {
  Rule& rule = reading.rule;
  for (const NumbersRow& row : numbers_table)
    if (row.name == name) return read_numbers(reading, row, value);
  if (name == "BYDAY") return read_week_days(reading, value);
  if (name == "UNTIL") return read_until(reading, value);
  if (name == "INTERVAL")
    return read_positive(reading, name, value, limits::window_interval_max, rule.interval);
  if (name == "COUNT")
    return read_positive(reading, name, value, limits::window_count_max, rule.count.emplace());
  if (name == "FREQ") {
    const auto frequency = format::enum_from<Frequency>(value);
    if (!frequency)
      return reading.wrong("FREQ", fmt::format("is '{}'; it is one of {}", value.substr(0, 32),
                                               fmt::join(names_of(Frequency{}), ", ")));
    rule.frequency = *frequency;
    return {};
  }
  if (name == "WKST") {
    const auto day = week_day_of(value);
    if (!day)
      return reading.wrong("WKST", fmt::format("is '{}'; it is a day such as MO", value.substr(0, 32)));
    rule.week_start = *day;
    return {};
  }
  return reading.wrong(name.substr(0, 32), "is no part of a rule that is known here");
}

// What RFC 5545 §3.3.10 says must not stand together.
Status check_parts(const Reading& reading) {
  const Rule& rule = reading.rule;
  using enum Frequency;
  const auto is = [&](auto... any) { return ((rule.frequency == any) || ...); };
  const bool ordinals = std::any_of(rule.week_days.begin(), rule.week_days.end(),
                                    [](const Weekday& each) { return each.ordinal != 0; });
  const std::string_view frequency = names_of(rule.frequency)[static_cast<std::size_t>(rule.frequency)];
  const auto clash = [&](std::string_view part) {
    return reading.wrong(part, fmt::format("has no meaning with FREQ={}", frequency));
  };
  if (rule.count && (rule.until_local || rule.until_second))
    return reading.wrong("COUNT", "and UNTIL must not stand together");
  if (!rule.weeks.empty() && !is(yearly)) return clash("BYWEEKNO");
  if (!rule.year_days.empty() && is(daily, weekly, monthly)) return clash("BYYEARDAY");
  if (!rule.month_days.empty() && is(weekly)) return clash("BYMONTHDAY");
  if (ordinals && !is(monthly, yearly))
    return reading.wrong("BYDAY", fmt::format("with a number has no meaning with FREQ={}", frequency));
  if (ordinals && !rule.weeks.empty())
    return reading.wrong("BYDAY", "with a number has no meaning with BYWEEKNO");
  const bool others = !rule.week_days.empty() ||
                      std::any_of(numbers_table.begin(), numbers_table.end(), [&](const NumbersRow& row) {
                        return row.numbers != &Rule::positions && !(rule.*row.numbers).empty();
                      });
  if (!rule.positions.empty() && !others) return reading.wrong("BYSETPOS", "needs another BY part");
  return {};
}

}  // namespace

Result<Rule> parse_rrule(std::string_view text, std::string_view field) {
  if (text.size() > limits::window_rule_bytes_max)
    return Error{Errc::too_large,
                 fmt::format("'{}' has {} bytes, at most {} are allowed", field, text.size(),
                             limits::window_rule_bytes_max),
                 std::string(field)};
  std::string whole = upper(text);
  if (whole.starts_with("RRULE:")) whole.erase(0, 6);
  Reading reading{field, {}};
  std::vector<std::string_view> seen;
  for (const std::string_view part : split(whole, ';')) {
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    if (equals == std::string_view::npos)
      return reading.wrong(fmt::format("'{}'", part.substr(0, 32)),
                           "is no part NAME=VALUE of a rule such as FREQ=DAILY;BYHOUR=9");
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) return reading.wrong(name, "stands twice");
    seen.push_back(name);
    TRY(read_part(reading, name, part.substr(equals + 1)));
  }
  if (std::find(seen.begin(), seen.end(), "FREQ") == seen.end()) return reading.wrong("FREQ", "is missing");
  TRY(check_parts(reading));
  return std::move(reading.rule);
}

// ---- cron ----

namespace {

struct CronField {
  std::string_view name;
  int least, most;
  std::span<const std::string_view> names = {};  // of `least`, `least`+1, …
};
constexpr std::array<std::string_view, 12> cron_months{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> cron_days{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
constexpr std::array cron_fields{CronField{"minute", 0, 59}, CronField{"hour", 0, 23},
                                 CronField{"day of month", 1, 31}, CronField{"month", 1, 12, cron_months},
                                 CronField{"day of week", 0, 7, cron_days}};
struct Nickname {
  std::string_view name, line;
};
constexpr std::array nicknames{Nickname{"@YEARLY", "0 0 1 1 *"},  Nickname{"@ANNUALLY", "0 0 1 1 *"},
                               Nickname{"@MONTHLY", "0 0 1 * *"}, Nickname{"@WEEKLY", "0 0 * * 0"},
                               Nickname{"@DAILY", "0 0 * * *"},   Nickname{"@MIDNIGHT", "0 0 * * *"},
                               Nickname{"@HOURLY", "0 * * * *"}};

std::optional<int> cron_number(const CronField& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (field.names[i] == text) return field.least + static_cast<int>(i);
  const auto number = text.starts_with('-') || text.starts_with('+') ? std::nullopt : integer(text);
  if (!number || *number < field.least || *number > field.most) return std::nullopt;
  return static_cast<int>(*number);
}

// "*", "5", "1-5", "*/15", "10-40/10"
bool read_cron_item(const CronField& field, std::string_view item, std::vector<int>& out) {
  const std::size_t slash = item.find('/');
  const auto step =
      slash == std::string_view::npos ? std::optional<std::int64_t>(1) : integer(item.substr(slash + 1));
  const std::string_view range = item.substr(0, slash);
  if (!step || *step < 1 || *step > field.most + 1) return false;
  std::optional<int> first = field.least, last = field.names.size() == 7 ? 6 : field.most;
  if (range != "*") {
    const std::size_t dash = range.find('-');
    first = cron_number(field, range.substr(0, dash));
    if (dash != std::string_view::npos) last = cron_number(field, range.substr(dash + 1));
    else if (slash == std::string_view::npos) last = first;
  }
  if (!first || !last || *first > *last) return false;
  for (std::int64_t value = *first; value <= *last; value += *step) out.push_back(static_cast<int>(value));
  return true;
}

Result<std::vector<int>> read_cron_field(const CronField& field, std::string_view text,
                                         std::string_view name) {
  std::vector<int> values;
  for (const std::string_view item : split(text, ','))
    if (!read_cron_item(field, item, values))
      return invalid(fmt::format("'{}': '{}' is no {} of a cron line; it goes from {} to {}", name,
                                 text.substr(0, 64), field.name, field.least, field.most),
                     std::string(name));
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(text, ' '))
    if (!word.empty()) words.push_back(word);
  return words;
}

}  // namespace

Result<Rule> parse_cron(std::string_view text, std::string_view field) {
  if (text.size() > limits::window_rule_bytes_max)
    return Error{Errc::too_large,
                 fmt::format("'{}' has {} bytes, at most {} are allowed", field, text.size(),
                             limits::window_rule_bytes_max),
                 std::string(field)};
  std::string line = upper(text);
  std::replace(line.begin(), line.end(), '\t', ' ');
  for (const Nickname& each : nicknames)
    if (line == each.name) line = each.line;
  const auto words = words_of(line);
  if (words.size() != cron_fields.size())
    return invalid(
        fmt::format(
            "'{}' has {} fields; a cron line has five: minute, hour, day of month, month, day of week", field,
            words.size()),
        std::string(field));
  Rule rule{.frequency = Frequency::daily, .seconds = {0}};
  std::vector<int> days_of_week;
  const std::array<std::vector<int>*, 5> targets{&rule.minutes, &rule.hours, &rule.month_days, &rule.months,
                                                 &days_of_week};
  for (std::size_t i = 0; i < words.size(); ++i)
    *targets[i] = TRY(read_cron_field(cron_fields[i], words[i], field));
  for (const int day : days_of_week) rule.week_days.push_back({0, (day + 6) % 7});
  rule.either_day = !words[2].starts_with('*') && !words[4].starts_with('*');
  return rule;
}

}  // namespace weir::window
