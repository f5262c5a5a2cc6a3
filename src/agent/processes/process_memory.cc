#include "agent/processes/process_memory.h"

#include <fcntl.h>

#include <array>
#include <condition_variable>
#include <optional>
#include <system_error>
#include <thread>

#include "agent/processes/exec_source.h"
#include "agent/processes/fd.h"

namespace weir::agent {
namespace {

constexpr Duration patience = milliseconds(500), patience_min = milliseconds(20);
constexpr std::int64_t waiting_at_once = 2'000'000'000, waiting_per_second = 50'000'000;  // ns

Result<std::string> read_all(int folder, const std::string& name, std::size_t bytes_max) {
  const Error gone{Errc::not_found, name + " can't be read"};
  const Fd file(openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return gone;
  std::string text;
  std::array<char, 4096> buffer;
  while (text.size() < bytes_max) {
    const ssize_t bytes =
        ::read(file.number(), buffer.data(), std::min(buffer.size(), bytes_max - text.size()));
    if (bytes < 0) return gone;
    if (bytes == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(bytes));
  }
  return text;
}

}  // namespace

// What the thread and who asks have in common; it outlives both.
class ProcessMemory::Desk {
 public:
  // None when the host has no room for another thread.
  static std::shared_ptr<Desk> open() {
    auto desk = std::make_shared<Desk>();
    try {
      std::thread([desk] { desk->work(); }).detach();
    } catch (const std::system_error&) {
      return nullptr;
    }
    return desk;
  }
  // None when the answer takes longer. Then the desk is left to its thread.
  std::optional<Result<std::string>> ask(Fd folder, const char* name, std::size_t bytes_max, Duration time) {
    std::unique_lock lock(mutex_);
    folder_ = std::move(folder);
    name_ = name;
    bytes_max_ = bytes_max;
    answer_.reset();
    asked_ = true;
    changed_.notify_all();
    if (changed_.wait_for(lock, std::chrono::microseconds(time.micros), [&] { return answer_.has_value(); }))
      return std::move(answer_);
    left_ = true;
    return std::nullopt;
  }
  void leave() {
    const std::scoped_lock lock(mutex_);
    left_ = true;
    changed_.notify_all();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return asked_ || left_; });
      if (left_ && !asked_) return;
      asked_ = false;
      const Fd folder = std::move(folder_);
      const std::string name = name_;
      const std::size_t bytes_max = bytes_max_;
      lock.unlock();
      auto text = read_all(folder.number(), name, bytes_max);
      lock.lock();
      answer_ = std::move(text);
      changed_.notify_all();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  Fd folder_;
  std::string name_;
  std::size_t bytes_max_ = 0;
  std::optional<Result<std::string>> answer_;
  bool asked_ = false, left_ = false;
};

ProcessMemory::ProcessMemory() : waiting_(waiting_at_once, waiting_per_second) {}

ProcessMemory::~ProcessMemory() {
  if (desk_) desk_->leave();
}

Result<std::string> ProcessMemory::read(int folder, const char* name, std::size_t bytes_max) {
  const Error withheld{Errc::unavailable, "it does not let its memory be read"};
  const std::scoped_lock lock(mutex_);
  if (!desk_) {
    std::erase_if(held_, [](const auto& desk) { return desk.expired(); });
    if (held_.size() < held_max) desk_ = Desk::open();
    if (!desk_) return withheld;
  }
  const std::int64_t begin = boot_time_ns();
  const Duration left{waiting_.left(begin) / 1000};
  auto text = desk_->ask(Fd(fcntl(folder, F_DUPFD_CLOEXEC, 0)), name, bytes_max,
                         std::max(patience_min, std::min(patience, left)));
  waiting_.take(boot_time_ns() - begin);
  if (text) return std::move(*text);
  held_.push_back(desk_);
  desk_.reset();
  return withheld;
}

}  // namespace weir::agent
