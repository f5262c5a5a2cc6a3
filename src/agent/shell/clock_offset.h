// How far the server's clock is from ours, estimated from answers: half the round trip is the doubt. The answer with
// the
// shortest trip of the last few wins (RFC 5905 §10 does the same). Pure; one thread.
#pragma once
#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/time.h"

namespace weir::agent {

class ClockOffset {
 public:
  void add(Instant sent_at, Instant received_at, Instant server_time) {
    const std::int64_t trip = received_at.micros - sent_at.micros;
    if (trip < 0) return;  // our clock was set back meanwhile
    samples_[next_++ % samples_.size()] = {server_time.micros - sent_at.micros - trip / 2, (trip + 1) / 2, true};
  }
  // How wrong an instant of our clock may be as one of the server's. Zero while nothing is known.
  Duration uncertainty() const {
    const Sample* best = nullptr;
    for (const Sample& sample : samples_)
      if (sample.taken && (best == nullptr || sample.doubt < best->doubt)) best = &sample;
    return best == nullptr ? Duration{} : microseconds(std::abs(best->offset) + best->doubt);
  }

 private:
  struct Sample {
    std::int64_t offset = 0, doubt = 0;
    bool taken = false;
  };
  std::array<Sample, 16> samples_{};
  std::size_t next_ = 0;
};

}  // namespace weir::agent
