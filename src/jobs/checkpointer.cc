#include "jobs/checkpointer.h"

#include <filesystem>

#include "store/sqlite/database.h"

namespace weir::jobs {
namespace {

constexpr Duration hold_time_max = seconds(2);
constexpr Duration gather = milliseconds(50);  // a log does not grow by much in that time
constexpr std::int64_t page_bytes = 4096;

std::int64_t size_of(const std::string& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  return missing ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

Result<std::unique_ptr<Checkpointer>> Checkpointer::start(CheckpointerOptions options) {
  auto db = TRY(store::open_sqlite(options.path, store::OpenMode::read_write));
  return std::unique_ptr<Checkpointer>(new Checkpointer(std::move(options), std::move(db)));
}

Checkpointer::Checkpointer(CheckpointerOptions options, std::unique_ptr<store::Database> db)
    : options_(std::move(options)),
      db_(std::move(db)),
      bell_(gather),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Checkpointer::~Checkpointer() {
  thread_.request_stop();
  thread_.join();
}

void Checkpointer::committed() {
  {
    std::unique_lock lock(mutex_);
    // Writes without a pause would keep the log from ever beginning anew; the writer waits here, between two commits.
    moved_.wait_for(lock, std::chrono::microseconds(hold_time_max.micros), [&] { return !holds_writes_; });
  }
  bell_.ring();
}

void Checkpointer::run(const std::stop_token& stop) {
  bool cut = false;  // the log is empty, and nothing was committed since
  while (!stop.stop_requested()) {
    const bool busy = bell_.wait(stop, cut ? std::nullopt : std::optional(options_.idle));
    if (stop.stop_requested()) return;
    move_log(!busy);
    cut = !busy;
  }
}

void Checkpointer::move_log(bool is_idle) {
  Status status;
  if (is_idle) {
    const auto moved = store::checkpoint_wal(*db_, store::WalCheckpoint::and_cut);
    if (!moved) status = moved.error();
  } else {
    status = move_beside_writes();
  }
  const std::string error = status.ok() ? "" : status.error().message;
  if (!status.ok() && error != last_error_ && options_.on_error) options_.on_error(status.error());
  last_error_ = error;
}

void Checkpointer::hold_writes(bool hold) {
  {
    const std::lock_guard lock(mutex_);
    holds_writes_ = hold;
  }
  moved_.notify_all();
}

Status Checkpointer::move_beside_writes() {
  const auto now = std::chrono::steady_clock::now();
  if (now - moved_at_ < std::chrono::microseconds(options_.between.micros) ||
      size_of(options_.path + "-wal") < options_.log_bytes)
    return {};
  const auto state = TRY(store::checkpoint_wal(*db_, store::WalCheckpoint::beside_writes));
  if (state.frames * page_bytes >= 4 * options_.log_bytes) {
    // What was written meanwhile is moved beside writes as well, twice, so that they are held for the little left.
    for (int i = 0; i < 2; ++i) TRY(store::checkpoint_wal(*db_, store::WalCheckpoint::beside_writes));
    hold_writes(true);
    const auto restarted = store::checkpoint_wal(*db_, store::WalCheckpoint::and_restart);
    hold_writes(false);
    if (!restarted.ok()) return restarted.error();
  }
  moved_at_ = std::chrono::steady_clock::now();
  return {};
}

}  // namespace weir::jobs
