#include "cli/integration_webhook.h"

#include <fmt/format.h>

#include "admission/webhook.h"
#include "cli/exchange.h"

namespace weir::cli {
namespace {

constexpr std::size_t ca_bytes_max = 256 * 1024;
constexpr std::string_view always_excepted = "kube-system";  // what a cluster needs to get up again

const std::string& address_of(const Session& session, const WebhookWords& words) {
  return words.address ? *words.address : session.globals().url;
}

}  // namespace

void webhook_options(Options& options, WebhookWords& into) {
  options.option(
      {.name = "webhook",
       .help = "of kubernetes: print the ValidatingWebhookConfiguration to apply, and nothing else"},
      &into.wanted);
  options.option(
      {.name = "address",
       .value = "URL",
       .help = "of the webhook: this server as the API server reaches it, https; --url unless said"},
      &into.address);
  options.option({.name = "ca-bundle",
                  .value = "FILE",
                  .help = "of the webhook: who signed this server's certificate (PEM); --ca unless said"},
                 &into.ca_bundle);
  options.option({.name = "timeout",
                  .value = "DURATION",
                  .help = "of the webhook: 1s to 30s; it is answered a fifth earlier",
                  .fallback = "5s"},
                 &into.timeout);
  options.option({.name = "except",
                  .value = "NAMESPACE",
                  .help = "of the webhook: not asked about, beside kube-system; name the one Weir runs in",
                  .many = Many::each},
                 &into.except);
}

Result<std::string> check_webhook(const Session& session, const WebhookWords& words, std::string_view kind) {
  if (!words.wanted) return std::string();
  if (kind != "kubernetes") return invalid("only kind kubernetes has a webhook", "webhook");
  const std::string& address = address_of(session, words);
  if (!address.starts_with("https://") || address.ends_with('/') ||
      address.find_first_of("?#@") != address.npos)
    return invalid(
        fmt::format(
            "an API server of Kubernetes calls https alone, and '{}' is not https://HOST[:PORT]: give "
            "--address, and the server --tls-cert",
            address),
        "address");
  if (words.timeout < seconds(1) || words.timeout > admission::timeout_max ||
      words.timeout.micros % 1'000'000 != 0)
    return invalid("'timeout' is whole seconds from 1s to 30s", "timeout");
  const auto& ca = words.ca_bundle ? words.ca_bundle : session.globals().ca_file;
  return ca ? read_file(*ca, ca_bytes_max) : Result<std::string>(std::string());
}

Result<std::string> webhook_of(const Session& session, const WebhookWords& words, std::string ca,
                               const format::Json& answer) {
  const format::Json& integration = answer.at("integration");
  if (answer.text("path").ends_with("/SECRET"))
    return Error{Errc::conflict,
                 "its address was shown once, when it was made: --rotate makes another one and ends that"};
  admission::Webhook webhook{
      .name = std::string(integration.text("name")),
      .url = address_of(session, words) + std::string(answer.text("path")),
      .ca = std::move(ca),
      .fail = integration.text("fail") == "open" ? admission::Fail::open : admission::Fail::closed,
      .timeout_seconds = words.timeout.micros / 1'000'000,
      .except = {std::string(always_excepted)}};
  webhook.except.insert(webhook.except.end(), words.except.begin(), words.except.end());
  return admission::webhook_yaml(webhook);
}

}  // namespace weir::cli
