#include "agent/processes/exec_source.h"

#include <time.h>

#include <string_view>

namespace weir::agent {
namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * ns_per_second + now.tv_nsec;
}

std::int64_t ns_per_tick() {
  static const std::int64_t value = ns_per_second / sysconf(_SC_CLK_TCK);
  return value;
}

}  // namespace

std::int64_t boot_time_ns() { return read_clock(CLOCK_BOOTTIME); }
std::int64_t boot_ns_of_ticks(std::uint64_t ticks) {
  return static_cast<std::int64_t>(ticks) * ns_per_tick();
}
std::uint64_t ticks_of_boot_ns(std::uint64_t ns) { return ns / static_cast<std::uint64_t>(ns_per_tick()); }

Instant instant_of_boot_ns(std::int64_t ns) {
  return {(read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME) + ns) / 1000};
}

std::string path_of_components(std::string_view bytes) {
  std::string path;
  while (!bytes.empty()) {
    const auto end = bytes.find_last_not_of('\0');
    if (end == bytes.npos) break;
    bytes = bytes.substr(0, end + 1);
    const auto nul = bytes.rfind('\0');
    (path += '/') += bytes.substr(nul == bytes.npos ? 0 : nul + 1);
    bytes = bytes.substr(0, nul == bytes.npos ? 0 : nul);
  }
  return path.empty() ? "/" : path;
}

}  // namespace weir::agent
