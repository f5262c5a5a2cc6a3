// Digests for a thread that other news wait for. How large a program is, and on what storage it lies, is up to whoever
// starts it: a file of many gigabytes takes no room on a disk when it is a hole. So what is small and lies on this
// host's own disks is read at once, as long as that takes a part of the time only; every other file is read by a
// thread of the reader's own, the smallest first. Threads: what one sighting reads belongs to one thread.
#pragma once
#include <condition_variable>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "agent/processes/allowance.h"
#include "agent/processes/file_digest.h"

namespace weir::agent {

// The files that are read for one sighting. What nobody holds any more is not read to its end.
class Readings {
 public:
  bool is_pending() const;  // something is being read
  void begin() { lacks_any_ = false; }
  bool lacks_any() const { return lacks_any_; }  // since `begin`, what was asked for was being read
  // What is not read by now never will be, and what is asked for later neither, unless it is read at once.
  void give_up();

 private:
  friend class DigestReader;
  struct Reading {
    FileKey key;
    Fd file;
    std::mutex mutex;
    std::optional<Result<Sha256>> result;  // none: not read yet
  };
  std::vector<std::shared_ptr<Reading>> asked_;
  bool given_up_ = false, lacks_any_ = false;
};

class DigestReader {
 public:
  // `finished` is called from the reader's thread after each file.
  DigestReader(DigestCache& cache, std::function<void()> finished);

  // Errors: those of DigestCache; too_many while it is read by the thread: ask again when `readings` waits no more.
  Result<Sha256> digest_of(int file, Readings& readings);

 private:
  using Reading = Readings::Reading;
  static Error lacking(Readings& readings);
  bool is_quick(int file, std::uint64_t bytes);
  void work(const std::stop_token& stop);
  std::shared_ptr<Reading> take(const std::stop_token& stop);

  DigestCache& cache_;
  const std::function<void()> finished_;
  Allowance at_once_;  // bytes
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::vector<std::shared_ptr<Reading>> queue_;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace weir::agent
