// A load generator for benchmarks: N keep-alive connections to a server on this machine, each with one request in
// flight, from one thread with epoll. Cheap on purpose, because it shares the machine's cores with what it measures:
// it writes prepared bytes and looks only for the status and the end of each answer (answers must have content-length).
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace weir::bench {

// Appends the whole request (head and body) that connection `connection` sends as its `number`-th to `out`.
using MakeRequest = std::function<void(std::size_t connection, std::uint64_t number, std::string& out)>;

struct LoadPlan {
  std::uint16_t port = 0;  // on 127.0.0.1
  std::size_t connections = 256;
  Duration warm_up = seconds(1);
  Duration time = seconds(5);
  double requests_per_second =
      0;  // 0: as many as go; else an open-loop schedule, latency counted from its due time
  MakeRequest make_request;
};

struct LoadResult {
  std::uint64_t answers = 0;   // with a 2xx, within `time`
  std::uint64_t failures = 0;  // with another status
  double seconds = 0;
  std::vector<std::uint32_t> latency_us = {};  // sorted

  double per_second() const { return seconds > 0 ? static_cast<double>(answers) / seconds : 0; }
  std::uint32_t percentile(double p) const;  // of latency in µs; p in 0..100
};

Result<LoadResult> run_load(const LoadPlan& plan);
std::string to_string(const LoadResult& result);  // one line

// "POST /path" with JSON; `more` are complete header lines.
void append_post(std::string& out, std::string_view path, std::string_view body, std::string_view more = {});

}  // namespace weir::bench
