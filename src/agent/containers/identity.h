// What a container runtime, or the files it keeps, says about one container. A claim counts only for the process the
// runtime itself names as the container's first one; callers check that.
#pragma once
#include <optional>
#include <string>

#include "runtime/report.h"

namespace weir::agent {

struct ContainerIdentity {
  std::string id;       // the full one
  std::string runtime;  // docker, podman, containerd, cri-o
  std::optional<Instant> started_at;
  runtime::ImageClaim image;
  std::string note;     // why `image` has no digest; empty when it has
  std::optional<runtime::Settings> settings;  // none: the runtime says nothing of them
  std::optional<std::vector<std::string>> published;  // ports, as in runtime::Exposure; none: it says nothing
  bool rootless = false;  // claimed by a runtime that runs as an ordinary user
};

}  // namespace weir::agent
