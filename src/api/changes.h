// Server-sent events: after each commit, every listener is told what may have changed, at most once a second each.
// `committed` is called on the sequencer's thread and only notes the size; a thread of its own reads and writes.
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/stream.h"
#include "store/sql.h"

namespace weir::api {

class Changes {
 public:
  explicit Changes(std::unique_ptr<store::Database> reader);
  ~Changes();
  void committed(std::int64_t size);
  // Waits for the next commit; false after `at_most`.
  bool wait_for_commit(Duration at_most);
  // `welcome` is asked before each word, without our lock: who no longer is hears nothing more. Nothing when there are
  // too many listeners, or too many of `holder`.
  std::shared_ptr<http::Stream> listen(const Sha256& holder, std::int64_t after, std::function<bool()> welcome);
  void stop();

 private:
  struct Listener {
    Sha256 holder;  // digest of the token
    std::shared_ptr<http::Stream> stream;
    std::int64_t told = 0;  // entries it knows of
    std::function<bool()> welcome;
  };
  void run(const std::stop_token& stop);
  void tell(std::vector<Listener>& listeners, std::int64_t size);
  std::vector<std::string> topics_between(std::int64_t from, std::int64_t until);

  std::unique_ptr<store::Database> reader_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Listener> listeners_;
  std::int64_t size_ = 0;
  std::int64_t commits_ = 0;
  bool fresh_ = false;  // a listener waits for its first word
  std::jthread thread_;
};

}  // namespace weir::api
