#include "http/io_thread.h"

#include <fmt/chrono.h>

#include <boost/asio/post.hpp>

#include "base/check.h"

namespace weir::http {

void Completions::push(const std::shared_ptr<Exchange>& exchange, std::uint64_t number,
                       std::optional<Response> response) {
  const std::lock_guard lock(mutex_);
  if (context_ == nullptr) return;
  waiting_.push_back({exchange, number, std::move(response)});
  if (waiting_.size() == 1) asio::post(*context_, [this] { deliver(); });
}

void Completions::close() {
  std::vector<Completion> dropped;
  const std::lock_guard lock(mutex_);
  context_ = nullptr;
  dropped.swap(waiting_);
}

void Completions::deliver() {
  {
    const std::lock_guard lock(mutex_);
    delivering_.swap(waiting_);
  }
  for (Completion& completion : delivering_) {
    Connection* connection = completion.exchange->connection;
    if (connection == nullptr) continue;
    if (!completion.response) connection->stream_changed();
    else if (completion.number == completion.exchange->number)
      connection->answer(std::move(*completion.response));
  }
  delivering_.clear();
}

void Reply::operator()(Response response) {
  const std::shared_ptr<Exchange> exchange = std::exchange(exchange_, nullptr);
  CHECK(exchange != nullptr);
  exchange->completions->push(exchange, number_, std::move(response));
}

Reply::~Reply() {
  if (exchange_) (*this)(error_response(internal("the request was dropped without an answer")));
}

IoThread::IoThread(Duration sweep_interval) : sweep_interval_(sweep_interval) {}

IoThread::~IoThread() { completions->close(); }

void IoThread::start() {
  sweep_later();
  thread_ = std::thread([this] { context.run(); });
}

void IoThread::stop() {
  asio::post(context, [this] {
    work_.reset();
    sweep_timer_.cancel();
  });
  if (thread_.joinable()) thread_.join();
}

void IoThread::sweep_later() {
  sweep_timer_.expires_after(std::chrono::microseconds(sweep_interval_.micros));
  sweep_timer_.async_wait([this](ErrorCode error) {
    if (error) return;
    const SteadyTime now = std::chrono::steady_clock::now();
    const std::vector<Connection*> all(connections.begin(), connections.end());
    for (Connection* connection : all)
      if (connections.contains(connection)) connection->sweep(now);
    if (work_.owns_work()) sweep_later();
  });
}

std::string_view IoThread::date_line() {
  if (const std::time_t now = std::time(nullptr); now != date_at_) {
    date_at_ = now;
    date_line_ = fmt::format("date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", fmt::gmtime(now));
  }
  return date_line_;
}

}  // namespace weir::http
