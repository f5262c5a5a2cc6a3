#include "api/changes.h"

#include <algorithm>
#include <set>

#include "ledger/entry.h"

namespace weir::api {
namespace {

using ledger::EntryType;

constexpr std::ptrdiff_t listeners_max = 256;
constexpr std::ptrdiff_t listeners_of_one_max = 64;  // pages of one account
constexpr std::int64_t entries_looked_at_max = 1000;

// What a page or a follower shows that an entry of this type may change.
std::vector<std::string> topics_of(EntryType type) {
  switch (type) {
    case EntryType::alert_opened:
    case EntryType::alerts_resolved:
    case EntryType::alerts_acknowledged:
      return {"alerts", "incidents", "environments"};
    case EntryType::report_accepted:
    case EntryType::verdicts_given:
    case EntryType::snapshot_taken:
    case EntryType::environment_declared:
    case EntryType::reporter_enrolled:
    case EntryType::reporter_faulted:
    case EntryType::scope_declared:
    case EntryType::scope_removed:
      return {"environments", "workloads"};
    case EntryType::host_inventory_taken:
      return {"environments", "hosts", "vulnerabilities"};
    case EntryType::approval_given:
    case EntryType::approval_revoked:
      return {"approvals", "artifacts"};
    case EntryType::deployment_declared:
    case EntryType::deployment_changed:
      return {"deployments", "artifacts"};
    case EntryType::window_declared:
    case EntryType::window_removed:
    case EntryType::freeze_declared:
    case EntryType::freeze_ended:
    case EntryType::window_overridden:
      return {"windows"};
    case EntryType::policy_created:
    case EntryType::policy_attached:
    case EntryType::policy_detached:
    case EntryType::policy_proposed:
    case EntryType::policy_consented:
    case EntryType::policy_proposal_ended:
    case EntryType::policy_roles_named:
      return {"flows", "artifacts", "policies"};
    case EntryType::channel_declared:
    case EntryType::channel_removed:
      return {"channels"};
    case EntryType::integration_declared:
    case EntryType::integration_removed:
    case EntryType::caller_answered:
      return {"integrations"};
    case EntryType::account_created:
    case EntryType::account_removed:
    case EntryType::join_token_issued:
    case EntryType::join_token_revoked:
      return {"accounts"};
    default:
      return {"flows", "artifacts"};
  }
}

}  // namespace

Changes::Changes(std::unique_ptr<store::Database> reader)
    : reader_(std::move(reader)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Changes::~Changes() { stop(); }

void Changes::stop() {
  thread_.request_stop();
  changed_.notify_all();
  const std::lock_guard lock(mutex_);
  for (const Listener& listener : listeners_) listener.stream->close();
  listeners_.clear();
}

void Changes::committed(std::int64_t size) {
  {
    const std::lock_guard lock(mutex_);
    size_ = size;
    ++commits_;
  }
  changed_.notify_all();
}

bool Changes::wait_for_commit(Duration at_most) {
  std::unique_lock lock(mutex_);
  const std::int64_t seen = commits_;
  return changed_.wait_for(lock, std::chrono::microseconds(at_most.micros), [&] { return commits_ != seen; });
}

std::shared_ptr<http::Stream> Changes::listen(const Sha256& holder, std::int64_t after,
                                              std::function<bool()> welcome) {
  auto stream = std::make_shared<http::Stream>();
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const Listener& listener) { return listener.stream->closed(); });
  const auto of_one = std::count_if(listeners_.begin(), listeners_.end(),
                                    [&](const Listener& listener) { return listener.holder == holder; });
  if (std::ssize(listeners_) >= listeners_max || of_one >= listeners_of_one_max) return nullptr;
  listeners_.push_back({holder, stream, after, std::move(welcome)});
  fresh_ = true;
  changed_.notify_all();
  return stream;
}

void Changes::run(const std::stop_token& stop) {
  std::int64_t told = 0;
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    const bool woken =
        changed_.wait_for(lock, stop, std::chrono::seconds(15), [&] { return size_ > told || fresh_; });
    fresh_ = false;
    told = size_;
    std::vector<Listener> listeners = listeners_;
    lock.unlock();
    if (stop.stop_requested()) return;
    for (Listener& listener : listeners)
      if (!listener.welcome()) listener.stream->close();
    if (woken) tell(listeners, told);
    else
      for (Listener& listener : listeners) (void)listener.stream->write(": still here\n\n");
    lock.lock();
    std::erase_if(listeners_, [](const Listener& listener) { return listener.stream->closed(); });
    for (Listener& listener : listeners_) listener.told = std::max(listener.told, told);
    if (!listeners.empty()) changed_.wait_for(lock, stop, std::chrono::seconds(1), [&] { return fresh_; });
  }
}

void Changes::tell(std::vector<Listener>& listeners, std::int64_t size) {
  for (const Listener& listener : listeners) {
    const auto topics = topics_between(listener.told, size);
    const std::string data = fmt::format("{{\"index\":{},\"topics\":{}}}", size - 1, format::encode(topics));
    (void)listener.stream->write(http::encode_event(std::to_string(size - 1), "change", data));
  }
}

std::vector<std::string> Changes::topics_between(std::int64_t from, std::int64_t until) {
  std::set<std::string> topics{"overview", "ledger"};
  const auto types = query(
      *reader_, "SELECT leaf FROM entry WHERE idx>=$1 AND idx<$2 LIMIT $3",
      [](const store::Row& row) {
        const auto leaf = ledger::decode_leaf(row.bytes(0));
        return leaf.ok() ? leaf->type : EntryType{};
      },
      std::max(from, until - entries_looked_at_max), until, entries_looked_at_max);
  if (types.ok())
    for (const EntryType type : *types)
      for (std::string& topic : topics_of(type)) topics.insert(std::move(topic));
  return {topics.begin(), topics.end()};
}

}  // namespace weir::api
