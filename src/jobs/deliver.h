// The outbox: brings what alerts became to people's systems, at least once. A delivery is a row of the owned table
// `delivery`, written with the entry that asks for it; it leaves a few milliseconds after that commit. Deliveries of
// one channel go in order: one that fails holds back the later ones until it is tried again or dead. Channels don't
// wait for each other: each has its own connection, and eight of them are served at once. What was sent and not yet
// noted when the process dies is sent again, under the same webhook-id. It goes on when damage stops other writes: the
// word of that is one of its messages. Format: docs/formats/webhook.md.
#pragma once
#include <map>
#include <mutex>
#include <thread>

#include "alert/channel.h"
#include "http/client.h"
#include "http/worker_pool.h"
#include "jobs/commit_bell.h"
#include "jobs/reconcile.h"

namespace weir::jobs {

// What an attempt means for its delivery.
enum class DeliveryState { pending, delivered, dead };
constexpr auto names_of(DeliveryState) {
  return std::array<std::string_view, 3>{"pending", "delivered", "dead"};
}

struct Attempted {
  int status = 0;                       // of the answer; 0: there was none
  std::optional<Duration> retry_after;  // what the answer asked for
};
struct AfterAttempt {
  DeliveryState state = DeliveryState::pending;
  Duration wait;  // until the next attempt
  bool operator==(const AfterAttempt&) const = default;
};

// After the `attempts`-th attempt. 2xx: delivered. 410: dead. No answer, 408, 429 and 5xx: again, as alert::retry_delay
// says. Anything else won't change by itself: dead after the third attempt. `spread` in [0,1).
AfterAttempt after_attempt(const Attempted& attempted, std::int64_t attempts, double spread);

// Retry-After (RFC 9110 §10.2.3): seconds, or a date.
std::optional<Duration> parse_retry_after(std::string_view text, Instant now);

class Deliverer {
 public:
  // Told what went wrong on our side, from several threads; what receivers answer stands in the delivery's row.
  using Report = std::function<void(const std::string& job, const Error& error)>;

  // A connection of its own for each channel that is served.
  using OpenReader = std::function<Result<std::unique_ptr<store::Database>>()>;

  // `address`: where people reach the server ("https://weir.example"); links and sources begin with it.
  static Result<std::unique_ptr<Deliverer>> start(Shared shared, OpenReader open_reader,
                                                  std::shared_ptr<const Clock> clock, Report report,
                                                  std::string address = {});
  ~Deliverer();
  void committed() { bell_.ring(); }  // from any thread; the owner hands on Sequencer::on_commit
  void stop();

 private:
  struct Channel;
  struct Delivery;
  struct Noted;
  struct Head {
    std::string channel;
    Instant due;
  };

  Deliverer(Shared shared, OpenReader open_reader, std::shared_ptr<const Clock> clock, Report report,
            std::unique_ptr<store::Database> reader, std::string address);
  void run(const std::stop_token& stop);
  Instant plan(Instant now);
  Result<std::vector<Head>> heads();
  Status forget_old(Instant now);
  void serve(const std::string& name, const std::stop_token& stop);
  Status serve_channel(Channel& channel, const std::stop_token& stop);
  Status configure(Channel& channel);
  Result<Noted> attempt(Channel& channel, const Delivery& delivery, const std::stop_token& stop);
  Result<std::string> event_of(store::Database& db, const Delivery& delivery);
  Status note(Channel& channel);

  Shared shared_;
  OpenReader open_reader_;
  std::shared_ptr<const Clock> clock_;
  Report report_;
  std::string address_;
  std::unique_ptr<store::Database> reader_;  // of the planning thread
  Instant forgot_at_;
  CommitBell bell_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Channel>> channels_;
  http::WorkerPool workers_;
  std::jthread thread_;
};

}  // namespace weir::jobs
