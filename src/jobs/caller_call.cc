#include "jobs/caller_call.h"

#include "crypto/digest.h"
#include "format/utf8.h"
#include "integration/gitlab.h"
#include "jobs/deliver.h"

namespace weir::jobs {
namespace {

using integration::Asked;
using integration::Asking;
using integration::Kind;

constexpr Duration exchange_time_max = seconds(10);
constexpr std::size_t answer_bytes_max = 2 * 1024 * 1024;
constexpr std::size_t error_bytes_max = 200;
constexpr std::size_t tokens_max = 1000;
constexpr Duration token_margin = seconds(60);

bool succeeded(const Said& said) { return said.status >= 200 && said.status < 300; }

std::string word_of(Asking asking, policy::Verdict verdict) {
  const bool passes = policy::passes(verdict), settled = verdict != policy::Verdict::undecided;
  if (asking == Asking::status_check) return passes ? "passed" : settled ? "failed" : "pending";
  return passes ? "approved" : settled ? "rejected" : "comment";
}

}  // namespace

Result<CallerCall> CallerCall::open(integration::IntegrationDeclared declared, integration::Secrets secrets) {
  http::Client client({.origin = declared.base_url,
                       .request_time_max = exchange_time_max,
                       .body_bytes_max = answer_bytes_max});
  CallerCall call(std::move(declared), std::move(secrets), std::move(client));
  if (call.declared_.kind == Kind::github)
    call.signer_ = TRY(crypto::RsaSigner::from_pem(call.secrets_.private_key));
  return call;
}

std::optional<std::string> CallerCall::words(const Asked& asked, policy::Verdict verdict,
                                             const std::string& comment) const {
  if (asked.asking == Asking::status_check) return integration::status_body(asked, verdict);
  if (asked.asking == Asking::protection_rule) return integration::review_body(asked, verdict, comment);
  if (verdict == policy::Verdict::undecided) return std::nullopt;
  return integration::approval_body(verdict, comment);
}

CallerCall::Outcome CallerCall::send(const Request& request, Instant now, const std::stop_token& stop) {
  http::ClientRequest made{.method = request.method, .target = request.target, .body = request.body};
  const bool github = declared_.kind == Kind::github;
  made.headers = {{"user-agent", "weir"},
                  {"accept", github ? "application/vnd.github+json" : "application/json"}};
  if (github) {
    made.headers.push_back({"authorization", "Bearer " + request.authorization});
    made.headers.push_back({"x-github-api-version", "2022-11-28"});
  } else {
    made.headers.push_back({"private-token", request.authorization});
  }
  if (request.method == "POST")  // so that it may be sent again on a connection that had been closed
    made.headers.push_back(
        {"idempotency-key", to_hex(crypto::sha256(request.target, request.body)).substr(0, 32)});
  const auto answer = client_.send(made, stop);
  if (!answer.ok()) return {{.error = format::utf8_text(answer.error().message, error_bytes_max)}, ""};
  Said said{.status = answer->status};
  if (const auto asked = answer->header("retry-after")) said.retry_after = parse_retry_after(*asked, now);
  // GitHub's limits come as 403 too; with a time to wait they are no refusal.
  if (said.status == 403 && said.retry_after) said.status = 429;
  if (answer->status >= 300)
    said.error = fmt::format("{} {} was answered {}", request.method,
                             request.target.substr(0, request.target.find('?')), answer->status);
  return {said, answer->body};
}

// A token for this repository alone. On failure `trouble` says what came of asking for one.
Result<std::string> CallerCall::token_for(const Asked& asked, Instant now, const std::stop_token& stop,
                                          Said& trouble) {
  const std::string key = fmt::format("{} {}", asked.installation, asked.repository);
  const auto known = tokens_.find(key);
  if (known != tokens_.end() && now + token_margin < known->second.expires_at) return known->second.token;
  const Outcome outcome = send({.method = "POST",
                                .target = integration::token_path(asked),
                                .authorization = integration::app_token(*signer_, declared_.app_id, now),
                                .body = integration::token_body(asked)},
                               now, stop);
  trouble = outcome.said;
  if (!succeeded(outcome.said)) return Error{Errc::unavailable, outcome.said.error};
  auto token = integration::read_token(outcome.body);
  if (!token.ok()) {
    trouble = {.error = "the answer to the question for a token can't be read: " + token.error().message};
    return token.error();
  }
  if (tokens_.size() >= tokens_max) tokens_.clear();
  return tokens_.insert_or_assign(key, std::move(*token)).first->second.token;
}

Said CallerCall::review(const Asked& asked, const std::string& words, Instant now,
                        const std::stop_token& stop) {
  Said trouble;
  const auto token = token_for(asked, now, stop, trouble);
  if (!token.ok()) return trouble;
  Said said = send({.method = "POST",
                    .target = integration::review_path(asked),
                    .authorization = *token,
                    .body = words},
                   now, stop)
                  .said;
  if (said.status == 401) tokens_.clear();
  return said;
}

// The deployment is looked up, whatever the event said: an event only asks, and it is for the commit that GitLab names.
// One that is not there is not blocked yet, or no more.
Said CallerCall::approve(Asked asked, const std::string& words, Instant now, const std::stop_token& stop) {
  const Outcome found = send({.method = "GET",
                              .target = integration::blocked_deployments_path(asked),
                              .authorization = secrets_.token},
                             now, stop);
  if (!succeeded(found.said)) return found.said;
  const auto deployment = integration::find_deployment(asked, found.body);
  if (!deployment.ok()) return {.error = format::utf8_text(deployment.error().message, error_bytes_max)};
  if (*deployment == 0) return {.error = "no deployment of this job is blocked", .is_over = true};
  asked.deployment = *deployment;
  return send({.method = "POST",
               .target = integration::approval_path(asked),
               .authorization = secrets_.token,
               .body = words},
              now, stop)
      .said;
}

Said CallerCall::say(const Asked& asked, policy::Verdict verdict, const std::string& words, Instant now,
                     const std::stop_token& stop) {
  if ((asked.asking == Asking::protection_rule) != (declared_.kind == Kind::github))
    return {.error = "asked when the integration was of another kind", .is_over = true};
  Said said;
  if (asked.asking == Asking::protection_rule) {
    said = review(asked, words, now, stop);
  } else if (asked.asking == Asking::deployment) {
    said = approve(asked, words, now, stop);
  } else {
    said = send({.method = "POST",
                 .target = integration::status_path(asked),
                 .authorization = secrets_.token,
                 .body = words},
                now, stop)
               .said;
    if (said.status == 409) said.is_over = true;  // the merge request has a newer commit
  }
  said.word = word_of(asked.asking, verdict);
  return said;
}

Said CallerCall::try_out(Instant now, const std::stop_token& stop) {
  const bool github = declared_.kind == Kind::github;
  Outcome outcome = send(
      {.method = "GET",
       .target = github ? "/app" : "/api/v4/user",
       .authorization = github ? integration::app_token(*signer_, declared_.app_id, now) : secrets_.token},
      now, stop);
  outcome.said.word = "known";
  return outcome.said;
}

}  // namespace weir::jobs
