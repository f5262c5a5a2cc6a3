#include "store/sqlite/scrub.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/bytes.h"
#include "store/sqlite/checksum_vfs.h"

namespace weir::store {
namespace {

constexpr std::int64_t pages_per_step = 64;
constexpr std::int64_t lock_byte =
    0x40000000;               // the page around it is never written: file format, section 1.4
constexpr int reads_max = 5;  // a page may be just being written
constexpr std::size_t page_size_at = 16;

}  // namespace

void Scrubber::Close::operator()(sqlite3* connection) const { sqlite3_close(connection); }

Result<Scrubber> Scrubber::open(const std::string& path, const std::string& files) {
  Scrubber scrubber;
  scrubber.path_ = path;
  sqlite3* connection = nullptr;
  const int rc = sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE,
                                 checksum_vfs_over(files).c_str());
  scrubber.connection_.reset(connection);
  if (rc != SQLITE_OK)
    return Error{Errc::unavailable, fmt::format("cannot open {}: {}", path, sqlite3_errstr(rc))};
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &scrubber.file_);
  std::string header(100, '\0');
  if (scrubber.file_->pMethods->xRead(scrubber.file_, header.data(), static_cast<int>(header.size()), 0) !=
      SQLITE_OK)
    return Error{Errc::corrupt, fmt::format("{}: its first page is cut off", path)};
  const std::size_t size = load_u16(header.data() + page_size_at);
  if (size != 4096) return Error{Errc::corrupt, fmt::format("{}: page 1 is not what was written", path)};
  scrubber.page_.resize(size);
  return scrubber;
}

Result<std::int64_t> Scrubber::pages_held() const {
  sqlite3_int64 bytes = 0;
  if (file_->pMethods->xFileSize(file_, &bytes) != SQLITE_OK)
    return Error{Errc::unavailable, fmt::format("cannot read {}", path_)};
  return (bytes + page_bytes() - 1) / page_bytes();  // one that is cut off counts, and is found
}

Status Scrubber::read_page(std::int64_t number) {
  for (int attempt = 1;; ++attempt) {
    const int rc = file_->pMethods->xRead(file_, page_.data(), static_cast<int>(page_.size()),
                                          (number - 1) * page_bytes());
    if (rc == SQLITE_OK) return {};
    if (rc != SQLITE_IOERR_DATA)
      return Error{Errc::unavailable, fmt::format("cannot read page {} of {}", number, path_)};
    if (attempt == reads_max)
      return Error{Errc::corrupt, damage_of(connection_.get()) +
                                      "; the data is damaged: stop, run `weir ledger verify`, restore"};
    sqlite3_sleep(1);
  }
}

Result<std::int64_t> Scrubber::step(std::int64_t pages_max) {
  const std::int64_t held = TRY(pages_held());
  std::int64_t read = 0;
  for (; next_ <= held && read < pages_max; ++next_, ++read)
    if (next_ != lock_byte / page_bytes() + 1) TRY(read_page(next_));
  if (read < pages_max) next_ = 1;
  return read;
}

Result<std::int64_t> scrub(const std::string& path, const std::stop_token& stop,
                           std::int64_t bytes_per_second) {
  auto scrubber = TRY(Scrubber::open(path));
  const auto begun = std::chrono::steady_clock::now();
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::int64_t read = 0, last = pages_per_step;
  while (!stop.stop_requested() && last == pages_per_step) {
    last = TRY(scrubber.step(pages_per_step));
    read += last;
    const auto due =
        begun + std::chrono::microseconds(read * scrubber.page_bytes() * 1'000'000 / bytes_per_second);
    std::unique_lock lock(mutex);
    stopped.wait_until(lock, stop, due, [] { return false; });
  }
  return read;
}

}  // namespace weir::store
