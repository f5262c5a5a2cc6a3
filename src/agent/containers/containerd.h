// Containers of containerd, in whichever namespace: its shim, which stands above each container, names namespace,
// container and socket in its command line; containerd itself names image, digests and layers.
// Source: containerd's services containers, images, content, tasks and snapshots v1 (gRPC). Safe from any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "agent/containers/identity.h"
#include "base/result.h"

namespace weir::agent {

struct ShimWords {
  std::string name_space, id, socket;
};
// `invalid` when the words aren't those of a shim.
Result<ShimWords> parse_shim_words(std::span<const std::string> words);

// Errors: unavailable (ask again), forbidden (containerd names another process), others.
Result<ContainerIdentity> identify_contained(const ShimWords& shim, std::int64_t pid, std::uint32_t user);

}  // namespace weir::agent
