#include "jobs/deliver.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "crypto/random.h"
#include "format/utf8.h"
#include "store/view_alert.h"

namespace weir::jobs {
namespace {

using store::Database;
using store::Row;

constexpr std::size_t channels_at_once = 8;
constexpr std::size_t channels_waiting_max = 4096;
constexpr std::int64_t batch_deliveries_max = 32;  // sent before they are noted together
constexpr Duration batch_time_max = milliseconds(250);
constexpr Duration look_at_least_every = seconds(30);
constexpr Duration wait_after_trouble = seconds(1);
constexpr Duration forget_every = hours(1);
constexpr Duration keep_delivered = days(30);
constexpr Duration exchange_time_max = seconds(10);
constexpr std::size_t answer_bytes_max = 1024 * 1024;
constexpr std::size_t error_bytes_max = 200;
constexpr std::int64_t refusals_max = 3;

std::string_view type_of(std::string_view change) { return change == "opened" ? "open" : change; }

double random_spread() {
  return static_cast<double>(static_cast<unsigned char>(crypto::random_bytes(1)[0])) / 256;
}

}  // namespace

AfterAttempt after_attempt(const Attempted& attempted, std::int64_t attempts, double spread) {
  const int status = attempted.status;
  if (status >= 200 && status < 300) return {DeliveryState::delivered, {}};
  if (status == 410) return {DeliveryState::dead, {}};
  const bool passing = status == 0 || status == 408 || status == 429 || status >= 500;
  if (!passing && attempts >= refusals_max) return {DeliveryState::dead, {}};
  const auto wait = alert::retry_delay(attempts, spread, attempted.retry_after);
  return wait ? AfterAttempt{DeliveryState::pending, *wait} : AfterAttempt{DeliveryState::dead, {}};
}

std::optional<Duration> parse_retry_after(std::string_view text, Instant now) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= 0 && number <= 86'400)
    return seconds(number);
  std::tm date{};
  const std::string terminated(text);
  const char* rest = ::strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const Instant at{static_cast<std::int64_t>(::timegm(&date)) * 1'000'000};
  return Duration{std::max<std::int64_t>(0, (at - now).micros)};
}

struct Deliverer::Delivery {
  std::int64_t id = 0;
  std::optional<std::int64_t> alert;
  std::string change;
  std::int64_t attempts = 0;
  Instant made_at, next_at;
};

// What came of an attempt, to be written down.
struct Deliverer::Noted {
  std::int64_t id = 0;
  AfterAttempt after;
  Instant at;
  std::int64_t status = 0;
  std::string error;
};

// One channel; served by at most one worker at a time.
struct Deliverer::Channel {
  std::string name, url, target;
  std::vector<Bytes> secrets;
  std::optional<http::Client> client;
  std::unique_ptr<Database> reader;
  bool busy = false;   // guarded by the deliverer's mutex, as is the next
  Instant not_before;  // after trouble of our own
  std::vector<Noted> unnoted;  // what came of attempts and could not be written down yet
};

Result<std::unique_ptr<Deliverer>> Deliverer::start(Shared shared, OpenReader open_reader,
                                                    std::shared_ptr<const Clock> clock, Report report,
                                                    std::string address) {
  auto reader = TRY(open_reader());
  return std::unique_ptr<Deliverer>(new Deliverer(shared, std::move(open_reader), std::move(clock),
                                                  std::move(report), std::move(reader), std::move(address)));
}

Deliverer::Deliverer(Shared shared, OpenReader open_reader, std::shared_ptr<const Clock> clock, Report report,
                     std::unique_ptr<Database> reader, std::string address)
    : shared_(shared),
      open_reader_(std::move(open_reader)),
      clock_(std::move(clock)),
      report_(std::move(report)),
      address_(std::move(address)),
      reader_(std::move(reader)),
      workers_(channels_at_once, channels_waiting_max),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Deliverer::~Deliverer() { stop(); }

void Deliverer::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Deliverer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Instant now = clock_->now();
    const Instant next = std::min(plan(now), now + look_at_least_every);
    bell_.wait(stop, next - clock_->now());
  }
}

// Hands every channel whose oldest delivery is due to a worker; says when the next one will be.
Instant Deliverer::plan(Instant now) {
  if (now - forgot_at_ >= forget_every) {
    forgot_at_ = now;
    if (const Status done = forget_old(now); !done.ok()) report_("forget deliveries", done.error());
  }
  const auto found = heads();
  if (!found.ok()) return report_("deliver", found.error()), now + wait_after_trouble;
  Instant next = now + look_at_least_every;
  const std::lock_guard lock(mutex_);
  for (const Head& head : *found) {
    auto& channel = channels_[head.channel];
    if (channel == nullptr) channel = std::make_unique<Channel>(Channel{.name = head.channel});
    if (channel->busy) continue;  // its worker hastens the bell when it ends
    const Instant due = std::max(head.due, channel->not_before);
    const auto work = [this, name = head.channel](const std::stop_token& stop) { serve(name, stop); };
    if (due <= now && workers_.submit(work)) channel->busy = true;
    else next = std::min(next, std::max(due, now + milliseconds(1)));
  }
  return next;
}

// The oldest pending delivery of each channel. A channel without a secret was removed.
Result<std::vector<Deliverer::Head>> Deliverer::heads() {
  return query(*reader_,
               "SELECT d.channel, d.next_at FROM channel_secret s JOIN delivery d ON d.id=(SELECT min(x.id) "
               "FROM delivery x "
               "WHERE x.channel=s.channel AND x.state='pending')",
               [](const Row& row) { return Head{row.string(0), row.instant(1)}; });
}

Status Deliverer::forget_old(Instant now) {
  const std::int64_t old =
      TRY(query_count(*reader_, "SELECT count(*) FROM delivery WHERE state='delivered' AND delivered_at<$1",
                      now - keep_delivered));
  if (old == 0) return {};
  return act(shared_, [](Database&, Instant at) -> Result<sequencer::Decision> {
    return sequencer::Decision{.keep = [at](Database& db) {
      return execute(db, "DELETE FROM delivery WHERE state='delivered' AND delivered_at<$1",
                     at - keep_delivered);
    }};
  });
}

void Deliverer::serve(const std::string& name, const std::stop_token& stop) {
  Channel* channel = nullptr;
  {
    const std::lock_guard lock(mutex_);
    channel = channels_.at(name).get();
  }
  const Status status = serve_channel(*channel, stop);
  if (!status.ok() && !stop.stop_requested())
    report_(fmt::format("deliver through {}", name), status.error());
  {
    const std::lock_guard lock(mutex_);
    channel->busy = false;
    channel->not_before = status.ok() ? Instant{} : clock_->now() + wait_after_trouble;
  }
  bell_.hasten();
}

// Sends what is due, in order, until one fails or a batch is full; then notes what came of it.
Status Deliverer::serve_channel(Channel& channel, const std::stop_token& stop) {
  TRY(note(channel));  // else what has arrived would be sent again
  TRY(configure(channel));
  const Instant began = clock_->now();
  const auto due = TRY(query(
      *channel.reader,
      "SELECT id, alert, change, attempts, made_at, next_at FROM delivery WHERE channel=$1 AND "
      "state='pending' ORDER BY id LIMIT $2",
      [](const Row& row) {
        return Delivery{row.integer(0), row.maybe_integer(1), row.string(2),
                        row.integer(3), row.instant(4),       row.instant(5)};
      },
      channel.name, batch_deliveries_max));
  std::vector<Noted>& noted = channel.unnoted;
  Status trouble;
  for (const Delivery& delivery : due) {
    const Instant now = clock_->now();
    if (delivery.next_at > now || now - began > batch_time_max || stop.stop_requested()) break;
    auto attempted = attempt(channel, delivery, stop);
    if (!attempted.ok()) trouble = attempted.error();
    if (!attempted.ok()) break;
    noted.push_back(std::move(*attempted));
    if (noted.back().after.state == DeliveryState::pending) break;
  }
  TRY(note(channel));
  return trouble;
}

// Reads the channel anew: its address or secrets may have changed since.
Status Deliverer::configure(Channel& channel) {
  if (channel.reader == nullptr) channel.reader = TRY(open_reader_());
  struct Kept {
    std::string url, secrets;
  };
  const auto kept = TRY(query_one(
      *channel.reader, "SELECT url, secrets FROM channel_secret WHERE channel=$1",
      [](const Row& row) { return Kept{row.string(0), row.string(1)}; }, channel.name));
  if (!kept) return not_found(fmt::format("channel '{}' has no address any more", channel.name));
  channel.secrets.clear();
  const auto secrets = TRY(format::decode_text<std::vector<std::string>>(kept->secrets));
  for (const std::string& secret : secrets) {
    Bytes decoded = TRY(alert::decode_secret(secret));
    channel.secrets.push_back(std::move(decoded));
  }
  if (channel.url == kept->url && channel.client) return {};
  const http::Url url = TRY(http::parse_url(kept->url));
  channel.url = kept->url;
  channel.target = url.target;
  channel.client.emplace(http::ClientConfig{.origin = http::origin_of(url),
                                            .request_time_max = exchange_time_max,
                                            .body_bytes_max = answer_bytes_max});
  return {};
}

Result<std::string> Deliverer::event_of(Database& db, const Delivery& delivery) {
  if (!delivery.alert)
    return std::string(R"({"test":true,"message":"This is a test of the channel; nothing has happened."})");
  auto alert = TRY(store::find_alert(db, *delivery.alert));
  if (!alert) return not_found(fmt::format("there is no alert {}", *delivery.alert));
  alert->link = address_ + alert->link;
  return format::encode(*alert);
}

Result<Deliverer::Noted> Deliverer::attempt(Channel& channel, const Delivery& delivery,
                                            const std::stop_token& stop) {
  const Instant now = clock_->now();
  const auto data = event_of(*channel.reader, delivery);
  if (!data.ok() && data.error().code == Errc::not_found)
    return Noted{
        .id = delivery.id, .after = {DeliveryState::dead, {}}, .at = now, .error = data.error().message};
  if (!data.ok()) return data.error();
  // Row numbers may be used again; together with the moment they are not.
  const std::string id = fmt::format("msg_{}_{:x}", delivery.id, delivery.made_at.micros);
  const std::string subject = delivery.alert ? std::to_string(*delivery.alert) : "test";
  std::string body =
      alert::cloud_event(id, address_ + "/v1/orgs/" + shared_.sequencer.identity().organization,
                         type_of(delivery.change), delivery.made_at, subject, *data);
  const std::int64_t timestamp = now.micros / 1'000'000;
  http::ClientRequest request{
      .method = "POST", .target = channel.target, .content_type = "application/cloudevents+json"};
  request.headers = {{"webhook-id", id},
                     {"webhook-timestamp", std::to_string(timestamp)},
                     {"webhook-signature", alert::sign_webhook(channel.secrets, id, timestamp, body)},
                     {"idempotency-key", id},
                     {"user-agent", "weir"}};
  request.body = std::move(body);
  const auto answer = channel.client->send(request, stop);
  if (!answer.ok() && stop.stop_requested()) return Error{Errc::unavailable, "the server is stopping"};
  Attempted attempted;
  Noted noted{.id = delivery.id, .at = clock_->now()};
  if (answer.ok()) {
    attempted.status = answer->status;
    if (const auto asked = answer->header("retry-after"))
      attempted.retry_after = parse_retry_after(*asked, noted.at);
    if (answer->status >= 300) noted.error = fmt::format("the receiver answered {}", answer->status);
  } else {
    noted.error = format::utf8_text(answer.error().message, error_bytes_max);
  }
  noted.status = attempted.status;
  noted.after = after_attempt(attempted, delivery.attempts + 1, random_spread());
  return noted;
}

Status Deliverer::note(Channel& channel) {
  if (channel.unnoted.empty()) return {};
  const auto write = [&noted = channel.unnoted](Database&, Instant) -> Result<sequencer::Decision> {
    return sequencer::Decision{.keep = [&noted](Database& db) -> Status {
      for (const Noted& each : noted) {
        const bool arrived = each.after.state == DeliveryState::delivered;
        TRY(execute(db,
                    "UPDATE delivery SET state=$1, attempts=attempts+1, next_at=$2, delivered_at=$3, "
                    "last_status=$4, last_error=$5 "
                    "WHERE id=$6 AND state='pending'",
                    each.after.state, each.at + each.after.wait,
                    arrived ? std::optional(each.at) : std::nullopt, each.status, each.error, each.id));
      }
      return {};
    }};
  };
  TRY(act(shared_, write, sequencer::WhenDamaged::try_anyway));
  channel.unnoted.clear();
  return {};
}

}  // namespace weir::jobs
