// Turns what a person calls an artifact into a fingerprint, wherever it lies: a path, an image of a container
// runtime on this host, an image in a registry. Talks to runtimes over their sockets and to registries over
// HTTP; files are read by artifact/fingerprint.h. Spelled: PATH (also "./…"), "./PATH:TAG" or "./PATH@sha256:…" of
// one of several images in a layout or archive, "docker:NAME", "podman:NAME", "registry:NAME" or
// HOST/NAME[:TAG][@sha256:…]; "sha256:…" and 64 hex digits are a fingerprint already.
#pragma once
#include <stop_token>

#include "artifact/fingerprint.h"

namespace weir::registry {

struct Places {
  std::vector<std::string> docker_sockets = {"/run/docker.sock", "/var/run/docker.sock"};
  std::vector<std::string> podman_sockets = {"/run/podman/podman.sock"};
  std::string docker_config = "";  // directory of config.json; empty: none
};
// Of this user: $DOCKER_HOST (unix), $DOCKER_CONFIG or ~/.docker, $XDG_RUNTIME_DIR/podman/podman.sock first.
Places places_of(const std::vector<std::string>& environment);

// What exists as a path is a path; a name with a registry's host goes there; any other is asked of docker,
// then of podman.
Result<artifact::Fingerprint> resolve(const std::string& what, const artifact::FingerprintOptions& options,
                                      const Places& places, std::stop_token stop = {});

}  // namespace weir::registry
