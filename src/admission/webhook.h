// The ValidatingWebhookConfiguration that makes an API server of Kubernetes ask this door: two webhooks, of Pods, which
// are what runs, and of the kinds that make them, whose refusal comes where somebody still reads it. Pure.
#pragma once
#include <string>
#include <vector>

#include "admission/terms.h"

namespace weir::admission {

struct Webhook {
  std::string name;  // of the integration
  std::string url;   // with the secret
  std::string ca;    // PEM of who signed the server's certificate; empty: the API server's own roots
  Fail fail = Fail::closed;
  std::int64_t timeout_seconds = 5;
  std::vector<std::string> except;  // namespaces that are not asked about
};

std::string webhook_yaml(const Webhook& webhook);

}  // namespace weir::admission
