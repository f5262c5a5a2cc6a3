#include "vuln/store/paged_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/check.h"
#include "crypto/digest.h"
#include "vuln/store/coding.h"

namespace weir::vuln {
namespace {

constexpr std::string_view magic = "WEIRADVS";
constexpr std::size_t page_digest_bytes = 16;

// Where things stand in the first page.
constexpr std::size_t version_at = 8, kind_at = 12, file_bytes_at = 16, table_at = 24, table_digest_at = 32,
                      sections_at = 64, head_digest_at = page_bytes - 32;
static_assert(sections_at + sections_max * 16 <= head_digest_at);

BytesView digest_of_page(const Sha256& digest) { return digest.view().substr(0, page_digest_bytes); }

std::size_t in_pages(std::size_t bytes) { return (bytes + page_bytes - 1) / page_bytes; }

}  // namespace

Result<std::shared_ptr<const PagedFile>> PagedFile::open(const std::string& path, PagedKind kind) {
  artifact::OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) {
    if (errno == ENOENT) return not_found(fmt::format("{}: no such file", path));
    return Error{Errc::unavailable, fmt::format("{} cannot be opened", path)};
  }
  struct stat status = {};
  if (fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode))
    return Error{Errc::corrupt, fmt::format("{} is no regular file", path)};
  const std::shared_ptr<PagedFile> opened(new PagedFile(path, Bytes()));
  if (status.st_size > 0) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const start = mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number(), 0);
    if (start == MAP_FAILED)
      return Error{Errc::unavailable, fmt::format("{} cannot be mapped into memory", path)};
    opened->all_ = {static_cast<const char*>(start), size};
    opened->file_.emplace(std::move(file));
  }
  TRY(opened->check_head(kind));
  return std::shared_ptr<const PagedFile>(opened);
}

Result<std::shared_ptr<const PagedFile>> PagedFile::over(Bytes content, std::string name, PagedKind kind) {
  const std::shared_ptr<PagedFile> opened(new PagedFile(std::move(name), std::move(content)));
  TRY(opened->check_head(kind));
  return std::shared_ptr<const PagedFile>(opened);
}

PagedFile::~PagedFile() {
  if (file_) munmap(const_cast<char*>(all_.data()), all_.size());
}

Status PagedFile::check_whole() const {
  struct stat status = {};
  if (!file_ || (fstat(file_->number(), &status) == 0 && static_cast<std::size_t>(status.st_size) >= all_.size()))
    return {};
  return corrupt(fmt::format("it was cut short while it was in use, to {} bytes of {}", status.st_size, all_.size()));
}

Error PagedFile::corrupt(std::string_view what) const {
  return Error{Errc::corrupt, fmt::format("{} is damaged: {}", name_, what)};
}

Status PagedFile::check_head(PagedKind kind) {
  if (all_.size() < page_bytes || !all_.starts_with(magic))
    return corrupt("it is no file of an advisory store");
  const BytesView head = all_.substr(0, page_bytes);
  digest_ = crypto::sha256(head.substr(0, head_digest_at));
  if (digest_.view() != head.substr(head_digest_at)) return corrupt("its first page is not what was written");
  const auto version = load_fixed<std::uint32_t>(head.data() + version_at);
  if (version != paged_version)
    return corrupt(fmt::format("it has version {}; this program reads {}", version, paged_version));
  if (load_fixed<std::uint32_t>(head.data() + kind_at) != static_cast<std::uint32_t>(kind))
    return corrupt("it is of another kind");
  const auto file_bytes = load_fixed<std::uint64_t>(head.data() + file_bytes_at);
  if (file_bytes != all_.size())
    return corrupt(fmt::format("it has {} bytes where {} were written", all_.size(), file_bytes));
  const auto table = load_fixed<std::uint64_t>(head.data() + table_at);
  if (table < page_bytes || table % page_bytes != 0 || table > all_.size() ||
      all_.size() - table != (table / page_bytes - 1) * page_digest_bytes)
    return corrupt("the place of its table of pages makes no sense");
  table_ = all_.substr(table);
  if (crypto::sha256(table_).view() != head.substr(table_digest_at, 32))
    return corrupt(fmt::format("its table of pages, from byte {}, is not what was written", table));
  for (std::size_t i = 0; i < sections_max; ++i) {
    Section& section = sections_[i];
    section.offset = load_fixed<std::uint64_t>(head.data() + sections_at + i * 16);
    section.bytes = load_fixed<std::uint64_t>(head.data() + sections_at + i * 16 + 8);
    if (section.bytes == 0) continue;
    if (section.offset < page_bytes || section.offset > table || section.bytes > table - section.offset)
      return corrupt(fmt::format("the place of its section {} makes no sense", i));
  }
  checked_ = std::make_unique<std::atomic<bool>[]>(table / page_bytes);
  return {};
}

Status PagedFile::check_page(std::size_t page) const {
  if (checked_[page].load(std::memory_order_acquire)) return {};
  const Sha256 digest = crypto::sha256(all_.substr(page * page_bytes, page_bytes));
  if (digest_of_page(digest) != table_.substr((page - 1) * page_digest_bytes, page_digest_bytes))
    return corrupt(fmt::format("bytes {} to {} are not what was written", page * page_bytes,
                               (page + 1) * page_bytes - 1));
  checked_[page].store(true, std::memory_order_release);
  return {};
}

Result<BytesView> PagedFile::bytes(std::size_t section, std::uint64_t offset, std::uint64_t size) const {
  CHECK(section < sections_max);
  const Section& at = sections_[section];
  if (offset > at.bytes || size > at.bytes - offset)
    return corrupt(fmt::format("section {} ends before offset {} and its {} bytes", section, offset, size));
  if (size == 0) return BytesView();
  const std::uint64_t begin = at.offset + offset;
  for (std::uint64_t page = begin / page_bytes; page <= (begin + size - 1) / page_bytes; ++page)
    TRY(check_page(page));
  return all_.substr(begin, size);
}

Bytes build_paged_file(PagedKind kind, std::span<const Bytes> sections) {
  CHECK(sections.size() <= sections_max);
  Bytes file(page_bytes, '\0');
  Bytes places;
  for (const Bytes& section : sections) {
    append_fixed<std::uint64_t>(places, file.size());
    append_fixed<std::uint64_t>(places, section.size());
    file += section;
    file.resize((file.size() + 7) / 8 * 8);
  }
  file.resize(in_pages(file.size()) * page_bytes);
  Bytes table;
  for (std::size_t at = page_bytes; at < file.size(); at += page_bytes)
    table += digest_of_page(crypto::sha256(BytesView(file).substr(at, page_bytes)));
  Bytes head(magic);
  append_fixed<std::uint32_t>(head, paged_version);
  append_fixed<std::uint32_t>(head, static_cast<std::uint32_t>(kind));
  append_fixed<std::uint64_t>(head, file.size() + table.size());
  append_fixed<std::uint64_t>(head, file.size());
  head += crypto::sha256(table).view();
  head += places;
  head.resize(head_digest_at);
  head += crypto::sha256(head).view();
  file.replace(0, page_bytes, head);
  return file + table;
}

Sha256 digest_of_paged_file(BytesView content) {
  return std::move(sha256_from_bytes(content.substr(head_digest_at, 32))).value();
}

}  // namespace weir::vuln
