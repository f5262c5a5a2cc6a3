// Keeps equal values once. Who holds a pointer keeps the value alive; what nobody holds any more is let go of when the
// pool has doubled since it last looked. Values have `members` and ==. One thread at a time.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>

#include "format/members.h"

namespace weir::agent {

template <class T>
class Pool {
 public:
  std::shared_ptr<const T> keep(T value) {
    const std::size_t hash = std::hash<std::string>{}(format::encode(value));
    const auto [begin, end] = values_.equal_range(hash);
    for (auto at = begin; at != end; ++at)
      if (*at->second == value) return at->second;
    if (values_.size() >= look_at_) forget_unheld();
    return values_.emplace(hash, std::make_shared<const T>(std::move(value)))->second;
  }
  std::size_t size() const { return values_.size(); }

 private:
  void forget_unheld() {
    std::erase_if(values_, [](const auto& item) { return item.second.use_count() == 1; });
    look_at_ = std::max<std::size_t>(values_.size() * 2, 256);
  }

  std::unordered_multimap<std::size_t, std::shared_ptr<const T>> values_;
  std::size_t look_at_ = 256;
};

}  // namespace weir::agent
