// A column of numbers whose first part may lie in a mapped file (index_file.h); what is added stands in memory. The
// mapping is private: what is changed in place is changed for this process alone.
#pragma once
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "base/bytes.h"

namespace weir::vuln {

template <class T>
class Column {
  static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>);

 public:
  Column() = default;
  explicit Column(std::span<T> mapped) : mapped_(mapped) {}

  std::size_t size() const { return mapped_.size() + own_.size(); }
  const T& operator[](std::size_t at) const {
    return at < mapped_.size() ? mapped_[at] : own_[at - mapped_.size()];
  }
  T& operator[](std::size_t at) { return at < mapped_.size() ? mapped_[at] : own_[at - mapped_.size()]; }
  void push_back(const T& value) { own_.push_back(value); }
  void append(std::span<const T> values) { own_.insert(own_.end(), values.begin(), values.end()); }
  void replace(std::vector<T> values) {
    mapped_ = {};
    own_ = std::move(values);
  }

  // Its bytes, in two parts.
  BytesView mapped_bytes() const { return bytes_of(mapped_); }
  BytesView own_bytes() const { return bytes_of(std::span<const T>(own_)); }

 private:
  static BytesView bytes_of(std::span<const T> values) {
    return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
  }

  std::span<T> mapped_;
  std::vector<T> own_;
};

// Texts and lists behind each other, each found by where it begins.
class Arena {
 public:
  Arena() = default;
  explicit Arena(std::span<char> mapped) : bytes_(mapped) {}

  std::uint64_t add(BytesView bytes) {
    const std::uint64_t at = bytes_.size();
    bytes_.append(bytes);
    return at;
  }
  // From there to the end of its part; what was added stands within one part. Empty behind the end.
  BytesView from(std::uint64_t at) const {
    const BytesView mapped = bytes_.mapped_bytes(), own = bytes_.own_bytes();
    if (at < mapped.size()) return mapped.substr(at);
    at -= mapped.size();
    return at < own.size() ? own.substr(at) : BytesView();
  }
  const Column<char>& bytes() const { return bytes_; }

 private:
  Column<char> bytes_;
};

}  // namespace weir::vuln
