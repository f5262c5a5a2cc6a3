// A file of sections of plain numbers, written once from the first byte to the last and then mapped: opening it costs
// one pass of a checksum at the speed of memory, and no decoding. The mapping is private and may be written to.
// The checksum finds damage; who can write the file can compute it, so readers hold every offset against its section.
// Form: docs/formats/component-index.md.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "vuln/index/column.h"

namespace weir::vuln {

Error damaged_index();  // "damaged, or of another form"

inline constexpr std::size_t index_alignment = 64;  // of each section

// Four lanes over 32 bytes at a time; each step can be undone, so that a change within one word is always seen.
class IndexChecksum {
 public:
  void add(BytesView bytes);  // a multiple of 32
  std::uint64_t value() const;

 private:
  std::uint64_t lanes_[4] = {0x9e3779b97f4a7c15, 0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0};
  std::uint64_t bytes_ = 0;
};

class IndexFile {
 public:
  // Errors: not_found; corrupt, where it is damaged or of another form.
  static Result<IndexFile> open(const std::string& path);
  static Result<IndexFile> over(BytesView content);  // a copy of it
  IndexFile(IndexFile&& other) noexcept;
  IndexFile& operator=(IndexFile&& other) noexcept;
  ~IndexFile();

  std::size_t sections() const { return sections_.size(); }
  std::int64_t through() const { return through_; }
  std::size_t file_bytes() const { return all_.size(); }
  // Empty where there is no such section, or it is no whole number of such values.
  template <class T>
  std::span<T> section(std::size_t at) const {
    const std::span<char> bytes = at < sections_.size() ? sections_[at] : std::span<char>();
    return bytes.size() % sizeof(T) == 0
               ? std::span<T>(reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T))
               : std::span<T>();
  }

 private:
  explicit IndexFile(std::span<char> all) : all_(all) {}
  Status check();

  std::span<char> all_;  // mapped
  std::int64_t through_ = -1;
  std::vector<std::span<char>> sections_;
};

class IndexWriter {
 public:
  using Sink = std::function<Status(BytesView)>;
  explicit IndexWriter(Sink sink);

  void section();  // the next one begins
  void add(BytesView bytes);
  template <class T>
  void add_number(T number) {
    add({reinterpret_cast<const char*>(&number), sizeof number});
  }
  template <class T>
  void column(const Column<T>& column) {  // as a section
    section();
    add(column.mapped_bytes());
    add(column.own_bytes());
  }
  // Errors: the first of the sink.
  Status finish(std::int64_t through);

 private:
  void pad(std::size_t alignment);
  void flush();

  Sink sink_;
  Status status_;
  Bytes pending_;
  std::uint64_t written_ = 0;  // with what is pending
  std::vector<std::uint64_t> begins_, ends_;
  IndexChecksum checksum_;
};

}  // namespace weir::vuln
