// Whether a container runtime answers for what runs in a mount namespace. Only an image that a runtime names can hold a
// program: anybody may make himself a root directory, the layers of an overlay below it, and a control group with a
// container's name. Who asks may be early: the runtime is asked about a container moments after its first program ran.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "agent/processes/process_facts.h"

namespace weir::agent {

struct Admission {
  enum class By {
    unseen,   // no container is known in that namespace: it is very young, or gone
    asked,    // one is, and the runtimes are being asked
    runtime,  // a runtime answers for it
    nobody,   // none does
  };
  By by = By::nobody;
  std::int64_t pid = 0;  // the container's first process
  HostRoot root;         // its root directory
  std::string container, runtime;  // its full id, and who answers
};

// Cheap, from any thread. None: no containers are watched, so nobody answers for any.
using FindAdmission = std::function<Admission(std::uint64_t mount_namespace)>;

}  // namespace weir::agent
