// Instants and durations in whole microseconds, UTC. Text form of an instant: RFC 3339 with six decimals and "Z".
// The domain never reads a clock: time is an argument, and the shell passes what its Clock says.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir {

struct Duration {
  std::int64_t micros = 0;
  auto operator<=>(const Duration&) const = default;
};
constexpr Duration microseconds(std::int64_t n) { return {n}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
constexpr Duration hours(std::int64_t n) { return seconds(n * 3600); }
constexpr Duration days(std::int64_t n) { return hours(n * 24); }

struct Instant {
  std::int64_t micros = 0;  // since 1970-01-01T00:00:00Z
  auto operator<=>(const Instant&) const = default;
};
constexpr Instant operator+(Instant at, Duration by) { return {at.micros + by.micros}; }
constexpr Instant operator-(Instant at, Duration by) { return {at.micros - by.micros}; }
constexpr Duration operator-(Instant end, Instant begin) { return {end.micros - begin.micros}; }

std::string to_string(Instant at);                       // "2026-11-22T19:46:16.000123Z"
Result<Instant> parse_instant(std::string_view text);    // RFC 3339, any offset; "2026-11-22" is its midnight UTC
Result<Duration> parse_duration(std::string_view text);  // "250ms", "2s", "15m", "4h", "90d"; whole and positive

// Where the shell gets time from. Implementations are safe to share between threads.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

}  // namespace weir
