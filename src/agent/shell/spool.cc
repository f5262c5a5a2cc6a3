#include "agent/shell/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace weir::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "WSPL";
constexpr std::size_t header_bytes = 22;
constexpr std::size_t covered_from = 12;  // the checksum covers all that follows it
constexpr std::size_t record_bytes_max = 32 << 20;

std::uint32_t load_u32(const char* at) { return std::uint32_t{load_u16(at)} << 16 | load_u16(at + 2); }

Error failed(const std::string& path, std::string_view what) {
  return {Errc::unavailable, fmt::format("{}: {}: {}", path, what, strerror(errno))};
}

Bytes encode_record(const SpoolRecord& record) {
  Bytes covered;
  covered += static_cast<char>(record.kind);
  covered += record.waited ? '\1' : '\0';
  append_u64(covered, static_cast<std::uint64_t>(record.events));
  covered += record.report;
  Bytes out(magic);
  append_u32(out, static_cast<std::uint32_t>(record.report.size()));
  append_u32(out, crc32c(covered));
  return out + covered;
}

std::size_t size_of_record(BytesView at) { return header_bytes + load_u32(at.data() + 4); }

// The record at the beginning of `at`; nullopt when it is damaged or cut off.
std::optional<SpoolRecord> decode_record(BytesView at) {
  if (at.size() < header_bytes || at.substr(0, magic.size()) != magic) return std::nullopt;
  const std::size_t size = size_of_record(at);
  if (size > record_bytes_max || size > at.size()) return std::nullopt;
  const BytesView covered = at.substr(covered_from, size - covered_from);
  if (crc32c(covered) != load_u32(at.data() + 8)) return std::nullopt;
  SpoolRecord record;
  record.kind = static_cast<SpoolKind>(std::min<unsigned char>(static_cast<unsigned char>(covered[0]), 3));
  record.waited = covered[1] != 0;
  record.events = static_cast<std::int64_t>(load_u64(covered.data() + 2));
  record.report = covered.substr(header_bytes - covered_from);
  return record;
}

Status write_all(int file, const std::string& path, BytesView bytes, std::size_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0) return failed(path, "write");
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
  return {};
}

Result<Bytes> read_all(int file, const std::string& path, std::size_t offset, std::size_t size) {
  Bytes bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = pread(file, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0) return failed(path, "read");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0x82F63B78u : value >> 1;
    table[i] = value;
  }
  return table;
}();

}  // namespace

std::uint32_t crc32c(BytesView bytes) {
  std::uint32_t crc = ~0u;
  for (const char byte : bytes) crc = crc >> 8 ^ crc_table[(crc ^ static_cast<std::uint8_t>(byte)) & 0xFF];
  return ~crc;
}

Spool::Spool(std::string directory, SpoolLimits limits) : directory_(std::move(directory)), limits_(limits) {}

Spool::~Spool() {
  for (auto& [number, segment] : segments_) close(segment.file);
}

std::string Spool::path_of(std::uint64_t segment) const {
  return fmt::format("{}/{:020}.spool", directory_, segment);
}

Result<std::unique_ptr<Spool>> Spool::open(const std::string& directory, SpoolLimits limits) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return failed(directory, "create");
  std::unique_ptr<Spool> spool(new Spool(directory, limits));
  TRY(spool->read_back());
  return spool;
}

Status Spool::read_back() {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    const std::string name = entry.path().filename();
    std::uint64_t number = 0;
    const auto [end, status] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (status == std::errc{} && std::string_view(end) == ".spool") numbers.push_back(number);
  }
  if (error) return Error{Errc::unavailable, directory_ + ": " + error.message()};
  std::sort(numbers.begin(), numbers.end());
  for (const std::uint64_t number : numbers) TRY(read_segment(number));
  return {};
}

Status Spool::read_segment(std::uint64_t number) {
  const std::string path = path_of(number);
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return failed(path, "open");
  Segment& segment = segments_[number];
  segment.file = file;
  const Bytes content = TRY(read_all(file, path, 0, static_cast<std::size_t>(lseek(file, 0, SEEK_END))));
  for (std::size_t at = 0; at < content.size();) {
    const BytesView rest = BytesView(content).substr(at);
    if (const auto record = decode_record(rest); record) {
      const std::size_t size = size_of_record(rest);
      queue_.push_back({next_ticket_++, number, at, size, record->kind, record->events});
      ++segment.records;
      segment.bytes = at += size;
      continue;
    }
    // Damaged, or the tail a crash tore. What follows the next mark may be whole.
    const std::size_t next = content.find(magic, at + 1);
    if (next != Bytes::npos || rest.size() >= header_bytes) ++lost_;
    at = next == Bytes::npos ? content.size() : next;
  }
  if (segment.records == 0) release(number);
  else if (ftruncate(file, static_cast<off_t>(segment.bytes)) != 0) return failed(path, "truncate");
  return {};
}

void Spool::release(std::uint64_t number) {
  const auto found = segments_.find(number);
  close(found->second.file);
  unlink(path_of(number).c_str());
  segments_.erase(found);
}

std::size_t Spool::total_bytes() const {
  std::size_t total = 0;
  for (const auto& [number, segment] : segments_) total += segment.bytes;
  return total;
}

Result<Spool::Segment*> Spool::writable_segment(std::size_t record_bytes) {
  if (!segments_.empty()) {
    Segment& last = segments_.rbegin()->second;
    if (last.bytes == 0 || last.bytes + record_bytes <= limits_.segment_bytes_max) return &last;
  }
  const std::uint64_t number = segments_.empty() ? 1 : segments_.rbegin()->first + 1;
  const std::string path = path_of(number);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed(path, "create");
  Segment& segment = segments_[number];
  segment.file = file;
  return &segment;
}

// Leaves of one segment only what belongs to the oldest full report. False when that frees nothing.
bool Spool::drop_oldest_segment_of_deltas(std::uint64_t number) {
  std::deque<SpoolRecord> kept;
  std::int64_t dropped = 0;
  std::size_t dropped_count = 0;
  const auto oldest_full = std::find_if(queue_.begin(), queue_.end(),
                                        [](const Entry& entry) { return entry.kind == SpoolKind::full; });
  const auto oldest_full_end = oldest_full == queue_.end()
                                   ? oldest_full
                                   : std::find_if(oldest_full + 1, queue_.end(), [](const Entry& entry) {
                                       return entry.kind != SpoolKind::part;
                                     });
  for (auto entry = queue_.begin(); entry != queue_.end(); ++entry) {
    if (entry->segment != number) continue;
    auto record = entry >= oldest_full && entry < oldest_full_end ? load(*entry) : std::nullopt;
    if (record) kept.push_back(std::move(*record));
    else dropped += entry->events, ++dropped_count;
  }
  if (dropped_count == 0) return false;
  lost_ += dropped;
  if (kept.empty()) {
    std::erase_if(queue_, [&](const Entry& entry) { return entry.segment == number; });
    release(number);
    return true;
  }
  return rewrite(number, kept).ok();
}

Status Spool::rewrite(std::uint64_t number, const std::deque<SpoolRecord>& kept) {
  Segment& segment = segments_.at(number);
  const auto first =
      std::find_if(queue_.begin(), queue_.end(), [&](const Entry& entry) { return entry.segment >= number; });
  const std::size_t place = static_cast<std::size_t>(first - queue_.begin());
  std::erase_if(queue_, [&](const Entry& entry) { return entry.segment == number; });
  Bytes content;
  std::vector<Entry> entries;
  for (const SpoolRecord& record : kept) {
    const Bytes bytes = encode_record(record);
    entries.push_back({next_ticket_++, number, content.size(), bytes.size(), record.kind, record.events});
    content += bytes;
  }
  queue_.insert(queue_.begin() + static_cast<std::ptrdiff_t>(place), entries.begin(), entries.end());
  segment.records = entries.size();
  segment.bytes = content.size();
  // In place: it only ever shrinks, so this works on a full disk; a crash in between costs what was to be kept at
  // worst.
  TRY(write_all(segment.file, path_of(number), content, 0));
  if (ftruncate(segment.file, static_cast<off_t>(content.size())) != 0)
    return failed(path_of(number), "truncate");
  return {};
}

void Spool::make_room(std::size_t record_bytes) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, segment] : segments_) numbers.push_back(number);
  for (const std::uint64_t number : numbers) {
    if (total_bytes() + record_bytes <= limits_.bytes_max) return;
    drop_oldest_segment_of_deltas(number);
  }
}

Status Spool::append(const SpoolRecord& record) {
  const Bytes bytes = encode_record(record);
  const std::lock_guard lock(mutex_);
  if (total_bytes() + bytes.size() > limits_.bytes_max) make_room(bytes.size());
  if (total_bytes() + bytes.size() > limits_.bytes_max)
    return Error{Errc::unavailable,
                 fmt::format("{}: the spool's bound of {} bytes is reached", directory_, limits_.bytes_max)};
  Segment* segment = TRY(writable_segment(bytes.size()));
  const std::uint64_t number = segments_.rbegin()->first;
  if (const Status written = write_all(segment->file, path_of(number), bytes, segment->bytes); !written) {
    (void)!ftruncate(segment->file, static_cast<off_t>(segment->bytes));
    return written;
  }
  queue_.push_back({next_ticket_++, number, segment->bytes, bytes.size(), record.kind, record.events});
  segment->bytes += bytes.size();
  ++segment->records;
  return {};
}

std::optional<SpoolRecord> Spool::load(const Entry& entry) {
  const auto bytes =
      read_all(segments_.at(entry.segment).file, path_of(entry.segment), entry.offset, entry.size);
  return bytes ? decode_record(*bytes) : std::nullopt;
}

std::optional<SpoolFront> Spool::front() {
  const std::lock_guard lock(mutex_);
  while (!queue_.empty()) {
    if (auto record = load(queue_.front()); record)
      return SpoolFront{queue_.front().ticket, std::move(*record)};
    lost_ += std::max<std::int64_t>(queue_.front().events, 1);
    pop_front();
  }
  return std::nullopt;
}

void Spool::pop(std::uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  if (!queue_.empty() && queue_.front().ticket == ticket) pop_front();
}

void Spool::pop_front() {
  const std::uint64_t number = queue_.front().segment;
  queue_.pop_front();
  Segment& segment = segments_.at(number);
  if (--segment.records > 0) return;
  const bool only = segments_.size() == 1;
  if (only && ftruncate(segment.file, 0) == 0)
    segment.bytes = 0;  // the common case: nothing waits, the file stays open
  else release(number);
}

Status Spool::sync() {
  const std::lock_guard lock(mutex_);
  if (segments_.empty()) return {};
  const auto& [number, segment] = *segments_.rbegin();
  if (fdatasync(segment.file) != 0) return failed(path_of(number), "sync");
  return {};
}

std::size_t Spool::count() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

std::size_t Spool::bytes() const {
  const std::lock_guard lock(mutex_);
  return total_bytes();
}

std::int64_t Spool::take_lost() {
  const std::lock_guard lock(mutex_);
  return std::exchange(lost_, 0);
}

}  // namespace weir::agent
