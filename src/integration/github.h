// GitHub's side: the event `deployment_protection_rule`, the token of an App (a JSON Web Token, RS256, and what it is
// exchanged for), and the review that answers. The callback address of an event is only compared: the address that is
// called is built from the integration's own base and the event's repository and run. Pure.
#pragma once
#include "crypto/rsa.h"
#include "integration/integration.h"

namespace weir::integration {

// `event` is X-GitHub-Event. `invalid` names the member that is missing or leads elsewhere.
Result<Heard> hear_github(const IntegrationDeclared& declared, std::string_view event,
                          const format::Json& body);

// Below the base: what a review is sent to, and what gives a token for it.
std::string review_path(const Asked& asked);
std::string token_path(const Asked& asked);

// Good for nine minutes from now; clocks may differ by one.
std::string app_token(const crypto::RsaSigner& signer, const std::string& app_id, Instant now);
std::string token_body(const Asked& asked);  // asks for this repository and for deployments alone
struct InstallationToken {
  std::string token;
  Instant expires_at;
};
Result<InstallationToken> read_token(std::string_view answer);

// Without a verdict that settles it the comment stands alone, and the rule stays pending.
std::string review_body(const Asked& asked, policy::Verdict verdict, std::string_view comment);

}  // namespace weir::integration
