#include "agent/containers/containerd.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "agent/containers/grpc.h"
#include "agent/containers/protobuf.h"
#include "agent/containers/settings.h"
#include "crypto/digest.h"
#include "format/json.h"

namespace weir::agent {
namespace {

using format::Json;

constexpr std::size_t manifests_of_index_max = 64;

// One containerd, asked about one namespace.
struct Containerd {
  std::string socket, name_space;

  Result<Bytes> call(std::string_view service, std::string_view method, Bytes request) const {
    const std::vector<Bytes> messages =
        TRY(call_grpc({.socket = socket,
                       .method = fmt::format("/containerd.services.{}/{}", service, method),
                       .metadata = {{"containerd-namespace", name_space}},
                       .request = std::move(request)}));
    Bytes joined;  // a message sent in pieces is the sum of its fields
    for (const Bytes& message : messages) joined += message;
    return joined;
  }
};

// The field at the end of a path of message fields, the last one when repeated; empty when absent.
Result<protobuf::Field> field_at(BytesView message, std::initializer_list<std::uint32_t> path) {
  protobuf::Field found{.bytes = message};
  for (const std::uint32_t number : path) {
    protobuf::Field next{.number = number};
    for (const protobuf::Field& field : TRY(protobuf::read_message(found.bytes)))
      if (field.number == number) next = field;
    found = next;
  }
  return found;
}

Result<std::string> text_at(BytesView message, std::initializer_list<std::uint32_t> path) {
  const protobuf::Field field = TRY(field_at(message, path));
  return std::string(field.bytes);
}

Bytes request_of(std::string_view first, std::string_view second = {}) {
  Bytes request;
  protobuf::append_text(request, 1, first);
  protobuf::append_text(request, 2, second);
  return request;
}

Result<Json> read_document(const Containerd& containerd, const Sha256& digest) {
  const Bytes pieces = TRY(containerd.call("content.v1.Content", "Read", request_of(to_string(digest))));
  Bytes content;
  for (const protobuf::Field& field : TRY(protobuf::read_message(pieces)))
    if (field.number == 2) content += field.bytes;
  if (crypto::sha256(content) != digest)
    return Error{Errc::corrupt, to_string(digest) + " has other content"};
  return format::parse_json(content);
}

// The name of the unpacked layers: SHA-256 over the chain, each link "<chain> <diff id>" (OCI image-spec, ChainID).
std::string chain_of(const std::vector<Sha256>& layers) {
  if (layers.empty()) return "";
  Sha256 chain = layers.front();
  for (std::size_t i = 1; i < layers.size(); ++i)
    chain = crypto::sha256(to_string(chain) + " " + to_string(layers[i]));
  return to_string(chain);
}

// A manifest and what hangs below it; `not_found` unless its layers are those the container stands on.
Result<runtime::ImageClaim> claim_of_manifest(const Containerd& containerd, const Sha256& manifest,
                                              std::string_view parent) {
  const Json document = TRY(read_document(containerd, manifest));
  const Sha256 config = TRY(parse_sha256(document.at("config").text("digest")));
  const Json image = TRY(read_document(containerd, config));
  runtime::ImageClaim claim{.config = config, .manifests = {manifest}};
  for (const Json& layer : image.at("rootfs").items("diff_ids"))
    claim.layers.push_back(TRY(parse_sha256(layer.string() ? *layer.string() : "")));
  if (!parent.empty() && chain_of(claim.layers) != parent)
    return not_found("other layers than the container's");
  return claim;
}

Result<runtime::ImageClaim> claim_of_target(const Containerd& containerd, const Sha256& target,
                                            std::string_view parent) {
  const Json document = TRY(read_document(containerd, target));
  if (document.find("manifests") == nullptr) return claim_of_manifest(containerd, target, parent);
  std::size_t looked = 0;
  for (const Json& entry : document.items("manifests")) {
    const auto manifest = parse_sha256(entry.text("digest"));
    if (!manifest || ++looked > manifests_of_index_max) continue;
    auto claim = claim_of_manifest(containerd, *manifest, parent);
    if (!claim) continue;  // of another platform, not here
    claim->manifests.push_back(target);
    return claim;
  }
  return not_found("other layers than the container's");
}

// Fills in the image, or says why it can't.
void add_image(const Containerd& containerd, std::string_view parent, ContainerIdentity& identity) {
  const auto answer = containerd.call("images.v1.Images", "Get", request_of(identity.image.reference));
  const auto target_text = answer ? text_at(*answer, {1, 3, 2}) : Result<std::string>(answer.error());
  const auto target = target_text ? parse_sha256(*target_text) : Result<Sha256>(target_text.error());
  if (!target) {
    identity.note = "containerd no longer knows the image by its name";
    return;
  }
  auto claim = claim_of_target(containerd, *target, parent);
  if (!claim) {
    identity.note = "the image's name now stands for other content than the container was made from";
    return;
  }
  claim->reference = identity.image.reference;
  identity.image = std::move(*claim);
}

Status check_socket(const std::string& path, std::uint32_t user) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return Error{Errc::unavailable, path + " is not there"};
  if (found.st_uid == 0 || found.st_uid == user) return {};
  return Error{Errc::forbidden, fmt::format("{} belongs to user {}", path, found.st_uid)};
}

}  // namespace

Result<ShimWords> parse_shim_words(std::span<const std::string> words) {
  ShimWords found;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i] == "-namespace") found.name_space = words[i + 1];
    if (words[i] == "-id") found.id = words[i + 1];
    if (words[i] == "-address") found.socket = words[i + 1];
  }
  if (found.name_space.empty() || found.id.empty() || found.socket.empty())
    return invalid("a shim without namespace, id or address");
  return found;
}

Result<ContainerIdentity> identify_contained(const ShimWords& shim, std::int64_t pid, std::uint32_t user) {
  TRY(check_socket(shim.socket, user));
  const Containerd containerd{shim.socket, shim.name_space};
  const Bytes task = TRY(containerd.call("tasks.v1.Tasks", "Get", request_of(shim.id)));
  const protobuf::Field task_pid = TRY(field_at(task, {1, 3}));
  if (task_pid.integer != static_cast<std::uint64_t>(pid))
    return Error{Errc::forbidden, fmt::format("containerd names process {}, not {}", task_pid.integer, pid)};

  const Bytes container = TRY(containerd.call("containers.v1.Containers", "Get", request_of(shim.id)));
  ContainerIdentity identity{.id = shim.id, .runtime = "containerd"};
  identity.rootless = user != 0;
  if (const auto spec = text_at(container, {1, 5, 2}); spec)  // an Any: type, then JSON
    if (const auto read = format::parse_json(*spec); read)
      identity.settings = settings_of_spec(*read, {.container = shim.id});
  identity.image.reference = TRY(text_at(container, {1, 3}));
  if (identity.image.reference.empty()) {
    identity.note = "the container was made from a directory, not from an image";
    return identity;
  }
  const std::string snapshotter = TRY(text_at(container, {1, 6}));
  const std::string snapshot = TRY(text_at(container, {1, 7}));
  std::string parent;
  if (const auto info = containerd.call("snapshots.v1.Snapshots", "Stat", request_of(snapshotter, snapshot));
      info)
    parent = TRY(text_at(*info, {1, 2}));
  add_image(containerd, parent, identity);
  return identity;
}

}  // namespace weir::agent
