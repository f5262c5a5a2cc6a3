// Images a container runtime on this host holds, asked through the Engine API on its socket (docker, and
// podman's compatible service). The digest is the config's, which is what the runtime reports when it runs
// the image.
// Source: Docker Engine API 1.40; podman 4 compatible API. Belongs to one thread.
#pragma once
#include <stop_token>
#include <string>

#include "artifact/fingerprint.h"

namespace weir::registry {

// not_found: the runtime knows no such image; unavailable: nobody answers at the socket. The config's
// document is fetched out of the runtime's export and left out when that does not hold the very bytes; the
// digests of manifests the runtime claims (RepoDigests) become aliases.
Result<artifact::Fingerprint> runtime_image(const std::string& socket, const std::string& name,
                                            std::stop_token stop = {});

}  // namespace weir::registry
