#include "artifact/image_document.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "format/json.h"

namespace weir::artifact {
namespace {

using format::Json;

constexpr std::string_view attestation_type = "vnd.docker.reference.type";
constexpr std::array name_annotations{std::string_view("io.containerd.image.name"),
                                      std::string_view("org.opencontainers.image.ref.name")};

struct MediaTypeRow {
  std::string_view media_type;
  DocumentKind kind;
};
constexpr std::array media_types{
    MediaTypeRow{"application/vnd.oci.image.index.v1+json", DocumentKind::index},
    MediaTypeRow{"application/vnd.docker.distribution.manifest.list.v2+json", DocumentKind::index},
    MediaTypeRow{"application/vnd.oci.image.manifest.v1+json", DocumentKind::manifest},
    MediaTypeRow{"application/vnd.docker.distribution.manifest.v2+json", DocumentKind::manifest},
};

std::string platform_of(const Json& json) {
  std::string platform = fmt::format("{}/{}", json.text("os"), json.text("architecture"));
  if (!json.text("variant").empty()) platform += fmt::format("/{}", json.text("variant"));
  return platform == "/" ? "" : platform;
}

Result<Reference> read_reference(const Json& json) {
  const std::int64_t* size = json.at("size").integer();
  if (json.object() == nullptr || size == nullptr || *size < 0)
    return invalid("a reference in an image document lacks its size");
  const Sha256 digest = TRY(parse_sha256(json.text("digest")));
  const Json& annotations = json.at("annotations");
  Reference reference{.digest = digest,
                      .size = static_cast<std::uint64_t>(*size),
                      .media_type = std::string(json.text("mediaType")),
                      .platform = platform_of(json.at("platform")),
                      .attachment = !annotations.text(attestation_type).empty()};
  for (const std::string_view annotation : name_annotations)
    if (reference.name.empty()) reference.name = annotations.text(annotation);
  return reference;
}

Result<DocumentKind> kind_of(const Json& json) {
  const bool index = json.find("manifests") != nullptr;
  const bool manifest = json.find("layers") != nullptr || json.find("config") != nullptr;
  const bool config = json.find("rootfs") != nullptr;
  if (const auto* version = json.at("schemaVersion").integer(); version != nullptr && *version == 1)
    return invalid(
        "an image manifest of schema 1 names no config; push the image again with a current client");
  // A Docker config carries a member `config` of its own (the container's settings), so only `layers` tells
  // it apart.
  const bool ambiguous = index && (manifest || config);
  if (ambiguous || (config && json.find("layers") != nullptr))
    return invalid("an image document could be read as two kinds");
  if (index) return DocumentKind::index;
  if (config) return DocumentKind::config;
  if (manifest) return DocumentKind::manifest;
  return invalid("expected an image index, manifest or config");
}

Status check_media_type(const Json& json, DocumentKind kind) {
  const std::string_view said = json.text("mediaType");
  for (const MediaTypeRow& row : media_types)
    if (row.media_type == said && row.kind != kind)
      return invalid(fmt::format("an image document says it is '{}' but is shaped as {}", said,
                                 names_of(kind)[static_cast<std::size_t>(kind)]));
  return {};
}

Status read_index(const Json& json, ImageDocument& out) {
  const Json::Array* manifests = json.at("manifests").array();
  if (manifests == nullptr) return invalid("'manifests' of an image index must be an array", "manifests");
  if (manifests->size() > limits::image_documents_max)
    return Error{Errc::too_large,
                 fmt::format("an image index lists more than {} manifests", limits::image_documents_max)};
  for (const Json& manifest : *manifests) {
    Reference reference = TRY(read_reference(manifest));
    out.references.push_back(std::move(reference));
  }
  return {};
}

Status read_config(const Json& json, ImageDocument& out) {
  const Json::Array& ids = json.at("rootfs").items("diff_ids");
  if (ids.size() > limits::image_layers_max)
    return Error{Errc::too_large,
                 fmt::format("an image config lists more than {} layers", limits::image_layers_max)};
  for (const Json& id : ids) {
    if (id.string() == nullptr) return invalid("'rootfs.diff_ids' must hold digests", "rootfs.diff_ids");
    const Sha256 digest = TRY(parse_sha256(*id.string()));
    out.diff_ids.push_back(digest);
  }
  out.platform = platform_of(json);
  return {};
}

}  // namespace

Result<ImageDocument> parse_image_document(BytesView raw) {
  if (raw.size() > limits::image_document_bytes_max)
    return Error{Errc::too_large, fmt::format("an image document is larger than {} bytes",
                                              limits::image_document_bytes_max)};
  const Json json = TRY(format::parse_json(raw));
  if (json.object() == nullptr) return invalid("expected an image index, manifest or config");
  const DocumentKind kind = TRY(kind_of(json));
  TRY(check_media_type(json, kind));
  ImageDocument document{.kind = kind, .digest = crypto::sha256(raw)};
  if (kind == DocumentKind::index) {
    TRY(read_index(json, document));
  } else if (kind == DocumentKind::config) {
    TRY(read_config(json, document));
  } else {
    Reference config = TRY(read_reference(json.at("config")));
    document.references.push_back(std::move(config));
  }
  return document;
}

}  // namespace weir::artifact
