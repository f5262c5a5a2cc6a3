// Digests of watched paths that take long, so that the thread which sees changes waits for none of them: read by a
// thread of the reader's own, the smallest first, and a smaller one that comes while a larger is read in between. What
// nobody holds any more is not read to its end. Threads: a Reading is asked for and looked at from any.
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "agent/files/watched_tree.h"

namespace weir::agent {

class PathReader {
 public:
  class Reading {
   public:
    explicit Reading(WatchedPath path, PathStamp stamp) : path_(std::move(path)), stamp_(std::move(stamp)) {}
    const PathStamp& stamp() const { return stamp_; }  // of what was to be read
    std::optional<Result<Sha256>> result() const;      // none: not read yet

   private:
    friend class PathReader;
    const WatchedPath path_;
    const PathStamp stamp_;
    mutable std::mutex mutex_;
    std::optional<Result<Sha256>> result_;
  };
  using Held = std::shared_ptr<Reading>;

  // `finished` is called from the reader's thread after each path.
  explicit PathReader(std::function<void()> finished);

  Held ask(const WatchedPath& path, const PathStamp& stamp);

 private:
  Held take(const std::stop_token& stop);
  Held take_smaller(std::uint64_t bytes);
  void read(const Held& reading, const std::stop_token& stop);

  const std::function<void()> finished_;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::vector<Held> queue_;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace weir::agent
