// An array of plain values that grows to hundreds of megabytes: nothing is copied as it grows, and what was not written
// yet costs addresses and no memory. Moved, never copied.
#pragma once
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace weir::vuln {

template <class T>
class GrownArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  GrownArray() = default;
  explicit GrownArray(std::size_t zeros) {  // of all bits
    reserve(zeros);
    size_ = zeros;
  }
  GrownArray(GrownArray&& other) noexcept
      : at_(std::exchange(other.at_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        room_(std::exchange(other.room_, 0)) {}
  GrownArray& operator=(GrownArray&& other) noexcept {
    std::swap(at_, other.at_);
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
    return *this;
  }
  ~GrownArray() {
    if (at_ != nullptr) ::munmap(at_, mapped());
  }

  std::size_t size() const { return size_; }
  T& operator[](std::size_t at) { return at_[at]; }
  const T& operator[](std::size_t at) const { return at_[at]; }
  const T* data() const { return at_; }

  void push_back(const T& value) {
    const T kept = value;  // it may lie in here
    if (size_ == room_) reserve(size_ + 1);
    at_[size_++] = kept;
  }
  void append(std::span<const T> values) {  // from elsewhere
    if (values.empty()) return;
    reserve(size_ + values.size());
    std::memcpy(static_cast<void*>(at_ + size_), values.data(), values.size_bytes());
    size_ += values.size();
  }

 private:
  static constexpr std::size_t page = 4096;
  void reserve(std::size_t wanted) {
    if (wanted <= room_) return;
    const std::size_t bytes = (std::max(wanted, 2 * room_) * sizeof(T) + page - 1) / page * page;
    void* const grown =
        at_ == nullptr ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                       : ::mremap(at_, mapped(), bytes, MREMAP_MAYMOVE);
    CHECK(grown != MAP_FAILED);
    at_ = static_cast<T*>(grown);
    room_ = bytes / sizeof(T);
  }
  std::size_t mapped() const { return (room_ * sizeof(T) + page - 1) / page * page; }

  T* at_ = nullptr;
  std::size_t size_ = 0, room_ = 0;
};

}  // namespace weir::vuln
