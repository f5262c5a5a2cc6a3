#include "registry/resolve.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <map>

#include "registry/engine.h"
#include "registry/registry_client.h"

namespace weir::registry {
namespace {

using artifact::ArtifactKind;
using artifact::Fingerprint;

bool exists(const std::string& path) {
  struct stat stat{};
  return ::stat(path.c_str(), &stat) == 0;
}

bool looks_like_path(std::string_view what) {
  return what.starts_with('/') || what.starts_with("./") || what.starts_with("../") || what == "." ||
         what == "..";
}

// Behind a path, TAG or DIGEST of one of the images that lie there. Nobody else's name begins like a path.
struct OneOfSeveral {
  std::string path, image;
};
std::optional<OneOfSeveral> one_of_several(std::string_view what) {
  for (std::size_t at = what.find_first_of(":@"); at != what.npos; at = what.find_first_of(":@", at + 1))
    if (std::string path(what.substr(0, at)); looks_like_path(what) && at + 1 < what.size() && exists(path))
      return OneOfSeveral{std::move(path), std::string(what.substr(at + 1))};
  return std::nullopt;
}

// The first socket that is there decides; without one the runtime does not run.
Result<Fingerprint> ask_runtime(const std::vector<std::string>& sockets, std::string_view runtime,
                                const std::string& name, std::stop_token stop) {
  for (const std::string& socket : sockets)
    if (exists(socket)) return runtime_image(socket, name, stop);
  return Error{Errc::unavailable,
               fmt::format("{} has no socket here ({})", runtime, fmt::join(sockets, ", "))};
}

Result<Fingerprint> ask_registry(std::string_view name, const Places& places, std::stop_token stop) {
  const ImageReference reference = TRY(parse_reference(name));
  const Credential credential = TRY(credential_for(places.docker_config, reference.host));
  RegistryImage image = TRY(read_image(reference, credential, std::move(stop)));
  return Fingerprint{.kind = ArtifactKind::image,
                     .digest = image.digest,
                     .name = reference.name(),
                     .documents = std::move(image.documents)};
}

Result<Fingerprint> ask_all_runtimes(const std::string& name, const Places& places, std::stop_token stop) {
  auto docker = ask_runtime(places.docker_sockets, "docker", name, stop);
  if (docker.ok()) return docker;
  auto podman = ask_runtime(places.podman_sockets, "podman", name, stop);
  if (podman.ok()) return podman;
  return not_found(fmt::format("'{}' is no file, and no image known here: {}; {}", name,
                               docker.error().message, podman.error().message));
}

// podman calls each image that was made here localhost/NAME. Only what no runtime knows by that name is a registry's.
Result<Fingerprint> ask_localhost(const std::string& name, const Places& places, std::stop_token stop) {
  auto local = ask_all_runtimes(name, places, stop);
  if (local.ok()) return local;
  auto remote = ask_registry(name, places, std::move(stop));
  return !remote.ok() && remote.error().code == Errc::unavailable ? std::move(local) : std::move(remote);
}

std::optional<std::string> behind(std::string_view what, std::string_view prefix) {
  if (!what.starts_with(prefix)) return std::nullopt;
  return std::string(what.substr(prefix.size()));
}

Result<Fingerprint> find_image(const std::string& what, const Places& places, std::stop_token stop) {
  if (const auto name = behind(what, "docker:"))
    return ask_runtime(places.docker_sockets, "docker", *name, stop);
  if (const auto name = behind(what, "podman:"))
    return ask_runtime(places.podman_sockets, "podman", *name, stop);
  if (const auto name = behind(what, "registry:")) return ask_registry(*name, places, stop);
  if (what.starts_with("localhost/")) return ask_localhost(what, places, stop);
  if (names_host(what)) return ask_registry(what, places, stop);
  return ask_all_runtimes(what, places, stop);
}

std::string unix_path(std::string_view url) {
  const auto path = behind(url, "unix://");
  return path.value_or("");
}

}  // namespace

Places places_of(const std::vector<std::string>& environment) {
  std::map<std::string, std::string> set;
  for (const std::string& entry : environment)
    if (const std::size_t equal = entry.find('='); equal != std::string::npos)
      set[entry.substr(0, equal)] = entry.substr(equal + 1);
  Places places;
  if (const std::string socket = unix_path(set["DOCKER_HOST"]); !socket.empty())
    places.docker_sockets = {socket};
  if (const std::string socket = unix_path(set["CONTAINER_HOST"]); !socket.empty())
    places.podman_sockets = {socket};
  else if (!set["XDG_RUNTIME_DIR"].empty())
    places.podman_sockets.insert(places.podman_sockets.begin(),
                                 set["XDG_RUNTIME_DIR"] + "/podman/podman.sock");
  places.docker_config = set["DOCKER_CONFIG"];
  if (places.docker_config.empty() && !set["HOME"].empty()) places.docker_config = set["HOME"] + "/.docker";
  return places;
}

Result<Fingerprint> resolve(const std::string& what, const artifact::FingerprintOptions& options,
                            const Places& places, std::stop_token stop) {
  if (const auto digest = parse_sha256(what); digest.ok() && !exists(what))
    return Fingerprint{.kind = ArtifactKind::fingerprint, .digest = *digest, .name = what};
  if (const auto one = exists(what) ? std::nullopt : one_of_several(what)) {
    artifact::FingerprintOptions chosen = options;
    chosen.image = one->image;
    return artifact::fingerprint_path(one->path, chosen);
  }
  if (looks_like_path(what) || exists(what)) return artifact::fingerprint_path(what, options);
  const bool wants_tree = options.tree_rule == artifact::TreeRule::kosli || !options.excludes.empty();
  if (wants_tree || options.kind.value_or(ArtifactKind::image) != ArtifactKind::image)
    return not_found(fmt::format("'{}' is no path here", what));
  return find_image(what, places, std::move(stop));
}

}  // namespace weir::registry
