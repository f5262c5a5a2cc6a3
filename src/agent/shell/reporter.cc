#include "agent/shell/reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "agent/containers/wait.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace weir::agent {
namespace {

constexpr Duration back_off_min = milliseconds(100), back_off_max = seconds(5);
constexpr int breaks_in_a_row_max = 3;  // then the server's answers lead nowhere: wait

std::optional<Sha256> pin_of(const AgentConfig& config, const ReporterState& state) {
  if (!config.server_pin.empty()) return *parse_sha256(config.server_pin);
  if (const auto pin = pin_of_token(config.join_token); pin) return pin;
  const auto& enrolled = state.enrolled();
  if (!enrolled || enrolled->pin.empty()) return std::nullopt;
  const auto pin = parse_sha256(enrolled->pin);
  return pin ? std::optional(*pin) : std::nullopt;
}

LinkConfig link_config(const AgentConfig& config, const ReporterState& state) {
  return {.server = config.server,
          .organization = config.organization,
          .ca_file = config.ca_file,
          .pin = pin_of(config, state)};
}

Enrolled enrolment_of(const AgentConfig& config, const ReporterState& state) {
  const auto pin = pin_of(config, state);
  return {.server = config.server,
          .organization = config.organization,
          .environment = config.environment,
          .pin = pin ? to_string(*pin) : ""};
}

}  // namespace

Reporter::Reporter(const AgentConfig& config, ReporterState& state, Spool& spool, const Clock& clock,
                   ReporterCalls calls)
    : config_(config),
      state_(state),
      spool_(spool),
      clock_(clock),
      calls_(std::move(calls)),
      link_(link_config(config, state), state.signer(), clock),
      incarnation_(crypto::random_hex(8)),
      previous_(state.chain().previous),
      back_off_(back_off_min) {
  const auto& enrolled = state_.enrolled();
  enrolled_ = enrolled && enrolled->server == config.server &&
              enrolled->organization == config.organization && enrolled->environment == config.environment;
}

void Reporter::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

void Reporter::open_gate() {
  gate_open_ = true;
  wake();
}

Duration Reporter::clock_uncertainty() const {
  const std::lock_guard lock(mutex_);
  return offset_.uncertainty();
}

void Reporter::hurry() { hurry_.request_stop(); }

void Reporter::run(std::stop_token stop) {
  running_ = true;
  while (!stop.stop_requested()) {
    const Next next = step();
    if (next == Next::at_once) continue;
    // Linked, this sleeps until something comes or a heartbeat is due; else for the back-off, whatever comes.
    const Duration silent = clock_.now() - last_said_at_;
    const Duration until_heartbeat =
        microseconds(std::max<std::int64_t>(limits::heartbeat_interval.micros - silent.micros, 1000));
    const Duration wait = linked_ ? until_heartbeat : back_off_;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, std::chrono::microseconds(wait.micros), [&] { return woken_ && linked_; });
    woken_ = false;
  }
  running_ = false;
}

void Reporter::flush(Duration time_max) {
  hurry_ = std::stop_source();
  const std::jthread timer([this, time_max](const std::stop_token& done) {
    pause(time_max, done);
    if (!done.stop_requested()) hurry();
  });
  while (enrolled_ && !hurry_.stop_requested()) {
    auto front = spool_.front();
    if (!front || send_front(std::move(*front)) == Next::later) return;
  }
}

Reporter::Next Reporter::step() {
  if (!enrolled_) return enrol();
  if (config_.arguments && !arguments_allowed_) return send_heartbeat();  // asks before anything is said
  if (gate_open_)
    if (auto front = spool_.front(); front) return send_front(std::move(*front));
  if (heartbeat_is_due()) return send_heartbeat();
  return Next::later;
}

bool Reporter::heartbeat_is_due() const {
  return !linked_ || clock_.now() - last_said_at_ >= limits::heartbeat_interval;
}

Reporter::Next Reporter::enrol() {
  const runtime::Enrolment enrolment{.environment = config_.environment,
                                     .host = config_.host.empty() ? host_name() : config_.host,
                                     .public_key = encode_base64(state_.signer().public_key()),
                                     .token = config_.join_token};
  const Answer answer = link_.enrol(enrolment, hurry_.get_token());
  if (answer.kind != Answer::Kind::accepted) {
    went("enrolment: " + answer.message);
    return Next::later;
  }
  enrolled_ = true;
  if (const Status kept = state_.remember(enrolment_of(config_, state_)); !kept)
    calls_.say(kept.error().message);
  calls_.say(fmt::format("enrolled with {} as {}", config_.server, state_.reporter_id()));
  learn(answer);
  came();
  return Next::at_once;
}

Result<Reporter::Body> Reporter::put_into_chain(const SpoolRecord& record) const {
  auto report = TRY(format::decode_text<runtime::Report>(record.report));
  report.incarnation = incarnation_;
  report.sequence = next_sequence_;
  report.previous = previous_;
  report.sent_at = clock_.now();
  if (record.waited) report.spooled = static_cast<std::int64_t>(spool_.count());
  Body body;
  for (runtime::Instance& instance : report.started) {
    if (!arguments_allowed_.value_or(false)) instance.arguments.clear();
    body.has_arguments = body.has_arguments || !instance.arguments.empty();
  }
  body.bytes = Bytes(format::encode(report));
  return body;
}

// Stands in no chain: its digest in a report does.
Reporter::Next Reporter::send_document(const SpoolFront& front) {
  const Answer answer = link_.document(front.record.report, hurry_.get_token());
  if (answer.kind == Answer::Kind::accepted || answer.kind == Answer::Kind::refused) spool_.pop(front.ticket);
  if (answer.kind == Answer::Kind::refused) calls_.say("the server refused an inventory: " + answer.message);
  if (answer.kind != Answer::Kind::accepted && answer.kind != Answer::Kind::refused) return act_on(answer);
  if (answer.kind == Answer::Kind::accepted) act_on(answer);
  last_said_at_ = clock_.now();
  return Next::at_once;
}

Reporter::Next Reporter::send_front(SpoolFront front) {
  if (front.record.kind == SpoolKind::document) return send_document(front);
  const auto body = put_into_chain(front.record);
  if (!body) {  // written by another version of this program
    spool_.pop(front.ticket);
    calls_.send_full();
    return Next::at_once;
  }
  const Answer answer = link_.report(body->bytes, hurry_.get_token());
  const Sha256 digest = crypto::sha256(body->bytes);
  if (answer.kind == Answer::Kind::accepted) {
    spool_.pop(front.ticket);
    accepted(digest, answer);
    return Next::at_once;
  }
  const bool taken_before = answer.kind == Answer::Kind::out_of_chain && answer.reply.previous == digest;
  if (taken_before) spool_.pop(front.ticket);
  if (answer.kind == Answer::Kind::refused && body->has_arguments) {  // maybe no longer allowed: once more without
    arguments_allowed_ = false;
    return Next::at_once;
  }
  if (answer.kind == Answer::Kind::refused) return refuse(front, answer);
  return act_on(answer);
}

// These bytes will never be taken. A full report is made anew, but not in a hurry.
Reporter::Next Reporter::refuse(const SpoolFront& front, const Answer& answer) {
  spool_.pop(front.ticket);
  calls_.say("the server refused a report: " + answer.message);
  last_said_at_ = clock_.now();
  if (front.record.kind == SpoolKind::delta) calls_.send_full();
  else full_refused_at_ = last_said_at_;
  return Next::at_once;
}

void Reporter::accepted(const Sha256& digest, const Answer& answer) {
  const ChainState chain{.incarnation = incarnation_, .sequence = next_sequence_, .previous = digest};
  previous_ = digest;
  ++next_sequence_;
  breaks_in_a_row_ = 0;
  if (const Status kept = state_.remember(chain); !kept) calls_.say(kept.error().message);
  act_on(answer);
}

Reporter::Next Reporter::send_heartbeat() {
  const runtime::Heartbeat beat{
      .incarnation = incarnation_, .sequence = next_sequence_ - 1, .sent_at = clock_.now()};
  const Next next = act_on(link_.heartbeat(beat, hurry_.get_token()));
  return linked_ && gate_open_ && spool_.count() > 0 ? Next::at_once : next;
}

Reporter::Next Reporter::act_on(const Answer& answer) {
  using Kind = Answer::Kind;
  if (answer.kind == Kind::unknown) {
    enrolled_ = false;
    went(answer.message);
    return config_.join_token.empty() ? Next::later : Next::at_once;
  }
  if (answer.kind == Kind::away || answer.kind == Kind::refused) {
    went(answer.message);
    back_off_ = std::max(back_off_, answer.retry_after);
    return Next::later;
  }
  learn(answer);
  if (answer.kind == Kind::accepted) {
    came();
    // While something waits, the next answer asks again, or that was the full report.
    const bool in_a_hurry = clock_.now() - full_refused_at_ < limits::heartbeat_interval;
    if (answer.reply.send_full && gate_open_ && !in_a_hurry && spool_.count() == 0) calls_.send_full();
    calls_.lacks_inventory(answer.reply.send_inventory);
    return Next::later;
  }
  continue_as(answer.reply);
  if (++breaks_in_a_row_ < breaks_in_a_row_max) return Next::at_once;
  went("the server's answers do not lead to a chain it accepts");
  return Next::later;
}

void Reporter::learn(const Answer& answer) {
  last_said_at_ = clock_.now();
  if (answer.reply.server_time.micros == 0) return;  // an enrolment's answer may be empty
  arguments_allowed_ = answer.reply.arguments;
  calls_.change_scope(answer.reply.scope_version, answer.reply.scopes);
  const std::lock_guard lock(mutex_);
  offset_.add(answer.sent_at, answer.received_at, answer.reply.server_time);
}

void Reporter::continue_as(const runtime::AnswerToReporter& reply) {
  next_sequence_ = std::max<std::int64_t>(reply.expected_sequence, 1);
  previous_ = reply.previous;
  calls_.send_full();
}

void Reporter::went(const std::string& why) {
  tried_ = true;
  back_off_ = std::min(linked_ ? back_off_min : microseconds(back_off_.micros * 2), back_off_max);
  const bool news = linked_.exchange(false) || last_trouble_ != why;
  last_trouble_ = why;
  if (news) calls_.say("not heard: " + why);
}

void Reporter::came() {
  tried_ = true;
  back_off_ = back_off_min;
  if (linked_.exchange(true)) return;
  last_trouble_.clear();
  calls_.heard();
  calls_.say("heard by " + config_.server);
}

}  // namespace weir::agent
