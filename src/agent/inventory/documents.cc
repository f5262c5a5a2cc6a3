#include "agent/inventory/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "agent/inventory/bounds.h"
#include "agent/shell/report_maker.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "format/json.h"
#include "format/purl.h"

namespace weir::agent {
namespace {

constexpr std::string_view head =
    R"({"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[)";
constexpr std::string_view tail = "]}";

void add_member(std::string& json, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!json.ends_with('{')) json += ',';
  format::append_json_string(json, name);
  json += ':';
  format::append_json_string(json, value);
}

std::string text_of(const InstalledPackage& package, const Distribution& distribution) {
  std::string json = R"({"type":"library")";
  add_member(json, "name", package.name);
  add_member(json, "version", package.version);
  add_member(json, "purl", purl_of(package, distribution));
  return json + '}';
}

std::string text_of(const JarComponent& jar) {
  std::string json = R"({"type":"library")";
  add_member(json, "group", jar.group);
  add_member(json, "name", jar.name);
  add_member(json, "version", jar.version);
  add_member(json, "purl", purl_of(jar));
  if (jar.digest)
    json += fmt::format(R"(,"hashes":[{{"alg":"SHA-256","content":"{}"}}])", to_hex(*jar.digest));
  json += R"(,"properties":[{"name":"weir:place")";
  add_member(json, "value", jar.place);
  if (jar.place.empty()) json += R"(,"value":"")";
  return json + "}]}";
}

// Names an archive says of itself may be anything; what is too long to be one is left out.
bool is_sane(std::string_view name, std::string_view version) {
  return !name.empty() && name.size() <= limits::name_bytes_max && version.size() <= limits::name_bytes_max;
}

// The purl's namespace: how os-release names the distribution, but where peers have agreed on another word.
std::string namespace_of(const Distribution& distribution) {
  if (distribution.id == "rhel") return "redhat";
  if (distribution.id.starts_with("opensuse")) return "opensuse";
  if (distribution.id == "mariner") return "azurelinux";
  return distribution.id;
}

std::string label_of(const Distribution& distribution) {
  return distribution.version.empty() ? distribution.id : distribution.id + '-' + distribution.version;
}

class Documents {
 public:
  explicit Documents(Survey& survey) : survey_(survey) {}
  void add(const std::string& component) {
    if (document_.size() + component.size() + tail.size() > inventory::document_bytes_max) finish();
    document_ += document_.empty() ? std::string(head) : ",";
    document_ += component;
    ++survey_.claim.components;
  }
  void finish() {
    if (document_.empty() || survey_.documents.size() == runtime::inventory_parts_max) return;
    document_ = spell_as_utf8(std::move(document_) + std::string(tail));
    survey_.claim.parts.push_back(crypto::sha256(document_));
    survey_.documents.push_back(std::exchange(document_, {}));
  }

 private:
  Survey& survey_;
  std::string document_;
};

std::size_t shard_of(std::string_view name, std::size_t shards) {
  const Sha256 digest = crypto::sha256(name);
  return (static_cast<unsigned char>(digest.view()[0]) * std::size_t{256} +
          static_cast<unsigned char>(digest.view()[1])) %
         shards;
}

}  // namespace

std::string purl_of(const InstalledPackage& package, const Distribution& distribution) {
  format::Purl purl{.type = package.form == PackageForm::deb ? "deb" : "rpm",
                    .ns = namespace_of(distribution),
                    .name = package.name,
                    .version = package.version};
  if (!package.architecture.empty()) purl.qualifiers["arch"] = package.architecture;
  if (!distribution.id.empty()) purl.qualifiers["distro"] = label_of(distribution);
  if (!package.epoch.empty() && package.epoch != "0") purl.qualifiers["epoch"] = package.epoch;
  const std::string source = package.source.empty() ? package.name : package.source;
  if (!package.source_version.empty() && package.source_version != package.version)
    purl.qualifiers["upstream"] = source + '@' + package.source_version;
  else if (source != package.name) purl.qualifiers["upstream"] = source;
  const auto built = format::build_purl(std::move(purl));
  return built.ok() ? *built : std::string();
}

std::string purl_of(const JarComponent& jar) {
  if (jar.group.empty() || jar.name.empty()) return {};
  const auto built =
      format::build_purl({.type = "maven", .ns = jar.group, .name = jar.name, .version = jar.version});
  return built.ok() ? *built : std::string();
}

Survey survey_of_packages(std::span<const InstalledPackage> packages, const Distribution& distribution,
                          Instant now) {
  Survey survey{.claim = {.distribution = label_of(distribution), .taken_at = now}, .documents = {}};
  const std::size_t shards =
      std::bit_ceil(std::max<std::size_t>(packages.size() / inventory::document_components, 1));
  std::vector<std::vector<std::string>> dealt(shards);
  for (const InstalledPackage& package : packages)
    if (is_sane(package.name, package.version))
      dealt[shard_of(package.name, shards)].push_back(text_of(package, distribution));
  Documents documents(survey);
  for (std::vector<std::string>& shard : dealt) {
    std::ranges::sort(shard);
    const auto twice = std::ranges::unique(shard);
    shard.erase(twice.begin(), twice.end());
    for (const std::string& component : shard) documents.add(component);
    documents.finish();
  }
  return survey;
}

Survey survey_of_program(std::span<const JarComponent> jars, std::vector<std::string> instances,
                         Instant now) {
  Survey survey{
      .claim = {.kind = runtime::InventoryKind::program, .instances = std::move(instances), .taken_at = now},
      .documents = {}};
  std::vector<std::string> texts;
  for (const JarComponent& jar : jars)
    if (is_sane(jar.name, jar.version)) texts.push_back(text_of(jar));
  std::ranges::sort(texts);
  const auto twice = std::ranges::unique(texts);
  texts.erase(twice.begin(), twice.end());
  Documents documents(survey);
  for (const std::string& text : texts) documents.add(text);
  documents.finish();
  return survey;
}

}  // namespace weir::agent
