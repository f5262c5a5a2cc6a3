#include "cli/working.h"

#include <fmt/format.h>

#include <chrono>

namespace weir::cli {

Working::Working(Session& session, std::string what) : session_(session), what_(std::move(what)) {
  if (session.at_work_ || !session.environment().err_is_terminal) return;
  session.at_work_ = true;
  thread_ = std::jthread([this](const std::stop_token& stop) { tell(stop); });
}

Working::~Working() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  session_.at_work_ = false;
  if (told_) session_.progress("");
}

void Working::reached(std::string how_far) {
  const std::lock_guard lock(mutex_);
  how_far_ = std::move(how_far);
}

void Working::tell(const std::stop_token& stop) {
  const auto began = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; })) {
    if (stop.stop_requested()) return;
    told_ = true;
    const auto passed = std::chrono::steady_clock::now() - began;
    session_.progress(fmt::format("{}{}{}, {} s …", what_, how_far_.empty() ? "" : ": ", how_far_,
                                  std::chrono::duration_cast<std::chrono::seconds>(passed).count()));
  }
}

}  // namespace weir::cli
