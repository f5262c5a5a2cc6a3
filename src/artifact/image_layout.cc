#include "artifact/image_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "artifact/image_document.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "format/json.h"

namespace weir::artifact {
namespace {

using format::Json;

constexpr std::array config_types{std::string_view("application/vnd.oci.image.config.v1+json"),
                                  std::string_view("application/vnd.docker.container.image.v1+json")};

std::string blob_path(const Sha256& digest) { return "blobs/sha256/" + to_hex(digest); }

Result<Bytes> read_blob(const ReadDocument& read, const Sha256& digest) {
  Bytes bytes = TRY(read(blob_path(digest)));
  if (crypto::sha256(bytes) != digest)
    return invalid(fmt::format("'{}' does not hold the content of its name", blob_path(digest)));
  return bytes;
}

// "v1" and "registry/app:v1" pick "registry/app:v1"; the name alone picks by equality.
bool is_named(std::string_view name, std::string_view wanted) {
  return name == wanted || name.ends_with(fmt::format(":{}", wanted));
}

Error choose_one(std::string_view image, const std::vector<std::string>& names) {
  const std::string held = fmt::format("it holds {}", fmt::join(names, ", "));
  if (image.empty())
    return invalid(fmt::format("several images lie there; say which, as in ./PATH:TAG; {}", held));
  return not_found(fmt::format("no image '{}' lies there; {}", image, held));
}

class Collector {
 public:
  explicit Collector(const FetchDocument& fetch) : fetch_(fetch) {}

  Status add(Bytes raw) {
    const ImageDocument document = TRY(parse_image_document(raw));
    if (!seen_.insert(document.digest).second) return {};
    if (documents_.size() >= limits::image_documents_max)
      return Error{Errc::too_large,
                   fmt::format("an image has more than {} documents", limits::image_documents_max)};
    documents_.push_back(std::move(raw));
    for (const Reference& reference : document.references) TRY(follow(reference, document.kind));
    return {};
  }

  std::vector<Bytes> take() { return std::move(documents_); }

 private:
  Status follow(const Reference& reference, DocumentKind parent) {
    const bool config = parent == DocumentKind::manifest;
    const bool is_image =
        std::find(config_types.begin(), config_types.end(), reference.media_type) != config_types.end();
    if (reference.attachment || (config && !is_image)) return {};
    auto fetched = fetch_(reference.digest, config ? Named::config : Named::manifest);
    if (!fetched.ok()) return fetched.error().code == Errc::not_found ? Status() : Status(fetched.error());
    if (crypto::sha256(*fetched) != reference.digest)
      return invalid(
          fmt::format("the document {} was answered with other bytes", to_string(reference.digest)));
    return add(std::move(*fetched));
  }

  const FetchDocument& fetch_;
  std::vector<Bytes> documents_;
  std::set<Sha256> seen_;
};

}  // namespace

Result<std::vector<Bytes>> collect_documents(Bytes root, const FetchDocument& fetch) {
  Collector collector(fetch);
  TRY(collector.add(std::move(root)));
  return collector.take();
}

Result<StoredImage> read_oci_layout(const ReadDocument& read, std::string_view image) {
  const Bytes raw = TRY(read("index.json"));
  const ImageDocument index = TRY(parse_image_document(raw));
  if (index.kind != DocumentKind::index) return invalid("'index.json' of an OCI layout must be an index");
  std::vector<const Reference*> fitting;
  std::vector<std::string> names;
  for (const Reference& reference : index.references) {
    names.push_back(fmt::format("'{}' ({})", reference.name, to_string(reference.digest)));
    const bool fits =
        image.empty() || is_named(reference.name, image) || to_string(reference.digest) == image;
    const bool known =
        std::any_of(fitting.begin(), fitting.end(), [&](auto* f) { return f->digest == reference.digest; });
    if (fits && !known) fitting.push_back(&reference);
  }
  if (fitting.size() != 1) return choose_one(image, names);
  Bytes root = TRY(read_blob(read, fitting[0]->digest));
  StoredImage stored{.digest = fitting[0]->digest, .name = fitting[0]->name};
  stored.documents = TRY(collect_documents(std::move(root), [&](const Sha256& digest, Named) {
    return read_blob(read, digest);
  }));
  return stored;
}

Result<StoredImage> read_docker_archive(const ReadDocument& read, std::string_view image) {
  const Bytes raw = TRY(read("manifest.json"));
  const Json json = TRY(format::parse_json(raw));
  if (json.array() == nullptr) return invalid("'manifest.json' of a docker-archive must be an array");
  const Json* found = nullptr;
  std::vector<std::string> names;
  std::size_t fitting = 0;
  for (const Json& entry : *json.array()) {
    bool fits = image.empty();
    for (const Json& tag : entry.items("RepoTags")) {
      if (tag.string() == nullptr) continue;
      names.push_back(fmt::format("'{}'", *tag.string()));
      fits = fits || is_named(*tag.string(), image);
    }
    if (fits && ++fitting == 1) found = &entry;
  }
  if (fitting != 1) return choose_one(image, names);
  const std::string path(found->text("Config"));
  const Bytes config = TRY(read(path));
  const ImageDocument document = TRY(parse_image_document(config));
  const std::string named = path.substr(path.rfind('/') + 1).substr(0, 64);
  if (document.kind != DocumentKind::config || to_hex(document.digest) != named)
    return invalid(fmt::format("'{}' does not hold the content of its name", path));
  const Json::Array& tags = found->items("RepoTags");
  return StoredImage{.digest = document.digest,
                     .name = tags.empty() || tags[0].string() == nullptr ? "" : *tags[0].string(),
                     .documents = {config}};
}

Result<StoredImage> read_stored_image(const ReadDocument& read, std::string_view image) {
  const auto has = [&](std::string_view path) { return read(path).ok(); };
  if (has("oci-layout") && has("index.json")) return read_oci_layout(read, image);
  if (has("manifest.json")) return read_docker_archive(read, image);
  return not_found("no OCI layout and no docker-archive");
}

}  // namespace weir::artifact
