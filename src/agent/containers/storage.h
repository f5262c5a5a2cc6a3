// Containers of podman and CRI-O, read from what they leave on disk, because podman has no daemon to ask: conmon, which
// stands above each container, names container, bundle and pid file in its command line; the store beside the bundle
// names the image; the image's configuration is found by its digest and checked against it.
// Source: containers/storage (containers.json, <driver>-images), conmon(8). Only reads. Safe from any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "agent/containers/identity.h"
#include "base/result.h"

namespace weir::agent {

struct ConmonWords {
  std::string id, bundle, pid_file;
};
// `invalid` when the words aren't those of a conmon that keeps a container.
Result<ConmonWords> parse_conmon_words(std::span<const std::string> words);

// What the store says of the container whose first process is `pid`, kept by a conmon of `user`.
// Errors: unavailable (not written yet; ask again), forbidden (pid file or store don't fit pid or user), others.
Result<ContainerIdentity> identify_stored(const ConmonWords& conmon, std::int64_t pid, std::uint32_t user);

// The image's digests from its folder in the store: config proved by its digest, manifests by theirs.
runtime::ImageClaim claim_of_stored_image(const std::string& images_folder, const std::string& image_id);

}  // namespace weir::agent
