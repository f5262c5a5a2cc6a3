#include "evidence/components.h"

#include <fmt/format.h>

#include <algorithm>

#include "evidence/document.h"
#include "format/xml.h"

namespace weir::evidence {
namespace {

using format::Json;

void add(Components& all, std::string component, std::string version) {
  std::vector<std::string>& versions = all[std::move(component)];
  const auto at = std::lower_bound(versions.begin(), versions.end(), version);
  if (at == versions.end() || *at != version) versions.insert(at, std::move(version));
}

// "pkg:npm/%40acme/left-pad@1.3.0?arch=any#src" → "pkg:npm/%40acme/left-pad"; a scope's own "@" is encoded or stands
// before the last slash.
std::string_view without_version(std::string_view purl) {
  purl = purl.substr(0, purl.find_first_of("?#"));
  const std::size_t at = purl.rfind('@'), slash = purl.rfind('/');
  return at == purl.npos || (slash != purl.npos && at < slash) ? purl : purl.substr(0, at);
}

void add_named(Components& all, std::string_view purl, std::string_view type, std::string_view group,
               std::string_view name, std::string_view version) {
  if (!purl.empty()) return add(all, std::string(without_version(purl)), std::string(version));
  if (name.empty()) return;
  const std::string whole = group.empty() ? std::string(name) : fmt::format("{}/{}", group, name);
  add(all, type.empty() ? whole : fmt::format("{}:{}", type, whole), std::string(version));
}

void add_cyclonedx(Components& all, const Json::Array& components) {
  for (const Json& each : components) {
    if (each.object() == nullptr) continue;
    add_named(all, each.text("purl"), each.text("type"), each.text("group"), each.text("name"),
              each.text("version"));
    add_cyclonedx(all, each.items("components"));
  }
}

void add_cyclonedx(Components& all, const pugi::xml_node& components) {
  const auto text = [](const pugi::xml_node& of, std::string_view name) {
    return std::string_view(format::child_named(of, name).child_value());
  };
  for (const pugi::xml_node& each : components) {
    if (format::local_name(each) != "component") continue;
    add_named(all, text(each, "purl"), format::attribute(each, "type"), text(each, "group"),
              text(each, "name"), text(each, "version"));
    add_cyclonedx(all, format::child_named(each, "components"));
  }
}

std::string_view purl_of(const Json& package) {
  for (const Json& reference : package.items("externalRefs"))
    if (reference.text("referenceType") == "purl") return reference.text("referenceLocator");
  return {};
}

void add_spdx_2(Components& all, const Json& json) {
  for (const Json& package : json.items("packages"))
    if (package.object() != nullptr)
      add_named(all, purl_of(package), "", "", package.text("name"), package.text("versionInfo"));
}

void add_spdx_3(Components& all, const Json& json) {
  for (const Json& element : json.items("@graph")) {
    const std::string_view type = element.text("type").empty() ? element.text("@type") : element.text("type");
    if (type != "software_Package") continue;
    std::string_view purl = element.text("software_packageUrl");
    for (const Json& identifier : element.items("externalIdentifier"))
      if (purl.empty() && identifier.text("externalIdentifierType") == "packageUrl")
        purl = identifier.text("identifier");
    add_named(all, purl, "", "", element.text("name"), element.text("software_packageVersion"));
  }
}

}  // namespace

Result<Components> read_components(BytesView content) {
  Components all;
  const BytesView text = without_mark(content);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '<') {
    const format::XmlDocument document = TRY(format::XmlDocument::parse(content));
    if (format::local_name(document.root()) != "bom") return invalid("expected CycloneDX XML with a <bom>");
    add_cyclonedx(all, format::child_named(document.root(), "components"));
    return all;
  }
  const Json json = TRY(read_json(content));
  if (json.text("bomFormat") == "CycloneDX") add_cyclonedx(all, json.items("components"));
  else if (json.text("spdxVersion").starts_with("SPDX-2.")) add_spdx_2(all, json);
  else if (json.find("@graph") != nullptr) add_spdx_3(all, json);
  else return invalid("expected CycloneDX, or SPDX in JSON");
  return all;
}

}  // namespace weir::evidence
