// One conversation with a system's API: what is to be said to it about one question, and what came of it. Keeps its
// connection, and tokens of GitHub's until they end. Belongs to one thread at a time.
#pragma once
#include <map>
#include <optional>

#include "crypto/rsa.h"
#include "http/client.h"
#include "integration/github.h"
#include "integration/judgement.h"
#include "store/view_integration.h"

namespace weir::jobs {

// What came of saying something.
struct Said {
  int status = 0;                       // of the answer; 0: there was none
  std::optional<Duration> retry_after;  // what the answer asked for
  std::string word;                     // what was said: approved, rejected, passed, failed, pending, comment
  std::string error;                    // for people; without anything secret
  bool is_over = false;                 // nobody waits for the answer any more
};

class CallerCall {
 public:
  // `invalid` when the secrets can't be used.
  static Result<CallerCall> open(integration::IntegrationDeclared declared, integration::Secrets secrets);

  // What would be said; none: this system has no word for "undecided".
  std::optional<std::string> words(const integration::Asked& asked, policy::Verdict verdict,
                                   const std::string& comment) const;
  Said say(const integration::Asked& asked, policy::Verdict verdict, const std::string& words, Instant now,
           const std::stop_token& stop);
  Said try_out(Instant now, const std::stop_token& stop);  // whether it knows us

  const integration::IntegrationDeclared& declared() const { return declared_; }
  const integration::Secrets& secrets() const { return secrets_; }

 private:
  CallerCall(integration::IntegrationDeclared declared, integration::Secrets secrets, http::Client client)
      : declared_(std::move(declared)), secrets_(std::move(secrets)), client_(std::move(client)) {}

  struct Request {
    std::string method, target, authorization, body;
  };
  struct Outcome {
    Said said;
    std::string body;
  };
  Outcome send(const Request& request, Instant now, const std::stop_token& stop);
  Result<std::string> token_for(const integration::Asked& asked, Instant now, const std::stop_token& stop,
                                Said& trouble);
  Said review(const integration::Asked& asked, const std::string& words, Instant now,
              const std::stop_token& stop);
  Said approve(integration::Asked asked, const std::string& words, Instant now, const std::stop_token& stop);

  integration::IntegrationDeclared declared_;
  integration::Secrets secrets_;
  http::Client client_;
  std::optional<crypto::RsaSigner> signer_;
  std::map<std::string, integration::InstallationToken> tokens_;
};

}  // namespace weir::jobs
