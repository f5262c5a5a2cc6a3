#include "agent/files/path_reader.h"

#include <algorithm>

namespace weir::agent {
namespace {

std::uint64_t bytes_of(const PathReader::Held& reading) { return reading->stamp().bytes; }

}  // namespace

std::optional<Result<Sha256>> PathReader::Reading::result() const {
  const std::scoped_lock lock(mutex_);
  return result_;
}

PathReader::PathReader(std::function<void()> finished)
    : finished_(std::move(finished)), thread_([this](const std::stop_token& stop) {
        while (const Held reading = take(stop)) read(reading, stop);
      }) {}

PathReader::Held PathReader::ask(const WatchedPath& path, const PathStamp& stamp) {
  auto reading = std::make_shared<Reading>(path, stamp);
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(queue_, [](const Held& waiting) { return waiting.use_count() == 1; });
    queue_.push_back(reading);
  }
  arrived_.notify_one();
  return reading;
}

PathReader::Held PathReader::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait(lock, stop, [&] { return !queue_.empty(); })) return nullptr;
  const auto smallest = std::ranges::min_element(queue_, {}, bytes_of);
  Held taken = std::move(*smallest);
  queue_.erase(smallest);
  return taken;
}

PathReader::Held PathReader::take_smaller(std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  const auto smallest = std::ranges::min_element(queue_, {}, bytes_of);
  if (smallest == queue_.end() || bytes_of(*smallest) >= bytes) return nullptr;
  Held taken = std::move(*smallest);
  queue_.erase(smallest);
  return taken;
}

// `reading` is held by this call alone once nobody wants it.
void PathReader::read(const Held& reading, const std::stop_token& stop) {
  auto digest = digest_of(reading->path_, [&] {
    while (const Held smaller = take_smaller(bytes_of(reading))) read(smaller, stop);
    return reading.use_count() > 1 && !stop.stop_requested();
  });
  {
    const std::scoped_lock lock(reading->mutex_);
    reading->result_ = std::move(digest);
  }
  finished_();
}

}  // namespace weir::agent
