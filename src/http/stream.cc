#include "http/stream.h"

#include <utility>

namespace weir::http {

bool Stream::write(std::string_view chunk) {
  std::unique_lock lock(mutex_);
  if (state_ != State::open) return false;
  if (waiting_.size() + chunk.size() > buffer_bytes_max_) {
    lock.unlock();
    end(State::dropped);
    return false;
  }
  waiting_ += chunk;
  if (wake_ && !std::exchange(woken_, true)) wake_();
  return true;
}

void Stream::close() { end(State::closed); }
void Stream::client_gone() { end(State::dropped); }

bool Stream::closed() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::open;
}

bool Stream::dropped() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::dropped;
}

void Stream::on_close(std::move_only_function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::open) {
      closed_callback_ = std::move(callback);
      return;
    }
  }
  callback();
}

void Stream::attach(std::move_only_function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

Stream::State Stream::take(std::string& chunk) {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  chunk.clear();
  std::swap(chunk, waiting_);
  return state_;
}

void Stream::end(State state) {
  std::move_only_function<void()> callback;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::open) return;
    state_ = state;
    if (state == State::dropped) waiting_.clear();
    callback = std::exchange(closed_callback_, nullptr);
    if (wake_) wake_();
  }
  if (callback) callback();
}

std::string encode_event(std::string_view id, std::string_view event, std::string_view data) {
  const auto one_line = [](std::string& out, std::string_view name, std::string_view text) {
    out += name;
    out += text.substr(0, text.find_first_of("\r\n"));
    out += '\n';
  };
  std::string out;
  if (!id.empty()) one_line(out, "id: ", id);
  if (!event.empty()) one_line(out, "event: ", event);
  for (bool more = true; more;) {
    const std::size_t end = data.find('\n');
    more = end != std::string_view::npos;
    one_line(out, "data: ", data.substr(0, end));
    data.remove_prefix(more ? end + 1 : data.size());
  }
  out += '\n';
  return out;
}

}  // namespace weir::http
