#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

namespace weir {
namespace {

namespace chrono = std::chrono;

// Reads exactly `width` digits at `at`; -1 when they are not there.
int digits(std::string_view text, std::size_t at, std::size_t width) {
  int value = 0;
  if (at + width > text.size()) return -1;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// Every decision and entry writes dozens of times, so not by a format string.
void write_digits(std::string& text, std::size_t at, std::size_t width, std::int64_t value) {
  for (std::size_t i = at + width; i-- > at; value /= 10) text[i] = static_cast<char>('0' + value % 10);
}

Error not_a_time(std::string_view text) {
  return invalid(fmt::format("'{}' is not an RFC 3339 time such as 2026-11-22T19:46:16Z", text.substr(0, 64)));
}

Result<std::int64_t> parse_date(std::string_view text) {
  const int y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  if (y < 0 || m < 0 || d < 0 || text[4] != '-' || text[7] != '-') return not_a_time(text);
  const chrono::year_month_day date{chrono::year{y}, chrono::month{static_cast<unsigned>(m)},
                                    chrono::day{static_cast<unsigned>(d)}};
  if (!date.ok()) return not_a_time(text);
  return chrono::sys_days{date}.time_since_epoch().count() * 86'400'000'000LL;
}

// ".123456789" → microseconds; advances `at` past the digits.
std::int64_t parse_fraction(std::string_view text, std::size_t& at) {
  std::int64_t micros = 0, scale = 100'000;
  if (at >= text.size() || text[at] != '.') return 0;
  for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
    micros += (text[at] - '0') * scale;
  return micros;
}

// "Z" or "+02:00"; nullopt-like -1 day when malformed.
Result<std::int64_t> parse_offset(std::string_view text, std::size_t at) {
  const std::string_view zone = text.substr(at);
  if (zone == "Z" || zone == "z") return 0;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return not_a_time(text);
  const int h = digits(zone, 1, 2), m = digits(zone, 4, 2);
  if (h < 0 || h > 23 || m < 0 || m > 59) return not_a_time(text);
  return (h * 60 + m) * 60'000'000LL * (zone[0] == '-' ? -1 : 1);
}

}  // namespace

std::string to_string(Instant at) {
  const chrono::sys_time<chrono::microseconds> time{chrono::microseconds{at.micros}};
  const auto midnight = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{midnight};
  const chrono::hh_mm_ss clock{time - midnight};
  const int year = int(date.year());
  const bool plain = year >= 0 && year <= 9999;
  std::string text = plain ? "0000-00-00T00:00:00.000000Z" : fmt::format("{:04}-00-00T00:00:00.000000Z", year);
  const std::size_t end = text.size();
  if (plain) write_digits(text, 0, 4, year);
  write_digits(text, end - 22, 2, unsigned(date.month()));
  write_digits(text, end - 19, 2, unsigned(date.day()));
  write_digits(text, end - 16, 2, clock.hours().count());
  write_digits(text, end - 13, 2, clock.minutes().count());
  write_digits(text, end - 10, 2, clock.seconds().count());
  write_digits(text, end - 7, 6, clock.subseconds().count());
  return text;
}

Result<Instant> parse_instant(std::string_view text) {
  if (text.size() < 10) return not_a_time(text);
  const std::int64_t date = TRY(parse_date(text));
  if (text.size() == 10) return Instant{date};
  const int h = digits(text, 11, 2), m = digits(text, 14, 2), s = digits(text, 17, 2);
  const bool shape = text.size() >= 20 && (text[10] == 'T' || text[10] == 't' || text[10] == ' ') &&
                     text[13] == ':' && text[16] == ':';
  if (!shape || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60) return not_a_time(text);
  std::size_t at = 19;
  const std::int64_t fraction = parse_fraction(text, at);
  const std::int64_t offset = TRY(parse_offset(text, at));
  return Instant{date + ((h * 60 + m) * 60 + s) * 1'000'000LL + fraction - offset};
}

Result<Duration> parse_duration(std::string_view text) {
  struct Scale { std::string_view suffix; std::int64_t micros; };
  static constexpr std::array scales{Scale{"us", 1}, Scale{"ms", 1000}, Scale{"s", 1'000'000},
      Scale{"m", 60'000'000}, Scale{"h", 3'600'000'000}, Scale{"d", 86'400'000'000}};
  std::int64_t count = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Scale& scale : scales)
    if (status == std::errc{} && count > 0 && suffix == scale.suffix && count <= days(36'500).micros / scale.micros)
      return Duration{count * scale.micros};
  return invalid(fmt::format("'{}' is not a duration such as 2s, 15m, 4h or 90d", text.substr(0, 64)));
}

Instant SystemClock::now() const {
  const auto since_epoch = chrono::system_clock::now().time_since_epoch();
  return {chrono::duration_cast<chrono::microseconds>(since_epoch).count()};
}

}  // namespace weir
