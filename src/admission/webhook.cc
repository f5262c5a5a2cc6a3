#include "admission/webhook.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "format/json.h"

namespace weir::admission {
namespace {

// JSON's text is YAML's.
std::string quoted(std::string_view text) {
  std::string out;
  format::append_json_string(out, text);
  return out;
}

// Names of Kubernetes have small letters, digits, '-' and '.'.
std::string object_name(std::string_view name) {
  std::string made = "weir-";
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    made += upper ? static_cast<char>(c - 'A' + 'a') : c == '_' || c == '~' ? '-' : c;
  }
  while (made.back() == '-' || made.back() == '.') made.pop_back();
  return made;
}

std::string list_of(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += fmt::format("{}{}", list.empty() ? "" : ", ", quoted(word));
  return fmt::format("[{}]", list);
}

std::string rule(std::string_view groups, std::string_view versions, std::string_view resources) {
  return fmt::format(
      "      - {{apiGroups: [{}], apiVersions: [{}], resources: [{}], operations: [CREATE, UPDATE], scope: "
      "Namespaced}}\n",
      groups, versions, resources);
}

std::string entry(const Webhook& webhook, std::string_view of, std::string_view rules) {
  std::string text =
      fmt::format("  - name: {}.admission.weir\n    clientConfig:\n      url: {}\n", of, quoted(webhook.url));
  if (!webhook.ca.empty()) text += fmt::format("      caBundle: {}\n", encode_base64(webhook.ca));
  text += fmt::format("    rules:\n{}", rules);
  if (!webhook.except.empty())
    text += fmt::format(
        "    namespaceSelector:\n      matchExpressions:\n"
        "        - {{key: kubernetes.io/metadata.name, operator: NotIn, values: {}}}\n",
        list_of(webhook.except));
  return text + fmt::format(
                    "    failurePolicy: {}\n    matchPolicy: Equivalent\n    sideEffects: NoneOnDryRun\n"
                    "    timeoutSeconds: {}\n    admissionReviewVersions: [v1]\n",
                    webhook.fail == Fail::closed ? "Fail" : "Ignore", webhook.timeout_seconds);
}

}  // namespace

std::string webhook_yaml(const Webhook& webhook) {
  const std::string pods = rule("\"\"", "v1", "pods, pods/ephemeralcontainers");
  const std::string workloads = rule("\"\"", "v1", "replicationcontrollers, podtemplates") +
                                rule("apps", "v1", "deployments, replicasets, statefulsets, daemonsets") +
                                rule("batch", "v1", "jobs, cronjobs");
  return fmt::format(
             "# The address holds a secret: who reads this may ask what the gate says, and nothing else.\n"
             "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
             "metadata:\n  name: {}\nwebhooks:\n",
             quoted(object_name(webhook.name))) +
         entry(webhook, "pods", pods) + entry(webhook, "workloads", workloads);
}

}  // namespace weir::admission
