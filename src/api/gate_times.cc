#include "api/gate_times.h"

#include <algorithm>
#include <cmath>

namespace weir::api {
namespace {

constexpr double step = 1.25;

std::int64_t day_of(Instant at) { return at.micros / days(1).micros; }

// Size n holds what took up to step^n microseconds.
std::size_t size_of(Duration took) {
  const double micros = static_cast<double>(std::max<std::int64_t>(took.micros, 1));
  return static_cast<std::size_t>(std::ceil(std::log(micros) / std::log(step)));
}

}  // namespace

void GateTimes::note(Duration took, Instant now) {
  const std::lock_guard lock(mutex_);
  if (day_ != day_of(now)) {
    day_ = day_of(now);
    count_ = 0;
    sizes_ = {};
  }
  ++count_;
  ++sizes_[std::min(size_of(took), sizes_.size() - 1)];
}

std::optional<Duration> GateTimes::p99(Instant now) const {
  const std::lock_guard lock(mutex_);
  if (count_ == 0 || day_ != day_of(now)) return std::nullopt;
  std::int64_t above = count_ / 100;
  std::size_t size = sizes_.size() - 1;
  for (; size > 0 && above >= sizes_[size]; --size) above -= sizes_[size];
  return Duration{static_cast<std::int64_t>(std::llround(std::pow(step, static_cast<double>(size))))};
}

}  // namespace weir::api
