#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array channel_columns{Column{"NAME", "name"},
                                     Column{"KIND", "kind"},
                                     Column{"STATE", "state"},
                                     Column{"ENDPOINT", "url"},
                                     Column{"SECRETS", "secrets", Show::count},
                                     Column{"PENDING", "pending", Show::count},
                                     Column{"DEAD", "dead", Show::count},
                                     Column{"LAST", "last_delivery.at", Show::time},
                                     Column{"STATUS", "last_delivery.status", Show::count},
                                     Column{"ERROR", "last_delivery.error"}};
constexpr std::array delivery_columns{Column{"STATE", "state", Show::state},
                                      Column{"ID", "id"},
                                      Column{"CHANNEL", "channel"},
                                      Column{"ALERT", "alert"},
                                      Column{"TRIES", "attempts", Show::count},
                                      Column{"NEXT", "next_at", Show::time},
                                      Column{"STATUS", "last_status", Show::count},
                                      Column{"ERROR", "last_error"}};
constexpr std::array<std::string_view, 3> delivery_states{"pending", "delivered", "dead"};
constexpr OptionRow channel_word{.name = "NAME", .help = "of the channel", .need = Need::required};

// The secret stands in the answer once, and nowhere else.
Result<Exit> write_and_show_secret(Session& session, const Write& write, std::string_view said) {
  Api* api = TRY(session.api());
  const Json answer = TRY(api->write(write));
  const Json& secret =
      answer.at("secret").is_null() ? answer.at("channel").at("secret") : answer.at("secret");
  std::string people = fmt::format("{}\n", said);
  if (secret.string() != nullptr)
    people += fmt::format("secret (shown once): {}\n", cleaned(*secret.string()));
  session.answer(answer, people);
  return Exit::yes;
}

Result<Json> find_channel(Api& api, std::string_view name) {
  const Json::Array channels = TRY(api.list("channels", "channels", {}));
  for (const Json& channel : channels)
    if (channel.text("name") == name) return channel;
  return not_found(fmt::format("there is no channel '{}'", name));
}

}  // namespace

Action channel_add(Options& options) {
  struct Arguments {
    std::string name, url;
    std::optional<std::string> secret;
    std::vector<std::string> environments;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(channel_word, &arguments->name);
  options.option(
      {.name = "url", .value = "URL", .help = "where alerts are posted to", .need = Need::required},
      &arguments->url);
  options.option({.name = "secret",
                  .value = "SECRET",
                  .help = "signs messages; made when absent; better in WEIR_SECRET than in a command line"},
                 &arguments->secret);
  options.option(
      {.name = "environment", .value = "ENV", .help = "only alerts of this environment", .many = Many::each},
      &arguments->environments);
  return [arguments](Session& session) -> Result<Exit> {
    Json body = Json::object({{"url", arguments->url}, {"kind", "webhook"}});
    set_given(body, "secret", arguments->secret);
    set_given(body, "environments", arguments->environments);
    return write_and_show_secret(
        session, {.method = "PUT", .path = path_of({"channels", arguments->name}), .body = body},
        fmt::format("channel {} is recorded; try it: weir channel test {}", arguments->name,
                    arguments->name));
  };
}

Action channel_list(Options& options) {
  return listing(options, {.path = "channels",
                           .columns = channel_columns,
                           .hint = "no channels yet; add one: weir channel add NAME --url https://…"});
}

Action channel_test(Options& options) {
  const auto name = std::make_shared<std::string>();
  options.argument(channel_word, name.get());
  return [name](Session& session) -> Result<Exit> {
    session.progress(fmt::format("sending a test message through {} …", *name));
    return write_and_say(session,
                         {.path = path_of({"channels", *name, "test"}), .body = Json(Json::Object{})},
                         fmt::format("a test message went out; see: weir deliveries --channel {}", *name));
  };
}

Action channel_rotate(Options& options) {
  const auto name = std::make_shared<std::string>();
  options.argument(channel_word, name.get());
  return [name](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json channel = TRY(find_channel(*api, *name));
    const Json body =
        Json::object({{"url", channel.at("url")}, {"kind", channel.at("kind")}, {"rotate", true}});
    return write_and_show_secret(session,
                                 {.method = "PUT", .path = path_of({"channels", *name}), .body = body},
                                 fmt::format("channel {} signs with two secrets now", *name));
  };
}

Action channel_remove(Options& options) {
  const auto name = std::make_shared<std::string>();
  options.argument(channel_word, name.get());
  return [name](Session& session) -> Result<Exit> {
    return write_and_say(session, {.method = "DELETE", .path = path_of({"channels", *name})},
                         fmt::format("channel {} is removed", *name));
  };
}

Action deliveries(Options& options) {
  return listing(
      options,
      {.path = "deliveries",
       .columns = delivery_columns,
       .hint = "nothing was sent",
       .filters = {
           {.name = "channel", .value = "NAME", .help = "only through this channel"},
           {.name = "state", .value = "STATE", .help = "only in this state", .choices = delivery_states}}});
}

Action delivery_retry(Options& options) {
  const auto id = std::make_shared<std::string>();
  options.argument({.name = "ID", .help = "of the delivery", .need = Need::required}, id.get());
  return [id](Session& session) -> Result<Exit> {
    return write_and_say(session,
                         {.path = path_of({"deliveries", *id, "retry"}), .body = Json(Json::Object{})},
                         fmt::format("delivery {} will be tried again", *id));
  };
}

}  // namespace weir::cli
