// Rows about the real server: what it answered under a load, and how long questions took that were asked one by one.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "http_load.h"
#include "server_process.h"

namespace weir::bench {

// Of the server's CPU only the share of the measured time counts, not that of warming up.
inline Status measure_load(const Server& server, std::string_view name, const LoadPlan& plan) {
  const double before = server.cpu_seconds();
  const LoadResult result = TRY(run_load(plan));
  const double warm = static_cast<double>(plan.warm_up.micros) / 1e6;
  const double share = result.seconds / (result.seconds + warm);
  const double cpu = (server.cpu_seconds() - before) * share;
  fmt::print(
      "{:<28} {:>7.0f} answers/s  p50 {:>5} µs  p99 {:>6} µs  p99.9 {:>6} µs  {} failed  {:.1f} µs of server "
      "CPU each\n",
      name, result.per_second(), result.percentile(50), result.percentile(99), result.percentile(99.9),
      result.failures, result.answers > 0 ? cpu * 1e6 / static_cast<double>(result.answers) : 0);
  return {};
}

// `times` in µs, in any order; each question had a connection of its own.
inline void print_single(std::string_view name, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  fmt::print("{:<28} p50 {:.0f} µs, p99 {:.0f} µs, with a connection of its own\n", name,
             times[times.size() / 2], times[times.size() * 99 / 100]);
}

}  // namespace weir::bench
