// Dates, times and durations as calendars write them.
#include <fmt/format.h>

#include <chrono>
#include <span>

#include "base/limits.h"
#include "window/rule.h"

namespace weir::window {
namespace {

// A reader that goes forward; a part that is not there makes it fail for good.
struct Reader {
  std::string_view rest;
  bool sound = true;

  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  int digits(std::size_t width) {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (i >= rest.size() || rest[i] < '0' || rest[i] > '9') return sound = false, 0;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(width);
    return value;
  }
  std::int64_t fraction() {  // in millionths, further digits are dropped
    std::int64_t micros = 0, scale = 100'000;
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') sound = false;
    for (; !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; rest.remove_prefix(1), scale /= 10)
      micros += (rest[0] - '0') * scale;
    return micros;
  }
};

std::int64_t read_date(Reader& reader) {
  namespace chrono = std::chrono;
  const int y = reader.digits(4);
  const bool dashed = reader.take('-');
  const int m = reader.digits(2);
  if (dashed && !reader.take('-')) reader.sound = false;
  const int d = reader.digits(2);
  const chrono::year_month_day date{chrono::year{y}, chrono::month{static_cast<unsigned>(m)},
                                    chrono::day{static_cast<unsigned>(d)}};
  if (!date.ok() || y < 1) return reader.sound = false, 0;
  return chrono::sys_days{date}.time_since_epoch().count() * std::int64_t{86'400};
}

void read_clock(Reader& reader, DateTime& at) {
  const int h = reader.digits(2);
  const bool colons = reader.take(':');
  const int m = reader.digits(2);
  int s = 0;
  if (colons ? reader.take(':') : !reader.rest.empty() && reader.rest[0] >= '0' && reader.rest[0] <= '9')
    s = reader.digits(2);
  if (reader.take('.')) at.micros = reader.fraction();
  if (h > 23 || m > 59 || s > 59) reader.sound = false;
  at.second += (h * 60 + m) * 60 + s;
}

void read_offset(Reader& reader, DateTime& at) {
  if (reader.take('Z') || reader.take('z')) {
    at.offset = 0;
    return;
  }
  const int sign = reader.take('-') ? -1 : reader.take('+') ? 1 : 0;
  if (sign == 0) return;
  const int h = reader.digits(2);
  (void)reader.take(':');
  const int m = reader.digits(2);
  if (h > 23 || m > 59) reader.sound = false;
  at.offset = sign * (h * 60 + m) * 60;
}

struct Unit {
  char letter;
  std::int64_t micros;
};
constexpr std::array date_units{Unit{'W', days(7).micros}, Unit{'D', days(1).micros}};
constexpr std::array time_units{Unit{'H', hours(1).micros}, Unit{'M', minutes(1).micros}, Unit{'S', seconds(1).micros}};

// One "12H" or "0.5S"; nullopt when it is none of these units.
std::optional<std::int64_t> read_amount(Reader& reader, std::span<const Unit> units) {
  std::int64_t whole = 0, micros = 0;
  std::size_t count = 0;
  for (; !reader.rest.empty() && reader.rest[0] >= '0' && reader.rest[0] <= '9'; reader.rest.remove_prefix(1), ++count)
    whole = whole * 10 + (reader.rest[0] - '0');
  if (count == 0 || count > 11) return std::nullopt;
  if (reader.take('.') || reader.take(',')) micros = reader.fraction();
  for (const Unit& unit : units) {
    if (!reader.take(unit.letter) && !reader.take(static_cast<char>(unit.letter - 'A' + 'a'))) continue;
    if (whole > limits::window_duration_max.micros / unit.micros) return limits::window_duration_max.micros + 1;
    return whole * unit.micros + micros * (unit.micros / 1'000'000);
  }
  return std::nullopt;
}

std::optional<std::int64_t> read_iso(std::string_view text) {
  Reader reader{text};
  std::int64_t total = 0;
  const bool negative = reader.take('-');
  (void)reader.take('+');
  if (!reader.take('P') && !reader.take('p')) return std::nullopt;
  bool in_time = false, any = false;
  while (!reader.rest.empty()) {
    if (!in_time && (reader.take('T') || reader.take('t'))) {
      in_time = true;
      any = false;
      continue;
    }
    const auto amount = in_time ? read_amount(reader, time_units) : read_amount(reader, date_units);
    if (!amount || !reader.sound) return std::nullopt;
    total = std::min(total + *amount, limits::window_duration_max.micros + 1);
    any = true;
  }
  if (!any) return std::nullopt;
  return negative ? -total : total;
}

// "1h30m", "250ms": each with a unit of base/time.h.
std::optional<std::int64_t> read_words(std::string_view text) {
  std::int64_t total = 0;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  while (!text.empty()) {
    const std::size_t unit = text.find_first_not_of("0123456789");
    if (unit == 0 || unit == std::string_view::npos) return std::nullopt;
    const std::size_t end = std::min(text.find_first_of("0123456789", unit), text.size());
    const Result<Duration> part = parse_duration(text.substr(0, end));
    const bool nothing = text.substr(0, unit).find_first_not_of('0') == std::string_view::npos;
    if (!part && !nothing) return std::nullopt;
    total += part ? part->micros : 0;
    text.remove_prefix(end);
  }
  return negative ? -total : total;
}

}  // namespace

Result<DateTime> parse_date_time(std::string_view text, std::string_view field) {
  Reader reader{text};
  DateTime at{.second = read_date(reader)};
  if (reader.take('T') || reader.take('t') || reader.take(' ')) {
    read_clock(reader, at);
    read_offset(reader, at);
  }
  if (reader.sound && reader.rest.empty()) return at;
  return invalid(fmt::format("'{}' is '{}'; it is a local time such as 2026-03-29T02:30:00", field, text.substr(0, 64)),
                 std::string(field));
}

Result<Duration> parse_length(std::string_view text, std::string_view field) {
  std::optional<std::int64_t> micros;
  if (!text.empty() && text.size() <= 64) micros = read_iso(text);
  if (!micros && !text.empty() && text.size() <= 64) micros = read_words(text);
  if (!micros)
    return invalid(fmt::format("'{}' is '{}'; it is a length of time such as PT4H, P1DT2H, 4h or 90m", field,
                               text.substr(0, 64)),
                   std::string(field));
  if (*micros <= 0) return invalid(fmt::format("'{}' must be longer than nothing", field), std::string(field));
  if (*micros > limits::window_duration_max.micros)
    return Error{Errc::too_large, fmt::format("'{}' is longer than {} days", field,
                                              limits::window_duration_max.micros / days(1).micros),
                 std::string(field)};
  return Duration{*micros};
}

}  // namespace weir::window
