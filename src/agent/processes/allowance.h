// How much of something costly may be done: so much at once, and so much more each second. Time is an argument (boot
// time in ns). One thread at a time.
#pragma once
#include <algorithm>
#include <cstdint>

namespace weir::agent {

class Allowance {
 public:
  Allowance(std::int64_t at_once, std::int64_t per_second)
      : at_once_(at_once), per_second_(per_second), left_(at_once) {}

  std::int64_t left(std::int64_t now_ns) {
    const double earned = static_cast<double>(now_ns - at_ns_) * 1e-9 * static_cast<double>(per_second_);
    if (earned < 1) return left_;  // too little to count: it goes on growing
    at_ns_ = now_ns;
    left_ = earned >= static_cast<double>(at_once_ - left_) ? at_once_
                                                            : left_ + static_cast<std::int64_t>(earned);
    return left_;
  }
  void take(std::int64_t amount) {
    left_ -= std::min(amount, left_ + at_once_);
  }  // never owes more than one fill

 private:
  std::int64_t at_once_, per_second_, left_, at_ns_ = 0;
};

}  // namespace weir::agent
