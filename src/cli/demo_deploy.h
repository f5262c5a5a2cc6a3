// Where the demo's program is put to run: a container of docker or podman, when this host's agent sees its
// containers and its command can run one; else a process. What it starts keeps running when the demo ends.
#pragma once
#include <optional>
#include <string>

#include "cli/demo_workshop.h"
#include "format/json.h"

namespace weir::cli {

struct Container {
  std::string runtime;  // docker or podman
  std::string image;    // its name
  std::string id;       // "sha256:…" of its config
};

// An image of the program in the store of a watched runtime; `environment` as the API answers it. None
// without one.
std::optional<Container> import_image(const format::Json& environment, const Workshop& workshop);

// How to end what was started: "podman rm -f NAME", "kill PID".
Result<std::string> start_container(const Container& container, const Workshop& workshop);
Result<std::string> start_process(const std::string& program, const Workshop& workshop);

}  // namespace weir::cli
