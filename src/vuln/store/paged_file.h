// An immutable file of sections, mapped into memory and shared by every process that reads it. Opening costs the
// header and the table of page digests; every other page is checked against its digest when it is first touched, so
// that a file with a flipped bit is an error that names the byte and never a wrong answer. The digest of the first
// page covers the table and through it the whole file. Format: docs/formats/advisory-store.md.
// Safe to read from many threads. The store never writes a file in place. A file that somebody else cuts short while
// it is mapped is an error at the next question, for which each asks `check_whole` first; only one that is cut in the
// midst of a question ends the process (SIGBUS).
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "artifact/disk_tree.h"
#include "base/bytes.h"

namespace weir::vuln {

inline constexpr std::size_t page_bytes = 4096;
inline constexpr std::size_t sections_max = 16;
inline constexpr std::uint32_t paged_version = 1;

enum class PagedKind : std::uint32_t { advisories = 1, exploited = 2, likelihood = 3 };

class PagedFile {
 public:
  // Errors: not_found; corrupt, naming the file and what of it is damaged.
  static Result<std::shared_ptr<const PagedFile>> open(const std::string& path, PagedKind kind);
  // The same over bytes in memory; `name` is for messages.
  static Result<std::shared_ptr<const PagedFile>> over(Bytes content, std::string name, PagedKind kind);
  ~PagedFile();
  PagedFile(const PagedFile&) = delete;
  PagedFile& operator=(const PagedFile&) = delete;

  const std::string& name() const { return name_; }
  const Sha256& digest() const { return digest_; }
  std::size_t file_bytes() const { return all_.size(); }
  std::size_t section_bytes(std::size_t section) const { return sections_[section].bytes; }

  // `size` bytes of a section, checked. Valid as long as the file is.
  Result<BytesView> bytes(std::size_t section, std::uint64_t offset, std::uint64_t size) const;
  // That the file is still as long as it was when it was opened. Errors: corrupt.
  Status check_whole() const;
  // That an offset or a number stored in a sound page makes no sense.
  Error corrupt(std::string_view what) const;

 private:
  struct Section {
    std::uint64_t offset = 0, bytes = 0;
  };
  PagedFile(std::string name, Bytes held) : name_(std::move(name)), held_(std::move(held)), all_(held_) {}
  Status check_head(PagedKind kind);
  Status check_page(std::size_t page) const;

  std::string name_;
  Bytes held_;
  BytesView all_;
  std::optional<artifact::OpenFile> file_;  // that is mapped
  Sha256 digest_;
  std::array<Section, sections_max> sections_;
  BytesView table_;  // 16 bytes for each page after the first
  mutable std::unique_ptr<std::atomic<bool>[]> checked_;
};

// The bytes of such a file, and the digest that it will have.
Bytes build_paged_file(PagedKind kind, std::span<const Bytes> sections);
Sha256 digest_of_paged_file(BytesView content);

}  // namespace weir::vuln
