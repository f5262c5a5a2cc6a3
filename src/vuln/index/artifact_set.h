// A set of artifacts by their numbers, a bit each: a million are 125 KB, and two sets meet in microseconds.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace weir::vuln {

using ArtifactNumber = std::uint32_t;

class ArtifactSet {
 public:
  ArtifactSet() = default;
  explicit ArtifactSet(std::size_t artifacts) { make_room(artifacts); }

  void make_room(std::size_t artifacts) {
    room_ = std::max(room_, artifacts);
    words_.resize((room_ + 63) / 64);
  }
  // Numbers beyond its size are in no set.
  void add(ArtifactNumber number) {
    if (number < room_) words_[number / 64] |= bit(number);
  }
  void remove(ArtifactNumber number) {
    if (number < room_) words_[number / 64] &= ~bit(number);
  }
  bool contains(ArtifactNumber number) const {
    return number < room_ && (words_[number / 64] & bit(number)) != 0;
  }

  std::size_t count() const {
    std::size_t count = 0;
    for (const std::uint64_t word : words_) count += static_cast<std::size_t>(std::popcount(word));
    return count;
  }
  bool empty() const {
    return std::ranges::all_of(words_, [](std::uint64_t word) { return word == 0; });
  }
  void clear() { std::ranges::fill(words_, 0); }
  void each(auto&& call) const {  // ascending
    for (std::size_t at = 0; at < words_.size(); ++at)
      for (std::uint64_t word = words_[at]; word != 0; word &= word - 1)
        call(static_cast<ArtifactNumber>(at * 64 + static_cast<std::size_t>(std::countr_zero(word))));
  }
  void unite(const ArtifactSet& other) {
    make_room(other.room_);
    for (std::size_t at = 0; at < other.words_.size(); ++at) words_[at] |= other.words_[at];
  }
  void intersect(const ArtifactSet& other) {
    const std::size_t both = std::min(words_.size(), other.words_.size());
    for (std::size_t at = 0; at < both; ++at) words_[at] &= other.words_[at];
    std::fill(words_.begin() + static_cast<std::ptrdiff_t>(both), words_.end(), 0);
  }

 private:
  static std::uint64_t bit(ArtifactNumber number) { return std::uint64_t{1} << (number % 64); }
  std::size_t room_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace weir::vuln
