#include "cli/demo_deploy.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <vector>

#include "cli/child.h"

namespace weir::cli {
namespace {

using format::Json;
using Words = std::vector<std::string>;

// How a container is started, the plainest way first. Podman on a host with both cgroup versions wants runc.
struct Way {
  std::string_view runtime, words;
};
constexpr std::array ways{
    Way{"docker", "docker run --network none"},
    Way{"podman", "podman run --network none"},
    Way{"podman",
        "podman --runtime runc run --network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024"},
};

constexpr Duration watched_within = seconds(25);  // an agent looks for runtimes every ten

// Whether an agent of the environment sees this runtime's containers.
bool is_watched(const Json& environment, std::string_view runtime) {
  for (const Json& reporter : environment.items("reporters"))
    for (const Json& source : reporter.items("sources"))
      if (source.text("watches") == "containers" && source.text("means") == runtime &&
          source.text("blind").empty())
        return true;
  return false;
}

Words split(std::string_view text) {
  Words words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    words.emplace_back(word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return words;
}

Result<Container> import_by(const std::string& runtime, const Workshop& workshop) {
  Container made{.runtime = runtime, .image = "localhost/weir-demo:" + workshop.word, .id = {}};
  const std::string root = TRY(pack_root(workshop));
  const Words import{runtime, "import", "--change", "ENTRYPOINT [\"/greeter\"]", root, made.image};
  TRY(output_of(import, workshop.directory));
  const Words inspect{runtime, "image", "inspect", "--format", "{{.Id}}", made.image};
  const std::string id = TRY(output_of(inspect, workshop.directory));
  made.id = id.starts_with("sha256:") ? id : "sha256:" + id;
  return made;
}

// Podman has nothing to be watched until it is used for the first time. An agent that sees every namespace will.
bool will_be_watched(const Json& environment, std::string_view runtime) {
  return runtime == "podman" && is_watched(environment, "cgroups");
}

bool becomes_watched(const std::string& runtime, const Ask& ask) {
  const Instant end = ask.clock->now() + watched_within;
  do {
    const Result<Json> environment = ask.environment();
    if (environment && is_watched(*environment, runtime)) return true;
    ask.wait(milliseconds(100));
  } while (ask.clock->now() < end);
  return false;
}

}  // namespace

std::optional<Container> import_image(const Json& environment, const Workshop& workshop, const Ask& ask) {
  for (const std::string runtime : {"docker", "podman"}) {
    const bool watched = is_watched(environment, runtime);
    if ((!watched && !will_be_watched(environment, runtime)) || !is_on_path(runtime)) continue;
    Result<Container> made = import_by(runtime, workshop);
    if (!made) continue;
    if (watched || becomes_watched(runtime, ask)) return std::move(made).value();
    (void)run_program({runtime, "rmi", made->image}, workshop.directory);
  }
  return std::nullopt;
}

Result<std::string> start_container(const Container& container, const Workshop& workshop) {
  const std::string name = "weir-demo-" + workshop.word;
  Error last = not_found("no way to start a container of " + container.runtime);
  for (const Way& way : ways) {
    if (way.runtime != container.runtime) continue;
    Words words = split(way.words);
    for (const std::string& word : {std::string("--detach"), "--name" + ("=" + name), container.image})
      words.push_back(word);
    const Result<std::string> started = output_of(words, workshop.directory);
    if (started) return fmt::format("{} rm -f {}", container.runtime, name);
    last = started.error();
    TRY(run_program({container.runtime, "rm", "-f", name}, workshop.directory));
  }
  return last;
}

Result<std::string> start_process(const std::string& program, const Workshop& workshop) {
  const pid_t child = TRY(start_program({program}, workshop.directory));
  return fmt::format("kill {}", child);
}

}  // namespace weir::cli
