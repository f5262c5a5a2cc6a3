// An answer that goes on: server-sent events, downloads made on the way. The handler keeps one end, puts the other into
// Response::stream, and writes from any thread; nothing blocks. Chunks wait in a buffer of bounded size: a client
// too slow to empty it is dropped, and every later write says false. All functions are safe to call from any thread.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace weir::http {

class Stream {
 public:
  explicit Stream(std::size_t buffer_bytes_max = 256 * 1024) : buffer_bytes_max_(buffer_bytes_max) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool write(std::string_view
                 chunk);  // false: closed, by us or by the client, or dropped just now; nothing was taken
  void close();           // what was written before still goes out
  bool closed() const;
  bool dropped() const;  // closed before all was sent
  // Called once when the stream ends for whatever reason, on the thread that ends it; at once when it has ended.
  void on_close(std::move_only_function<void()> callback);

  // The server's end. `wake` is called when there is something to take or the stream was closed.
  enum class State { open, closed, dropped };
  void attach(std::move_only_function<void()> wake);
  State take(std::string& chunk);  // what waits, moved into `chunk` (which may then be empty)
  void client_gone();

 private:
  void end(State state);

  const std::size_t buffer_bytes_max_;
  mutable std::mutex mutex_;
  std::string waiting_;
  State state_ = State::open;
  bool woken_ = false;  // wake_ was called and nothing was taken since
  std::move_only_function<void()> wake_;
  std::move_only_function<void()> closed_callback_;
};

// One server-sent event (WHATWG HTML §9.2). Empty `id` and `event` are left out; lines of `data` become data lines.
std::string encode_event(std::string_view id, std::string_view event, std::string_view data);

}  // namespace weir::http
