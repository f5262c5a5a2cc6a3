// One thread that moves bytes, its connections, and the way back to it: answers made on other threads wait in a list,
// and only the first of a batch wakes the thread. A sweep looks at every connection's deadline some times a second, so
// a request costs no timer. Private to this folder: includes Asio.
#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

#include "http/message.h"

namespace weir::http {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;
using Executor = asio::io_context::executor_type;

inline SteadyTime after(Duration by) {
  return std::chrono::steady_clock::now() + std::chrono::microseconds(by.micros);
}

// What an io thread may ask of a connection, on that thread only.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void sweep(SteadyTime now) = 0;      // acts when a deadline has passed
  virtual void answer(Response response) = 0;  // to the request it waits for
  virtual void stream_changed() = 0;
  virtual void finish() = 0;  // after what it is doing now
  virtual void abort() = 0;   // now
};

class Completions;

// The io thread's half of a request handed out. Outlives its connection while somebody holds a Respond.
struct Exchange {
  std::shared_ptr<Completions> completions;
  Connection* connection = nullptr;  // null when it has ended; io thread only
  std::uint64_t number =
      0;  // of the request that waits; an answer to an earlier one is dropped; io thread only
};

class Completions {
 public:
  explicit Completions(asio::io_context& context) : context_(&context) {}

  // From any thread. Without a response it says that the connection's stream has changed.
  void push(const std::shared_ptr<Exchange>& exchange, std::uint64_t number,
            std::optional<Response> response);
  void close();  // the context ends; what comes later is dropped

 private:
  struct Completion {
    std::shared_ptr<Exchange> exchange;
    std::uint64_t number;
    std::optional<Response> response;
  };
  void deliver();

  std::mutex mutex_;
  asio::io_context* context_;
  std::vector<Completion> waiting_;
  std::vector<Completion> delivering_;  // io thread only; kept for its capacity
};

// The Respond of a served request.
class Reply {
 public:
  Reply(std::shared_ptr<Exchange> exchange, std::uint64_t number)
      : exchange_(std::move(exchange)), number_(number) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  ~Reply();
  void operator()(Response response);

 private:
  std::shared_ptr<Exchange> exchange_;
  std::uint64_t number_;
};

class IoThread {
 public:
  explicit IoThread(Duration sweep_interval);
  ~IoThread();  // after stop(), or never started

  void start();
  void stop();  // returns when no coroutine is left

  asio::io_context context{1};
  std::shared_ptr<Completions> completions = std::make_shared<Completions>(context);

  // On the io thread only.
  std::unordered_set<Connection*> connections;
  std::string_view date_line();  // "date: …\r\n", made once a second

 private:
  void sweep_later();

  Duration sweep_interval_;
  asio::steady_timer sweep_timer_{context};
  asio::executor_work_guard<Executor> work_{context.get_executor()};
  std::time_t date_at_ = 0;
  std::string date_line_;
  std::thread thread_;
};

}  // namespace weir::http
