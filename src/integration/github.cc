#include "integration/github.h"

#include <algorithm>

namespace weir::integration {
namespace {

using format::Json;

std::string base64url(BytesView bytes) {
  std::string text = encode_base64(bytes);
  std::erase(text, '=');
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// The run of BASE/repos/OWNER/NAME/actions/runs/RUN/deployment_protection_rule.
Result<std::int64_t> run_of(const IntegrationDeclared& declared, std::string_view callback,
                            std::string_view repository) {
  const Error elsewhere =
      invalid("'deployment_callback_url' does not lead to this repository's runs below " + declared.base_url,
              "deployment_callback_url");
  const std::string before = fmt::format("{}/repos/{}/actions/runs/", declared.base_url, repository);
  constexpr std::string_view after = "/deployment_protection_rule";
  if (callback.size() <= before.size() + after.size() || !callback.ends_with(after)) return elsewhere;
  if (!same_letters(callback.substr(0, before.size()), before)) return elsewhere;
  const std::string run(callback.substr(before.size(), callback.size() - before.size() - after.size()));
  const bool digits = run.size() <= 18 && run.find_first_not_of("0123456789") == std::string::npos;
  return digits ? Result<std::int64_t>(std::atoll(run.c_str())) : Result<std::int64_t>(elsewhere);
}

std::int64_t number(const Json& json) { return json.integer() == nullptr ? 0 : *json.integer(); }

}  // namespace

Result<Heard> hear_github(const IntegrationDeclared& declared, std::string_view event, const Json& body) {
  if (event != "deployment_protection_rule")
    return Heard{.ignored = fmt::format("event {} asks nothing", event.substr(0, 64))};
  if (body.text("action") != "requested") return Heard{.ignored = "only the action requested asks something"};
  const Json& deployment = body.at("deployment");
  Asked asked{
      .asking = Asking::protection_rule,
      .repository = std::string(body.at("repository").text("full_name")),
      .commit = std::string(deployment.text("sha").empty() ? body.text("sha") : deployment.text("sha")),
      .environment = std::string(body.text("environment")),
      .installation = number(body.at("installation").at("id")),
      .deployment = number(deployment.at("id"))};
  const bool two = std::count(asked.repository.begin(), asked.repository.end(), '/') == 1;
  if (!two || !is_repository(asked.repository))
    return invalid("'repository.full_name' must be OWNER/NAME", "repository.full_name");
  if (!is_commit(asked.commit))
    return invalid("'deployment.sha' must be a whole commit id", "deployment.sha");
  if (asked.environment.empty() || asked.environment.size() > 255)
    return invalid("'environment' has 1 to 255 bytes", "environment");
  if (asked.installation <= 0) return invalid("'installation.id' is missing", "installation.id");
  asked.run = TRY(run_of(declared, body.text("deployment_callback_url"), asked.repository));
  asked.ours = mapped(declared, asked.environment);
  return Heard{.asked = {asked}};
}

std::string review_path(const Asked& asked) {
  return fmt::format("/repos/{}/actions/runs/{}/deployment_protection_rule", asked.repository, asked.run);
}

std::string token_path(const Asked& asked) {
  return fmt::format("/app/installations/{}/access_tokens", asked.installation);
}

std::string app_token(const crypto::RsaSigner& signer, const std::string& app_id, Instant now) {
  const std::int64_t at = now.micros / 1'000'000;
  const Json claims = Json::object({{"iat", at - 60}, {"exp", at + 540}, {"iss", app_id}});
  const std::string text = base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64url(dump(claims));
  return text + "." + base64url(signer.sign(text));
}

std::string token_body(const Asked& asked) {
  const std::string name = asked.repository.substr(asked.repository.find('/') + 1);
  return dump(Json::object({{"repositories", Json::Array{Json(name)}},
                            {"permissions", Json::object({{"deployments", "write"}})}}));
}

Result<InstallationToken> read_token(std::string_view answer) {
  const Json json = TRY(format::parse_json(answer));
  InstallationToken token{.token = std::string(json.text("token"))};
  const bool printable =
      std::all_of(token.token.begin(), token.token.end(), [](char c) { return c > ' ' && c < 127; });
  if (token.token.empty() || !printable) return invalid("the answer has no token", "token");
  token.expires_at = TRY(parse_instant(json.text("expires_at")));
  return token;
}

std::string review_body(const Asked& asked, policy::Verdict verdict, std::string_view comment) {
  Json body = Json::object({{"environment_name", asked.environment}});
  if (policy::passes(verdict)) body.set("state", "approved");
  if (verdict == policy::Verdict::deny) body.set("state", "rejected");
  body.set("comment", comment);
  return dump(body);
}

}  // namespace weir::integration
