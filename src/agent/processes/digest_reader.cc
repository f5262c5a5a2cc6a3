#include "agent/processes/digest_reader.h"

#include <fcntl.h>

#include <algorithm>

#include "agent/processes/exec_source.h"

namespace weir::agent {
namespace {

constexpr std::uint64_t quick_bytes_max = 4 << 20;
constexpr std::int64_t quick_bytes_per_second = 128 << 20;

}  // namespace

bool Readings::is_pending() const {
  return std::ranges::any_of(asked_, [](const auto& reading) {
    const std::scoped_lock lock(reading->mutex);
    return !reading->result.has_value();
  });
}

void Readings::give_up() {
  given_up_ = true;
  std::erase_if(asked_, [](const auto& reading) {
    const std::scoped_lock lock(reading->mutex);
    return !reading->result.has_value();
  });
}

DigestReader::DigestReader(DigestCache& cache, std::function<void()> finished)
    : cache_(cache),
      finished_(std::move(finished)),
      at_once_(quick_bytes_per_second, quick_bytes_per_second),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

bool DigestReader::is_quick(int file, std::uint64_t bytes) {
  if (bytes > quick_bytes_max || !is_on_this_host(file)) return false;
  if (at_once_.left(boot_time_ns()) < static_cast<std::int64_t>(bytes)) return false;
  at_once_.take(static_cast<std::int64_t>(bytes));
  return true;
}

Error DigestReader::lacking(Readings& readings) {
  readings.lacks_any_ = true;
  return {Errc::too_many, "it is being read"};
}

Result<Sha256> DigestReader::digest_of(int file, Readings& readings) {
  struct stat status{};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return cache_.digest_of(file);
  const FileKey key = key_of(status);
  const auto asked =
      std::ranges::find(readings.asked_, key, [](const auto& reading) { return reading->key; });
  if (asked != readings.asked_.end()) {
    const std::scoped_lock lock((*asked)->mutex);
    if ((*asked)->result) return *(*asked)->result;
    return lacking(readings);
  }
  if (auto known = cache_.find(key)) return *known;
  if (key.size > digest_bytes_max || is_quick(file, key.size)) return cache_.digest_of(file);
  if (readings.given_up_) return Error{Errc::unavailable, "it could not be read in time"};
  auto reading = std::make_shared<Reading>();
  reading->key = key;
  reading->file = Fd(fcntl(file, F_DUPFD_CLOEXEC, 0));
  readings.asked_.push_back(reading);
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(queue_, [](const auto& waiting) { return waiting.use_count() == 1; });
    queue_.push_back(std::move(reading));
  }
  arrived_.notify_one();
  return lacking(readings);
}

std::shared_ptr<DigestReader::Reading> DigestReader::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait(lock, stop, [&] { return !queue_.empty(); })) return nullptr;
  const auto smallest =
      std::ranges::min_element(queue_, {}, [](const auto& reading) { return reading->key.size; });
  auto taken = std::move(*smallest);
  queue_.erase(smallest);
  return taken;
}

void DigestReader::work(const std::stop_token& stop) {
  while (const auto reading = take(stop)) {
    const auto wanted = [&] { return reading.use_count() > 1 && !stop.stop_requested(); };
    auto digest = cache_.digest_of(reading->file.number(), wanted);
    {
      const std::scoped_lock lock(reading->mutex);
      reading->result = std::move(digest);
    }
    finished_();
  }
}

}  // namespace weir::agent
