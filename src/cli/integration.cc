#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_integration.h"
#include "cli/integration_webhook.h"
#include "cli/listing.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::size_t key_bytes_max = 32 * 1024;
constexpr Duration patience = seconds(15);
constexpr Duration pause_between_questions = milliseconds(100);

constexpr std::array integration_columns{Column{"NAME", "name"},
                                         Column{"KIND", "kind"},
                                         Column{"API", "base_url"},
                                         Column{"ENVIRONMENT", "environment"},
                                         Column{"PENDING", "pending", Show::count},
                                         Column{"DEAD", "dead", Show::count}};
constexpr std::array request_columns{Column{"STATE", "state", Show::state},
                                     Column{"ID", "id"},
                                     Column{"ASKED", "asked.asking"},
                                     Column{"REPOSITORY", "asked.repository"},
                                     Column{"ENVIRONMENT", "asked.environment"},
                                     Column{"COMMIT", "asked.commit"},
                                     Column{"SAID", "said"},
                                     Column{"TRIES", "attempts", Show::count},
                                     Column{"RECEIVED", "received_at", Show::time},
                                     Column{"STATUS", "last_status", Show::count},
                                     Column{"ERROR", "last_error"}};
constexpr std::array<std::string_view, 4> kinds{"github", "gitlab", "flagger", "kubernetes"};
constexpr std::array<std::string_view, 3> modes{"enforce", "warn", "shadow"};
constexpr std::array<std::string_view, 2> fails{"closed", "open"};
constexpr std::array<std::string_view, 3> states{"pending", "answered", "dead"};
constexpr OptionRow integration_word{.name = "NAME", .help = "of the integration", .need = Need::required};

struct Declared {
  std::string name, kind;
  std::optional<std::string> api, app_id, private_key, gitlab_token, environment, merge_environment, mode,
      fail;
  WebhookWords webhook;
  std::vector<std::string> webhook_secrets, mapped;
  std::optional<Duration> wait;
  bool rotate = false;
};

// Slashes are common in names of environments ("review/main"), so a mapping is split at its last '='.
Result<Json> mapping_of(const std::vector<std::string>& words) {
  Json mapping = Json(Json::Object{});
  for (const std::string& word : words) {
    const std::size_t at = word.rfind('=');
    if (at == std::string::npos || at == 0 || at + 1 == word.size())
      return invalid(fmt::format("'{}' is not THEIRS=OURS", word), "map");
    mapping.set(word.substr(0, at), word.substr(at + 1));
  }
  return mapping;
}

Result<Json> body_of(const Declared& declared) {
  Json body = Json::object({{"kind", declared.kind}});
  if (declared.kind == "github") body.set("base_url", declared.api.value_or("https://api.github.com"));
  if (declared.kind == "gitlab") body.set("base_url", declared.api.value_or("https://gitlab.com"));
  set_given(body, "app_id", declared.app_id);
  if (declared.private_key) body.set("private_key", TRY(read_file(*declared.private_key, key_bytes_max)));
  set_given(body, "token", declared.gitlab_token);
  set_given(body, "webhook_secrets", declared.webhook_secrets);
  if (!declared.mapped.empty()) body.set("environments", TRY(mapping_of(declared.mapped)));
  set_given(body, "environment", declared.environment);
  set_given(body, "merge_environment", declared.merge_environment);
  set_given(body, "mode", declared.mode);
  set_given(body, "fail", declared.fail);
  if (declared.wait) body.set("wait_us", declared.wait->micros);
  if (declared.rotate) body.set("rotate", true);
  return body;
}

void declare_options(Options& options, Declared& into) {
  options.argument(integration_word, &into.name);
  options.option(
      {.name = "kind", .value = "KIND", .help = "what asks", .need = Need::required, .choices = kinds},
      &into.kind);
  options.option({.name = "api",
                  .value = "URL",
                  .help = "base of its API; https://api.github.com or https://gitlab.com unless said"},
                 &into.api);
  options.option({.name = "app-id", .value = "N", .help = "of github: the number of the App"}, &into.app_id);
  options.option({.name = "private-key", .value = "FILE", .help = "of github: the App's private key (PEM)"},
                 &into.private_key);
  options.option(
      {.name = "gitlab-token",
       .value = "TOKEN",
       .help = "of gitlab: with the scope api; better in WEIR_GITLAB_TOKEN than in a command line"},
      &into.gitlab_token);
  options.option(
      {.name = "webhook-secret",
       .value = "SECRET",
       .help = "proves deliveries; made when absent, two while it is changed, the new one first; better in "
               "WEIR_WEBHOOK_SECRET than in a command line",
       .many = Many::each},
      &into.webhook_secrets);
  options.option(
      {.name = "map",
       .value = "THEIRS=OURS",
       .help = "an environment of theirs and the one of Weir it stands for; without any they have the same "
               "names. Of kubernetes: a namespace, or a pattern of some ('team-*')",
       .many = Many::each},
      &into.mapped);
  options.option(
      {.name = "environment",
       .value = "ENV",
       .help = "of flagger: the only one it asks for; of kubernetes: of namespaces that no --map names"},
      &into.environment);
  options.option(
      {.name = "merge-environment",
       .value = "ENV",
       .help = "of gitlab: what a merge request is held against; without it status checks stay unanswered"},
      &into.merge_environment);
  options.option({.name = "wait",
                  .value = "DURATION",
                  .help = "how long a request may stay undecided before it is rejected; 24h unless said"},
                 &into.wait);
  options.option({.name = "rotate",
                  .help = "of flagger and kubernetes: another secret in the address; the old one ends"},
                 &into.rotate);
}

void cluster_options(Options& options, Declared& into) {
  options.option(
      {.name = "mode",
       .value = "MODE",
       .help = "of kubernetes: enforce refuses (unless said), warn lets in and says what it would refuse, "
               "shadow says only that",
       .choices = modes},
      &into.mode);
  options.option({.name = "fail",
                  .value = "HOW",
                  .help = "of kubernetes: what happens when the server can't decide; closed unless said",
                  .choices = fails},
                 &into.fail);
  webhook_options(options, into.webhook);
}

Result<Json> find_request(Api& api, const std::string& name, const Json& id) {
  const Json::Array requests =
      TRY(api.list(path_of({"integrations", name, "requests"}), "requests", {}, 100));
  for (const Json& request : requests)
    if (request.at("id") == id) return request;
  return not_found("the request is gone");
}

}  // namespace

Action integration_create(Options& options) {
  const auto declared = std::make_shared<Declared>();
  declare_options(options, *declared);
  cluster_options(options, *declared);
  return [declared](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    std::string ca = TRY(check_webhook(session, declared->webhook, declared->kind));
    const Json body = TRY(body_of(*declared));
    Json answer =
        TRY(api->write({.method = "PUT", .path = path_of({"integrations", declared->name}), .body = body}));
    if (declared->webhook.wanted) {
      const std::string yaml = TRY(webhook_of(session, declared->webhook, std::move(ca), answer));
      answer.set("webhook", yaml);
      session.answer(answer, yaml);
      return Exit::yes;
    }
    std::string people = fmt::format("integration {} is recorded\n", declared->name);
    if (!answer.text("path").empty())
      people +=
          fmt::format("its deliveries go to {}{}\n", session.globals().url, cleaned(answer.text("path")));
    if (!answer.text("secret").empty())
      people += fmt::format("secret (shown once): {}\n", cleaned(answer.text("secret")));
    session.answer(answer, people);
    return Exit::yes;
  };
}

Action integration_list(Options& options) {
  return listing(options,
                 {.path = "integrations",
                  .columns = integration_columns,
                  .hint = "no integrations yet; add one: weir integration create NAME --kind github …"});
}

Action integration_remove(Options& options) {
  const auto name = std::make_shared<std::string>();
  options.argument(integration_word, name.get());
  return [name](Session& session) -> Result<Exit> {
    return write_and_say(session, {.method = "DELETE", .path = path_of({"integrations", *name})},
                         fmt::format("integration {} is removed", *name));
  };
}

Action integration_test(Options& options) {
  const auto name = std::make_shared<std::string>();
  options.argument(integration_word, name.get());
  return [name](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    Json request =
        TRY(api->write({.path = path_of({"integrations", *name, "test"}), .body = Json(Json::Object{})}));
    const Instant until = session.now() + patience;
    const Json id = request.at("id");
    while (request.text("state") == "pending" && session.now() < until) {
      session.progress("asking …");
      session.environment().wait(pause_between_questions);
      request = TRY(find_request(*api, *name, id));
    }
    session.progress("");
    const bool known = request.text("state") == "answered";
    const std::string why = cleaned(request.text("last_error"));
    session.answer(request, known ? fmt::format("{} knows us\n", *name)
                                  : fmt::format("{} does not know us: {}\n", *name, why));
    return known ? Exit::yes : Exit::no;
  };
}

Action integration_requests(Options& options) {
  struct Arguments {
    std::string name;
    std::optional<std::string> state;
    std::int64_t limit = 100;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(integration_word, &arguments->name);
  options.option({.name = "state", .value = "STATE", .help = "only in this state", .choices = states},
                 &arguments->state);
  options.option(limit_row, &arguments->limit);
  return [arguments](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const std::size_t limit = TRY(checked_limit(arguments->limit));
    const Json::Array requests =
        TRY(api->list(path_of({"integrations", arguments->name, "requests"}), "requests",
                      {{"state", arguments->state.value_or("")}}, limit));
    session.answer_rows(requests, request_columns, "it has asked nothing");
    return Exit::yes;
  };
}

Action integration_retry(Options& options) {
  struct Arguments {
    std::string name, id;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(integration_word, &arguments->name);
  options.argument({.name = "ID", .help = "of the request", .need = Need::required}, &arguments->id);
  return [arguments](Session& session) -> Result<Exit> {
    return write_and_say(
        session,
        {.path = path_of({"integrations", arguments->name, "requests", arguments->id, "retry"}),
         .body = Json(Json::Object{})},
        fmt::format("request {} is answered again", arguments->id));
  };
}

}  // namespace weir::cli
