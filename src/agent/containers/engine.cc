#include "agent/containers/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/containers/settings.h"
#include "format/json.h"

namespace weir::agent {
namespace {

using format::Json;

constexpr std::size_t answer_bytes_max = 32 * 1024 * 1024;

http::Client open(const std::string& socket, Duration request_time_max) {
  return http::Client(http::ClientConfig{.origin = "unix:" + socket,
                                         .connect_time_max = seconds(2),
                                         .request_time_max = request_time_max,
                                         .body_bytes_max = answer_bytes_max});
}

}  // namespace

Engine::Engine(std::string runtime, std::string socket)
    : runtime_(std::move(runtime)), socket_(std::move(socket)), client_(open(socket_, seconds(5))) {}

Result<Json> Engine::ask(const std::string& target) {
  const http::ClientResponse answer = TRY(client_.send({.target = target}));
  if (answer.status == 404) return not_found(fmt::format("{}: {} is not there", socket_, target));
  if (answer.status != 200)
    return Error{Errc::unavailable, fmt::format("{} answered {} to {}", socket_, answer.status, target)};
  return format::parse_json(answer.body);
}

Result<std::vector<std::string>> Engine::running() {
  const Json list = TRY(ask("/containers/json"));
  std::vector<std::string> ids;
  if (list.array() != nullptr)
    for (const Json& container : *list.array()) ids.emplace_back(container.text("Id"));
  return ids;
}

Result<EngineContainer> parse_container(const Json& answer) {
  EngineContainer found;
  found.identity.id = answer.text("Id");
  if (found.identity.id.empty()) return invalid("a container without an id");
  const Json& state = answer.at("State");
  if (const std::int64_t* pid = state.at("Pid").integer()) found.pid = *pid;
  const auto started_at = parse_instant(state.text("StartedAt"));
  if (started_at && started_at->micros > 0) found.identity.started_at = *started_at;
  found.identity.image.reference = answer.at("Config").text("Image");
  const auto image = parse_sha256(answer.text("Image"));
  if (image) found.identity.image.config = *image;
  else found.identity.note = "the runtime names no image id";
  found.identity.settings = settings_of_engine(answer);
  found.identity.published = published_by_engine(answer);
  return found;
}

void parse_image(const Json& answer, runtime::ImageClaim& claim) {
  for (const Json& reference : answer.items("RepoDigests")) {
    const std::string text = reference.string() ? *reference.string() : "";
    const auto digest = parse_sha256(text.substr(std::min(text.rfind('@') + 1, text.size())));
    if (!digest) continue;
    if (std::find(claim.manifests.begin(), claim.manifests.end(), *digest) == claim.manifests.end())
      claim.manifests.push_back(*digest);
  }
  for (const Json& layer : answer.at("RootFS").items("Layers"))
    if (const auto digest = parse_sha256(layer.string() ? *layer.string() : ""); digest)
      claim.layers.push_back(*digest);
}

Result<EngineContainer> Engine::describe(const std::string& id) {
  const Json answer = TRY(ask("/containers/" + http::encode_percent(id) + "/json"));
  EngineContainer found = TRY(parse_container(answer));
  found.identity.runtime = runtime_;
  if (!found.identity.image.config) return found;
  // An image removed while its container runs leaves its id, and that is enough to be reported.
  const auto image = ask("/images/" + to_string(*found.identity.image.config) + "/json");
  if (image) parse_image(*image, found.identity.image);
  return found;
}

void Engine::follow(Duration quiet_max, const std::function<void()>& on_event, std::stop_token stop) {
  http::Client stream = open(socket_, quiet_max);
  const auto on_line = [&](std::string_view) {
    on_event();
    return http::Continue::yes;
  };
  // The end needs no reason: whoever follows lists everything afresh and follows again.
  (void)stream.stream_lines({.target = "/events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D"}, on_line, stop);
}

}  // namespace weir::agent
