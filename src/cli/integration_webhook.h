// What `integration create --webhook` prints: the ValidatingWebhookConfiguration that makes an API server of
// Kubernetes ask.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"

namespace weir::cli {

struct WebhookWords {
  bool wanted = false;
  std::optional<std::string> address, ca_bundle;
  Duration timeout = seconds(5);
  std::vector<std::string> except;
};
void webhook_options(Options& options, WebhookWords& into);

// `invalid` for what no API server would take, and the error of a file that can't be read; before anything is declared,
// since declaring may end the address before. Who signed the server's certificate, PEM; empty when that is not said.
Result<std::string> check_webhook(const Session& session, const WebhookWords& words, std::string_view kind);

// Of an integration's answer, with the secret in its path. `conflict` when the secret was shown before and is gone.
Result<std::string> webhook_of(const Session& session, const WebhookWords& words, std::string ca,
                               const format::Json& answer);

}  // namespace weir::cli
