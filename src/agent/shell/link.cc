#include "agent/shell/link.h"

#include <fmt/format.h>

#include <charconv>

#include "crypto/digest.h"

namespace weir::agent {
namespace {

http::ClientConfig client_config(const LinkConfig& config) {
  return {.origin = config.server,
          .ca_file = config.ca_file,
          .pinned_key_sha256 = config.pin,
          .connect_time_max = seconds(3),
          .request_time_max = seconds(10),
          .body_bytes_max = 4 << 20};
}

Duration retry_after_of(const http::ClientResponse& response) {
  const std::string_view text = response.header("retry-after").value_or("");
  int wait = 0;
  std::from_chars(text.data(), text.data() + text.size(), wait);
  return seconds(std::min(wait, 60));
}

}  // namespace

Answer::Kind kind_of_status(int status) {
  if (status == 200 || status == 201) return Answer::Kind::accepted;
  if (status == 409) return Answer::Kind::out_of_chain;
  if (status == 401) return Answer::Kind::unknown;
  if (status == 400 || status == 403 || status == 413 || status == 422) return Answer::Kind::refused;
  return Answer::Kind::away;
}

Link::Link(LinkConfig config, const crypto::Signer& signer, const Clock& clock)
    : config_(std::move(config)), signer_(signer), clock_(clock),
      reporter_(to_hex(crypto::sha256(signer.public_key()))), client_(client_config(config_)) {}

Answer Link::post(const std::string& resource, const Bytes& body, std::stop_token stop) {
  http::ClientRequest request{.method = "POST"};
  request.target = fmt::format("/v1/orgs/{}/{}", http::encode_percent(config_.organization), resource);
  request.headers = {{"weir-reporter", reporter_}, {"weir-signature", encode_base64(signer_.sign(body))}};
  request.body = body;
  Answer answer{.sent_at = clock_.now()};
  const auto response = client_.send(request, stop);
  answer.received_at = clock_.now();
  if (!response) {
    answer.message = response.error().message;
    return answer;
  }
  answer.kind = kind_of_status(response->status);
  answer.retry_after = retry_after_of(*response);
  answer.message = fmt::format("{} answered {}: {}", config_.server, response->status, response->body.substr(0, 300));
  if (answer.kind != Answer::Kind::accepted && answer.kind != Answer::Kind::out_of_chain) return answer;
  auto reply = format::decode_text<runtime::AnswerToReporter>(response->body, format::Unknown::ignore);
  if (reply) answer.reply = std::move(*reply);
  else if (resource != "reporters") answer.kind = Answer::Kind::away;
  return answer;
}

Answer Link::enrol(const runtime::Enrolment& enrolment, std::stop_token stop) {
  return post("reporters", format::encode(enrolment), stop);
}
Answer Link::report(const Bytes& body, std::stop_token stop) { return post("reports", body, stop); }
Answer Link::document(const Bytes& body, std::stop_token stop) { return post("inventories", body, stop); }
Answer Link::heartbeat(const runtime::Heartbeat& heartbeat, std::stop_token stop) {
  return post("heartbeats", format::encode(heartbeat), stop);
}

}  // namespace weir::agent
