// Requests that want to see an entry that is not here yet (`min_index`). They wait as values, never on a worker, and
// are let go when the entry is committed or their time is over; a bounded number waits, further ones are refused.
// `committed` is called on the sequencer's thread and only notes the size; what follows runs on a thread of its own.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/time.h"

namespace weir::api {

enum class Arrival { here, late, refused };  // refused: too many wait already, or the server stops

class IndexWait {
 public:
  using Then = std::move_only_function<void(Arrival)>;

  IndexWait();
  ~IndexWait();
  void committed(std::int64_t size);
  // Calls `then` once, at once when the ledger has more than `index` entries; it must not block.
  void until_beyond(std::int64_t index, Duration at_most, Then then);
  void stop();

 private:
  using Steady = std::chrono::steady_clock;
  struct Waiting {
    std::int64_t index = 0;
    Steady::time_point until;
    Then then;
  };
  void run(const std::stop_token& stop);
  // Takes out those whose entry is here, and those whose time is over.
  std::vector<std::pair<Then, Arrival>> take_due(Steady::time_point now);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Waiting> waiting_;
  std::int64_t size_ = 0;
  bool stopped_ = false;
  bool news_ = false;  // what the thread has not looked at
  std::jthread thread_;
};

}  // namespace weir::api
