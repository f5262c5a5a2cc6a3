// A client of the Docker Engine API, which podman's service speaks too, over a unix socket. Containers without a
// repository digest are described like any other. One thread at a time, but `follow` may run in its own while another
// Engine of the same socket asks. Errors: unavailable, naming the socket. Source: Docker Engine API v1.24 and newer.
#pragma once
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/containers/identity.h"
#include "http/client.h"

namespace weir::format { class Json; }

namespace weir::agent {

struct EngineContainer {
  std::int64_t pid = 0;  // 0 while it isn't started
  ContainerIdentity identity;
};

class Engine {
 public:
  Engine(std::string runtime, std::string socket);

  Result<std::vector<std::string>> running();  // ids; paused and restarting ones too
  Result<EngineContainer> describe(const std::string& id);
  // Calls `on_event` for each container event until `stop`, the server's end, or a pause of `quiet_max`.
  void follow(Duration quiet_max, const std::function<void()>& on_event, std::stop_token stop);

  const std::string& runtime() const { return runtime_; }
  const std::string& socket() const { return socket_; }

 private:
  Result<format::Json> ask(const std::string& target);

  std::string runtime_, socket_;
  http::Client client_;
};

// Reads an answer of GET /containers/{id}/json.
Result<EngineContainer> parse_container(const format::Json& answer);
// Adds what GET /images/{id}/json says.
void parse_image(const format::Json& answer, runtime::ImageClaim& claim);

}  // namespace weir::agent
