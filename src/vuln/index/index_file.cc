#include "vuln/index/index_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <utility>

#include "artifact/disk_tree.h"

namespace weir::vuln {
namespace {

static_assert(std::endian::native == std::endian::little, "stored numbers are mapped as they are");

constexpr std::string_view magic = "weir component index 3\n";
constexpr std::size_t checksum_bytes = 8, block = 32, pending_max = std::size_t{1} << 20;
constexpr std::size_t sections_max = 64;
constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;

// Before the checksum.
struct Tail {
  std::uint64_t table = 0, sections = 0, through = 0, reserved = 0;  // through: plus one
};
struct Row {
  std::uint64_t begin = 0, end = 0;
};
static_assert(sizeof(Tail) == block);

template <class Value>
Value load(const char* at) {
  Value value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

Error damaged_index() { return {Errc::corrupt, "the component index is damaged, or of another form"}; }

void IndexChecksum::add(BytesView bytes) {
  bytes_ += bytes.size();
  std::uint64_t a = lanes_[0], b = lanes_[1], c = lanes_[2], d = lanes_[3];
  const char* const end = bytes.data() + bytes.size();
  for (const char* at = bytes.data(); at != end; at += block) {
    a = std::rotl((a ^ load<std::uint64_t>(at)) * factor, 29);
    b = std::rotl((b ^ load<std::uint64_t>(at + 8)) * factor, 29);
    c = std::rotl((c ^ load<std::uint64_t>(at + 16)) * factor, 29);
    d = std::rotl((d ^ load<std::uint64_t>(at + 24)) * factor, 29);
  }
  lanes_[0] = a, lanes_[1] = b, lanes_[2] = c, lanes_[3] = d;
}

std::uint64_t IndexChecksum::value() const {
  std::uint64_t state = bytes_;
  for (const std::uint64_t lane : lanes_) state = std::rotl((state ^ lane ^ (lane >> 32)) * factor, 29);
  return state ^ (state >> 29);
}

Result<IndexFile> IndexFile::open(const std::string& path) {
  const artifact::OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return not_found(path + " is not there");
  struct stat info{};
  if (::fstat(file.number(), &info) != 0 || info.st_size <= 0) return damaged_index();
  const auto size = static_cast<std::size_t>(info.st_size);
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.number(), 0);
  if (at == MAP_FAILED) return Error{Errc::unavailable, path + " cannot be mapped"};
  IndexFile mapped({static_cast<char*>(at), size});
  TRY(mapped.check());
  return mapped;
}

Result<IndexFile> IndexFile::over(BytesView content) {
  if (content.empty()) return damaged_index();
  void* at = ::mmap(nullptr, content.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return Error{Errc::unavailable, "no memory for a component index"};
  std::memcpy(at, content.data(), content.size());
  IndexFile mapped({static_cast<char*>(at), content.size()});
  TRY(mapped.check());
  return mapped;
}

IndexFile::IndexFile(IndexFile&& other) noexcept
    : all_(std::exchange(other.all_, {})),
      through_(other.through_),
      sections_(std::exchange(other.sections_, {})) {}

IndexFile& IndexFile::operator=(IndexFile&& other) noexcept {
  std::swap(all_, other.all_);
  std::swap(through_, other.through_);
  std::swap(sections_, other.sections_);
  return *this;
}

IndexFile::~IndexFile() {
  if (!all_.empty()) ::munmap(all_.data(), all_.size());
}

Status IndexFile::check() {
  const BytesView bytes(all_.data(), all_.size());
  if (bytes.size() < index_alignment + sizeof(Tail) + checksum_bytes || !bytes.starts_with(magic))
    return damaged_index();
  const std::size_t covered = bytes.size() - checksum_bytes;
  if (covered % block != 0) return damaged_index();
  IndexChecksum checksum;
  checksum.add(bytes.substr(0, covered));
  if (checksum.value() != load<std::uint64_t>(bytes.data() + covered)) return damaged_index();
  const auto tail = load<Tail>(bytes.data() + covered - sizeof(Tail));
  const std::size_t table_end = covered - sizeof(Tail);
  if (tail.sections > sections_max || tail.table > table_end ||
      table_end - tail.table < tail.sections * sizeof(Row))
    return damaged_index();
  through_ = static_cast<std::int64_t>(tail.through) - 1;
  for (std::size_t i = 0; i < tail.sections; ++i) {
    const auto row = load<Row>(bytes.data() + tail.table + i * sizeof(Row));
    if (row.begin > row.end || row.end > tail.table || row.begin % index_alignment != 0)
      return damaged_index();
    sections_.push_back(all_.subspan(row.begin, row.end - row.begin));
  }
  return {};
}

IndexWriter::IndexWriter(Sink sink) : sink_(std::move(sink)) {
  add(magic);
  pad(index_alignment);
}

void IndexWriter::section() {
  if (begins_.size() > ends_.size()) ends_.push_back(written_);
  pad(index_alignment);
  begins_.push_back(written_);
}

void IndexWriter::add(BytesView bytes) {
  written_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), pending_max - pending_.size());
    pending_ += bytes.substr(0, count);
    bytes.remove_prefix(count);
    if (pending_.size() == pending_max) flush();
  }
}

void IndexWriter::pad(std::size_t alignment) {
  if (written_ % alignment != 0) add(Bytes(alignment - written_ % alignment, '\0'));
}

void IndexWriter::flush() {
  checksum_.add(pending_);
  if (status_.ok()) status_ = sink_(pending_);
  pending_.clear();
}

Status IndexWriter::finish(std::int64_t through) {
  if (begins_.size() > ends_.size()) ends_.push_back(written_);
  pad(index_alignment);
  const Tail tail{
      .table = written_, .sections = begins_.size(), .through = static_cast<std::uint64_t>(through + 1)};
  for (std::size_t i = 0; i < begins_.size(); ++i) add_number(Row{begins_[i], ends_[i]});
  pad(block);
  add_number(tail);
  flush();
  TRY(std::move(status_));
  const std::uint64_t sum = checksum_.value();
  return sink_({reinterpret_cast<const char*>(&sum), sizeof sum});
}

}  // namespace weir::vuln
