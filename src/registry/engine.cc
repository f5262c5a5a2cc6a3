#include "registry/engine.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <thread>

#include "artifact/disk_tree.h"
#include "artifact/image_layout.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "format/json.h"
#include "http/client.h"

namespace weir::registry {
namespace {

using artifact::Fingerprint;
using artifact::OpenFile;
using format::Json;

// Names keep their slashes in the path; everything else is encoded.
std::string in_path(std::string_view name) {
  std::string path;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t slash = std::min(name.find('/', at), name.size());
    path += http::encode_percent(name.substr(at, slash - at));
    if (slash < name.size()) path += '/';
    at = slash + 1;
  }
  return path;
}

http::Client client_of(const std::string& socket) {
  return http::Client({.origin = "unix:" + socket,
                       .request_time_max = seconds(60),
                       .body_bytes_max = limits::image_document_bytes_max});
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Streams an export into the archive reader, which keeps only the documents.
Result<std::map<Bytes, Bytes>> exported_documents(const std::string& socket, const std::string& target,
                                                  std::stop_token stop) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return internal("cannot make a socket pair");
  const OpenFile reading(ends[0]);
  std::jthread writer([&, to = std::make_shared<OpenFile>(ends[1])] {
    http::Client client = client_of(socket);
    const auto hand_on = [&](std::string_view chunk) {
      return send_all(to->number(), chunk) ? http::Continue::yes : http::Continue::no;
    };
    // A failure ends the stream early, which the archive reader finds out by itself.
    [[maybe_unused]] const auto ended = client.stream_chunks({.target = target}, hand_on, stop);
    shutdown(to->number(), SHUT_WR);
  });
  auto documents = artifact::archive_documents(reading.number());
  shutdown(reading.number(), SHUT_RDWR);
  return documents;
}

// The config in what the runtime exports. Docker's form first; podman converts configs for that, but not for
// an OCI archive.
std::vector<Bytes> config_document(const std::string& socket, const std::string& name, const Sha256& config,
                                   std::stop_token stop) {
  for (const std::string& target :
       {fmt::format("/images/{}/get", in_path(name)),
        fmt::format("/v4.0.0/libpod/images/{}/get?format=oci-archive", in_path(name))}) {
    const auto documents = exported_documents(socket, target, stop);
    if (!documents.ok()) continue;
    for (const auto& [path, bytes] : *documents)
      if (crypto::sha256(bytes) == config) return {bytes};
  }
  return {};
}

std::vector<Sha256> claimed_manifests(const Json& image) {
  std::vector<Sha256> digests;
  for (const Json& said : image.items("RepoDigests")) {
    if (said.string() == nullptr) continue;
    const auto digest = parse_sha256(said.string()->substr(said.string()->find('@') + 1));
    const bool known = digest.ok() && std::find(digests.begin(), digests.end(), *digest) != digests.end();
    if (digest.ok() && !known) digests.push_back(*digest);
  }
  return digests;
}

std::string plain_name(std::string_view name) {
  const std::size_t at = name.find('@'), slash = name.rfind('/', at),
                    colon = name.find(':', slash == name.npos ? 0 : slash);
  return std::string(name.substr(0, std::min(colon, at)));
}

}  // namespace

Result<Fingerprint> runtime_image(const std::string& socket, const std::string& name, std::stop_token stop) {
  http::Client client = client_of(socket);
  const auto answer = client.send({.target = fmt::format("/images/{}/json", in_path(name))}, stop);
  if (!answer.ok()) return answer.error();
  if (answer->status == 404)
    return not_found(fmt::format("the runtime at {} holds no image '{}'", socket, name));
  const auto image = format::parse_json(answer->body);
  if (answer->status != 200 || !image.ok())
    return Error{Errc::unavailable,
                 fmt::format("the runtime at {} answered {} for image '{}'", socket, answer->status, name)};
  const auto config = parse_sha256(image->text("Id"));
  if (!config.ok())
    return invalid(fmt::format("the runtime at {} gives image '{}' no SHA-256 id", socket, name));
  return Fingerprint{.kind = artifact::ArtifactKind::image,
                     .digest = *config,
                     .name = plain_name(name),
                     .documents = config_document(socket, name, *config, stop),
                     .aliases = claimed_manifests(*image)};
}

}  // namespace weir::registry
