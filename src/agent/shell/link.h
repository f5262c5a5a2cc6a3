// The agent's connection to its server: enrolment, reports, heartbeats, each signed by the agent's key over the
// exact bytes
// of the body (docs/formats/report.md). Says what the answer means, and changes nothing itself. One thread.
#pragma once
#include <optional>
#include <stop_token>
#include <string>

#include "agent/shell/config.h"
#include "crypto/signature.h"
#include "http/client.h"
#include "runtime/answer_to_reporter.h"

namespace weir::agent {

struct Answer {
  enum class Kind {
    accepted,      // 200, with `reply`
    out_of_chain,  // 409: continue as `reply` says
    unknown,       // 401: enrol
    refused,       // 400, 403, 413, 422: these bytes will never be taken; `message` says why
    away,          // no connection, 5xx, 429: later
  };
  Kind kind = Kind::away;
  runtime::AnswerToReporter reply;
  std::string message;
  Instant sent_at, received_at;
  Duration retry_after;  // as the server asked; zero when it didn't
};

struct LinkConfig {
  std::string server, organization, ca_file;
  std::optional<Sha256> pin;
};

class Link {
 public:
  Link(LinkConfig config, const crypto::Signer& signer, const Clock& clock);

  Answer enrol(const runtime::Enrolment& enrolment, std::stop_token stop);  // `reply` stays empty
  Answer report(const Bytes& body, std::stop_token stop);
  Answer document(const Bytes& body, std::stop_token stop);  // of an inventory
  Answer heartbeat(const runtime::Heartbeat& heartbeat, std::stop_token stop);

 private:
  Answer post(const std::string& resource, const Bytes& body, std::stop_token stop);

  LinkConfig config_;
  const crypto::Signer& signer_;
  const Clock& clock_;
  std::string reporter_;
  http::Client client_;
};

Answer::Kind kind_of_status(int status);

}  // namespace weir::agent
