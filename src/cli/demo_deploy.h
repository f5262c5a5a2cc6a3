// Where the demo's program is put to run: a container of docker or podman, when this host's agent sees its
// containers and its command can run one; else a process. What it starts keeps running when the demo ends.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "cli/demo_workshop.h"
#include "format/json.h"

namespace weir::cli {

struct Container {
  std::string runtime;  // docker or podman
  std::string image;    // its name
  std::string id;       // "sha256:…" of its config
};

// How the environment is asked for once more, and the time meanwhile.
struct Ask {
  std::function<Result<format::Json>()> environment;
  std::function<void(Duration)> wait;
  const Clock* clock = nullptr;
};

// An image of the program in the store of a watched runtime, or of podman, which an agent only begins to watch when it
// is used for the first time; `environment` as the API answers it. None without one.
std::optional<Container> import_image(const format::Json& environment, const Workshop& workshop, const Ask& ask);

// How to end what was started: "podman rm -f NAME", "kill PID".
Result<std::string> start_container(const Container& container, const Workshop& workshop);
Result<std::string> start_process(const std::string& program, const Workshop& workshop);

}  // namespace weir::cli
