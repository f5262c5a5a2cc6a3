#include "agent/shell/report_server_for_test.h"

#include <fmt/format.h>

#include <chrono>

#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/signature.h"

namespace weir::agent::test {

ReportServer::ReportServer(std::uint16_t port) : port_(port) { start(); }
ReportServer::~ReportServer() { stop(); }

void ReportServer::start() {
  const auto body_limit = [](const http::Request&, auto) { return http::BodyLimit{limits::report_bytes_max}; };
  auto started =
      http::Server::start({.port = port_, .body_limit = body_limit},
                          [this](http::Request request, http::Respond respond) { respond(answer(request)); });
  CHECK(started.ok());
  server_.emplace(std::move(*started));
  port_ = server_->port();
}

void ReportServer::stop() {
  if (server_) server_->stop(milliseconds(50));
  server_.reset();
}

std::string ReportServer::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

bool ReportServer::await(const Condition& condition, Duration time_max) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::microseconds(time_max.micros),
                           [&] { return condition(seen_); });
}

ReportServer::Seen ReportServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void ReportServer::forget_chain() {
  const std::lock_guard lock(mutex_);
  previous_.reset();
  expected_ = 1;
}
void ReportServer::forget_reporters() {
  const std::lock_guard lock(mutex_);
  public_key_.clear();
}
void ReportServer::want_full() {
  const std::lock_guard lock(mutex_);
  want_full_ = true;
}
void ReportServer::rule(std::vector<runtime::ScopeRule> scopes) {
  const std::lock_guard lock(mutex_);
  scopes_ = std::move(scopes);
}
void ReportServer::refuse_next(int status) {
  const std::lock_guard lock(mutex_);
  refuse_ = status;
}

void ReportServer::allow_arguments(bool allowed) {
  const std::lock_guard lock(mutex_);
  arguments_ = allowed;
}

runtime::AnswerToReporter ReportServer::reply() const {
  return {{.expected_sequence = expected_,
           .previous = previous_,
           .send_full = want_full_,
           .server_time = SystemClock().now(),
           .scope_version = 1,
           .scopes = scopes_},
          arguments_};
}

http::Response ReportServer::answer(const http::Request& request) {
  const std::lock_guard lock(mutex_);
  const auto notify = [this](http::Response response) {
    changed_.notify_all();
    return response;
  };
  if (request.path == "/v1/orgs/default/reporters") return notify(enrol(request));
  const auto signature = decode_base64(request.header("weir-signature").value_or(""));
  if (public_key_.empty()) return {.status = 401, .body = "{}"};
  if (!signature || !crypto::verify_ed25519(public_key_, request.body, *signature) ||
      request.header("weir-reporter") != to_hex(crypto::sha256(public_key_))) {
    ++seen_.bad_signatures;
    return {.status = 401, .body = "{}"};
  }
  if (request.path == "/v1/orgs/default/reports") return notify(take_report(request));
  if (request.path == "/v1/orgs/default/inventories") {
    seen_.documents.push_back(request.body);
    return notify({.body = format::encode(reply())});
  }
  if (request.path == "/v1/orgs/default/heartbeats") return notify(take_heartbeat(request));
  return {.status = 404, .body = "{}"};
}

http::Response ReportServer::enrol(const http::Request& request) {
  const auto enrolment = format::decode_text<runtime::Enrolment>(request.body);
  if (!enrolment) return {.status = 400, .body = enrolment.error().message};
  if (!enrolment->token.starts_with("weir_join_good")) return {.status = 401, .body = "{}"};
  public_key_ = *decode_base64(enrolment->public_key);
  seen_.enrolments.push_back(*enrolment);
  return {.status = 201, .body = format::encode(reply())};
}

http::Response ReportServer::take_report(const http::Request& request) {
  if (refuse_ != 0) return {.status = std::exchange(refuse_, 0), .body = R"({"error":{"code":"invalid"}})"};
  const auto report = format::decode_text<runtime::Report>(request.body);
  if (!report) return {.status = 400, .body = report.error().message};
  for (const runtime::Instance& instance : report->started)
    if (!instance.arguments.empty() && !arguments_) {
      ++seen_.with_arguments;
      return {.status = 400, .body = R"({"error":{"code":"invalid"}})"};
    }
  if (report->incarnation != incarnation_ && report->previous == previous_) {
    incarnation_ = report->incarnation;
    expected_ = 1;
  }
  if (report->sequence != expected_ || report->previous != previous_ || report->incarnation != incarnation_) {
    ++seen_.conflicts;
    incarnation_ = report->incarnation;
    return {.status = 409, .body = format::encode(reply())};
  }
  ++expected_;
  previous_ = crypto::sha256(request.body);
  if (report->full) want_full_ = false;
  apply(*report);
  seen_.reports.push_back(*report);
  return {.body = format::encode(reply())};
}

http::Response ReportServer::take_heartbeat(const http::Request& request) {
  const auto beat = format::decode_text<runtime::Heartbeat>(request.body);
  if (!beat) return {.status = 400, .body = beat.error().message};
  seen_.heartbeats.push_back(*beat);
  return {.body = format::encode(reply())};
}

void ReportServer::apply(const runtime::Report& report) {
  if (report.full && report.part <= 1) parts_.clear();
  auto& into = report.full ? parts_ : seen_.running;
  for (const runtime::Instance& instance : report.started)
    if (!instance.ended_at) into[instance.id] = instance;
  for (const runtime::Ended& ended : report.ended) seen_.running.erase(ended.id);
  if (report.full && report.part == report.parts) seen_.running = parts_;
}

}  // namespace weir::agent::test
