#include "jobs/deliver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "http/server.h"
#include "store/view_alert.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

using testing::ElementsAre;

constexpr std::chrono::seconds patience{10};
const Bytes old_key(24, 'o'), new_key(32, 'n');

std::string secret_of(const Bytes& key) { return "whsec_" + encode_base64(key); }

// A webhook receiver that answers as told, and 204 when it was told nothing. An answer of 0 is held back.
class Receiver {
 public:
  struct Answer {
    int status = 204;
    std::vector<http::Field> headers = {};
  };

  Receiver() {
    auto server = http::Server::start({}, [this](http::Request request, http::Respond respond) {
      take(std::move(request), std::move(respond));
    });
    server_ = std::make_unique<http::Server>(std::move(server).value());
  }
  ~Receiver() {
    release();
    server_->stop(milliseconds(100));
  }

  std::string url(std::string_view path = "/hook") const { return server_->url() + std::string(path); }
  void answer(std::vector<Answer> answers) {
    const std::lock_guard lock(mutex_);
    answers_ = std::move(answers);
  }
  // The first `count` requests; fewer when they don't come.
  std::vector<http::Request> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, patience, [&] { return requests_.size() >= count; });
    return requests_;
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return requests_.size();
  }
  void release() {
    const std::lock_guard lock(mutex_);
    for (http::Respond& held : held_) held({.status = 204});
    held_.clear();
  }

 private:
  void take(http::Request request, http::Respond respond) {
    const std::lock_guard lock(mutex_);
    Answer answer;
    if (!answers_.empty()) {
      answer = answers_.front();
      answers_.erase(answers_.begin());
    }
    requests_.push_back(std::move(request));
    if (answer.status == 0) held_.push_back(std::move(respond));
    else respond({.status = answer.status, .headers = answer.headers});
    arrived_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Answer> answers_;
  std::vector<http::Request> requests_;
  std::vector<http::Respond> held_;
  std::unique_ptr<http::Server> server_;
};

class Outbox : public testing::Test {
 protected:
  Outbox() {
    EXPECT_TRUE(ledger_.append(runtime::EnvironmentDeclared{.name = "prod"}).ok());
    ledger_.sequencer().on_commit([this](std::int64_t) {
      const std::lock_guard lock(mutex_);
      if (deliverer_ != nullptr) deliverer_->committed();
      committed_.notify_all();
    });
  }
  ~Outbox() override { stop(); }

  void start() {
    auto started = Deliverer::start(
        {ledger_.sequencer(), ledger_.actor()},
        [this] { return ledger_.connect(store::OpenMode::read_only); },
        std::shared_ptr<const Clock>(std::shared_ptr<void>(), &ledger_.clock()),
        [](const std::string&, const Error&) {}, "https://weir.example");
    const std::lock_guard lock(mutex_);
    deliverer_ = std::move(started).value();
  }
  void stop() {
    std::unique_ptr<Deliverer> stopping;
    {
      const std::lock_guard lock(mutex_);
      stopping = std::move(deliverer_);
    }
  }
  void pass(Duration by) {
    ledger_.clock().pass(by);
    deliverer_->committed();
  }

  void add_channel(const std::string& name, const std::string& url,
                   const std::vector<Bytes>& keys = {new_key}) {
    std::vector<std::string> secrets;
    for (const Bytes& key : keys) secrets.push_back(secret_of(key));
    auto command = ledger_.command({});
    command.decide = [=](store::Database&, Instant) -> Result<sequencer::Decision> {
      return sequencer::Decision{
          .events = {alert::ChannelDeclared{.name = name, .address = alert::public_address(url).value()}},
          .keep = [=](store::Database& db) {
            return execute(db, "INSERT INTO channel_secret (channel, url, secrets) VALUES ($1,$2,$3)", name,
                           url, format::encode(secrets));
          }};
    };
    EXPECT_TRUE(ledger_.sequencer().submit_and_wait(std::move(command)).ok());
  }
  std::int64_t open_alert(const std::string& key) {
    const auto outcome = ledger_.append(alert::AlertOpened{.key = key,
                                                           .cause = "unknown-digest",
                                                           .title = "Unknown program " + key,
                                                           .origin = {.environment = "prod"},
                                                           .incident = key});
    return outcome->appended.front().index;
  }

  std::vector<store::DeliveryView> deliveries(std::string_view channel = "") {
    return store::list_deliveries(*reader_, channel, "", std::numeric_limits<std::int64_t>::max(), 100)
        .value();
  }
  // Looks again after each commit.
  bool wait_until(const std::function<bool()>& holds) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::unique_lock lock(mutex_);
    while (!holds())
      if (committed_.wait_until(lock, until) == std::cv_status::timeout) return holds();
    return true;
  }
  bool wait_for_state(std::string_view state, std::string_view channel = "") {
    return wait_until([&] {
      const auto all = deliveries(channel);
      return !all.empty() &&
             std::all_of(all.begin(), all.end(), [&](const auto& each) { return each.state == state; });
    });
  }
  bool wait_for_attempts(std::int64_t attempts) {
    return wait_until([&] { return deliveries().back().attempts >= attempts; });
  }

  test::LedgerFixture ledger_;
  Receiver receiver_;
  std::unique_ptr<store::Database> reader_ = ledger_.reader();
  std::mutex mutex_;
  std::condition_variable committed_;
  std::unique_ptr<Deliverer> deliverer_;
};

std::string header(const http::Request& request, std::string_view name) {
  return std::string(request.header(name).value_or(""));
}

format::Json event_of(const http::Request& request) { return format::parse_json(request.body).value(); }

std::string subject(const http::Request& request) { return std::string(event_of(request).text("subject")); }

// As a receiver checks it, by Standard Webhooks and not by our own code.
bool signed_by(const http::Request& request, const Bytes& key) {
  const std::string message =
      header(request, "webhook-id") + "." + header(request, "webhook-timestamp") + "." + request.body;
  const std::string wanted = "v1," + encode_base64(crypto::hmac_sha256(key, message).view());
  const std::string found = " " + header(request, "webhook-signature") + " ";
  return found.find(" " + wanted + " ") != std::string::npos;
}

TEST_F(Outbox, an_alert_arrives_as_a_signed_cloud_event_that_shows_it_as_the_api_does) {
  start();
  add_channel("hook", receiver_.url("/hook?team=1"));
  const std::int64_t alert = open_alert("a");
  const auto got = receiver_.wait_for(1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].method, "POST");
  EXPECT_EQ(got[0].path, "/hook");
  EXPECT_EQ(got[0].query("team"), "1");
  EXPECT_EQ(header(got[0], "content-type"), "application/cloudevents+json");
  EXPECT_EQ(header(got[0], "webhook-timestamp"), std::to_string(ledger_.clock().now().micros / 1'000'000));
  EXPECT_TRUE(signed_by(got[0], new_key));
  EXPECT_FALSE(signed_by(got[0], old_key));
  const format::Json event = event_of(got[0]);
  EXPECT_EQ(event.text("specversion"), "1.0");
  EXPECT_EQ(event.text("type"), "dev.weir.alert.open");
  EXPECT_EQ(event.text("id"), header(got[0], "webhook-id"));
  EXPECT_EQ(event.text("source"), "https://weir.example/v1/orgs/org");
  auto shown = store::find_alert(*reader_, alert).value();
  shown->link = "https://weir.example" + shown->link;
  EXPECT_EQ(format::dump(event.at("data")), format::dump(format::parse_json(format::encode(*shown)).value()));
  EXPECT_TRUE(wait_for_state("delivered"));
  EXPECT_EQ(deliveries()[0].last_status, 204);
}

TEST_F(Outbox, each_change_of_an_alert_is_a_message_of_its_own) {
  start();
  add_channel("hook", receiver_.url());
  const std::int64_t alert = open_alert("a");
  ASSERT_TRUE(ledger_.append(alert::AlertsAcknowledged{{alert}, "looking"}).ok());
  ASSERT_TRUE(ledger_.append(alert::AlertsResolved{{alert}, "ended"}).ok());
  const auto got = receiver_.wait_for(3);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(event_of(got[0]).text("type"), "dev.weir.alert.open");
  EXPECT_EQ(event_of(got[1]).text("type"), "dev.weir.alert.acknowledged");
  EXPECT_EQ(event_of(got[2]).text("type"), "dev.weir.alert.resolved");
  EXPECT_NE(header(got[0], "webhook-id"), header(got[1], "webhook-id"));
}

TEST_F(Outbox, a_receiver_that_fails_gets_the_same_message_again_when_it_asked_to) {
  receiver_.answer({{503, {{"Retry-After", "700"}}}, {500, {}}});
  start();
  add_channel("hook", receiver_.url());
  open_alert("a");
  ASSERT_TRUE(wait_for_attempts(1));
  EXPECT_EQ(deliveries()[0].state, "pending");
  EXPECT_EQ(deliveries()[0].last_status, 503);
  EXPECT_EQ(deliveries()[0].next_at, ledger_.clock().now() + seconds(700));
  pass(seconds(699));
  open_alert("b");  // its commit wakes the deliverer as well
  EXPECT_EQ(receiver_.count(), 1u);
  pass(seconds(1));
  ASSERT_TRUE(wait_for_attempts(2));
  pass(seconds(3));
  const auto got = receiver_.wait_for(4);
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(header(got[0], "webhook-id"), header(got[1], "webhook-id"));
  EXPECT_EQ(header(got[0], "webhook-id"), header(got[2], "webhook-id"));
  EXPECT_EQ(got[0].body, got[2].body);
  EXPECT_NE(header(got[0], "webhook-timestamp"), header(got[2], "webhook-timestamp"));
  EXPECT_TRUE(signed_by(got[2], new_key));
  EXPECT_TRUE(wait_for_state("delivered"));
}

TEST_F(Outbox, deliveries_of_a_channel_stay_in_order_behind_one_that_fails) {
  receiver_.answer({{500, {}}});
  start();
  add_channel("hook", receiver_.url());
  const std::string first = std::to_string(open_alert("a"));
  ASSERT_TRUE(wait_for_attempts(1));
  const std::string second = std::to_string(open_alert("b")), third = std::to_string(open_alert("c"));
  pass(seconds(2));
  const auto got = receiver_.wait_for(4);
  ASSERT_EQ(got.size(), 4u);
  EXPECT_THAT((std::vector{subject(got[0]), subject(got[1]), subject(got[2]), subject(got[3])}),
              ElementsAre(first, first, second, third));
}

TEST_F(Outbox, a_slow_channel_does_not_delay_another) {
  Receiver slow;
  slow.answer({{0, {}}});
  start();
  add_channel("slow", slow.url());
  open_alert("a");
  ASSERT_EQ(slow.wait_for(1).size(), 1u);
  add_channel("quick", receiver_.url());
  open_alert("b");
  EXPECT_EQ(receiver_.wait_for(1).size(), 1u);
  EXPECT_TRUE(wait_for_state("delivered", "quick"));
  EXPECT_EQ(deliveries("slow").back().state, "pending");
  slow.release();
  EXPECT_TRUE(wait_for_state("delivered", "slow"));
}

TEST_F(Outbox, a_receiver_that_is_gone_for_good_is_not_asked_again) {
  receiver_.answer({{410, {}}});
  start();
  add_channel("hook", receiver_.url());
  open_alert("a");
  ASSERT_TRUE(wait_for_state("dead"));
  EXPECT_EQ(deliveries()[0].last_error, "the receiver answered 410");
  EXPECT_EQ(deliveries()[0].attempts, 1);
}

TEST_F(Outbox, a_refused_message_is_dead_after_three_attempts_and_lets_the_next_one_through) {
  receiver_.answer({{400, {}}, {400, {}}, {400, {}}});
  start();
  add_channel("hook", receiver_.url());
  open_alert("a");
  const std::int64_t second = open_alert("b");
  for (std::int64_t attempts = 1; attempts < 3; ++attempts) {
    ASSERT_TRUE(wait_for_attempts(attempts));
    pass(seconds(10));
  }
  const auto got = receiver_.wait_for(4);
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(subject(got[3]), std::to_string(second));
  ASSERT_TRUE(wait_until([&] { return deliveries().front().state == "delivered"; }));
  EXPECT_EQ(deliveries().back().state, "dead");
}

TEST_F(Outbox, while_keys_are_rotated_both_sign) {
  start();
  add_channel("hook", receiver_.url(), {new_key, old_key});
  open_alert("a");
  const auto got = receiver_.wait_for(1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_TRUE(signed_by(got[0], new_key));
  EXPECT_TRUE(signed_by(got[0], old_key));
}

TEST_F(Outbox, what_was_sent_and_not_noted_is_sent_again_by_the_next_process) {
  receiver_.answer({{0, {}}});
  start();
  add_channel("hook", receiver_.url());
  open_alert("a");
  ASSERT_EQ(receiver_.wait_for(1).size(), 1u);
  stop();
  EXPECT_EQ(deliveries()[0].state, "pending");
  EXPECT_EQ(deliveries()[0].attempts, 0);
  start();
  const auto got = receiver_.wait_for(2);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(header(got[0], "webhook-id"), header(got[1], "webhook-id"));
  EXPECT_TRUE(wait_for_state("delivered"));
}

TEST_F(Outbox, an_address_nobody_listens_at_is_tried_again_and_the_error_is_kept) {
  std::string nowhere;
  {
    const Receiver gone;
    nowhere = gone.url();
  }
  start();
  add_channel("hook", nowhere + "?token=hidden");
  open_alert("a");
  ASSERT_TRUE(wait_for_attempts(1));
  EXPECT_EQ(deliveries()[0].state, "pending");
  EXPECT_EQ(deliveries()[0].last_status, 0);
  EXPECT_NE(deliveries()[0].last_error, "");
  EXPECT_EQ(deliveries()[0].last_error.find("hidden"), std::string::npos);
}

TEST_F(Outbox, removing_a_channel_drops_what_waits_for_it) {
  receiver_.answer({{500, {}}});
  start();
  add_channel("hook", receiver_.url());
  open_alert("a");
  ASSERT_TRUE(wait_for_attempts(1));
  ASSERT_TRUE(ledger_.append(alert::ChannelRemoved{"hook"}).ok());
  EXPECT_TRUE(deliveries().empty());
}

TEST_F(Outbox, what_was_delivered_a_month_ago_is_forgotten) {
  add_channel("hook", receiver_.url());
  start();
  open_alert("a");
  ASSERT_TRUE(wait_for_state("delivered"));
  stop();
  ledger_.clock().pass(days(31));
  start();
  EXPECT_TRUE(wait_until([&] { return deliveries().empty(); }));
}

TEST(AfterAttempt, says_what_each_answer_means) {
  struct Case {
    Attempted attempted;
    std::int64_t attempts;
    AfterAttempt after;
  };
  constexpr double middle = 0.5;  // of the spread: the plain delay
  const std::vector<Case> cases{
      {{200}, 1, {DeliveryState::delivered, {}}},
      {{299}, 12, {DeliveryState::delivered, {}}},
      {{0}, 1, {DeliveryState::pending, seconds(1)}},
      {{500}, 2, {DeliveryState::pending, seconds(2)}},
      {{429}, 1, {DeliveryState::pending, seconds(1)}},
      {{408}, 3, {DeliveryState::pending, seconds(4)}},
      {{503, seconds(90)}, 1, {DeliveryState::pending, seconds(90)}},
      {{503, seconds(1)}, 4, {DeliveryState::pending, seconds(8)}},
      {{500}, 12, {DeliveryState::dead, {}}},
      {{410}, 1, {DeliveryState::dead, {}}},
      {{301}, 1, {DeliveryState::pending, seconds(1)}},
      {{301}, 3, {DeliveryState::dead, {}}},
      {{404}, 2, {DeliveryState::pending, seconds(2)}},
      {{404}, 3, {DeliveryState::dead, {}}},
  };
  for (const Case& each : cases)
    EXPECT_EQ(after_attempt(each.attempted, each.attempts, middle), each.after)
        << each.attempted.status << " #" << each.attempts;
}

TEST(RetryAfter, is_seconds_or_a_date_and_nothing_else) {
  const Instant now = parse_instant("2026-11-22T20:00:00Z").value();
  EXPECT_EQ(parse_retry_after("0", now), seconds(0));
  EXPECT_EQ(parse_retry_after("120", now), seconds(120));
  EXPECT_EQ(parse_retry_after("Sun, 22 Nov 2026 20:02:00 GMT", now), seconds(120));
  EXPECT_EQ(parse_retry_after("Sun, 22 Nov 2026 19:00:00 GMT", now), seconds(0));
  for (const std::string_view wrong : {"", "-1", "1.5", "12x", "soon", "99999999999999999999", "22 Nov 2026"})
    EXPECT_EQ(parse_retry_after(wrong, now), std::nullopt) << wrong;
}

}  // namespace
}  // namespace weir::jobs
