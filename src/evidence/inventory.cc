#include "evidence/inventory.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "evidence/document.h"
#include "evidence/sbom.h"
#include "format/xml.h"

namespace weir::evidence {
namespace {

using format::Json;

void note_system(Inventory& inventory, std::string_view name, std::string_view version) {
  if (inventory.system.name.empty()) inventory.system = {std::string(name), std::string(version)};
}

std::string whole_name(std::string_view group, std::string_view name) {
  return group.empty() ? std::string(name) : fmt::format("{}/{}", group, name);
}

// trivy says it as aquasecurity:trivy:SrcName, syft as syft:metadata:source.
std::string source_of(const Json& component) {
  std::string name, version;
  for (const Json& property : component.items("properties")) {
    const std::string_view key = property.text("name"), value = property.text("value");
    if (key.ends_with(":SrcName") || key == "syft:metadata:source" || key == "syft:metadata:originPackage")
      name = value;
    if (key.ends_with(":SrcVersion") || key == "syft:metadata:sourceVersion") version = value;
  }
  return name.empty() || version.empty() ? name : fmt::format("{}@{}", name, version);
}

void add_cyclonedx(Inventory& inventory, const Json::Array& components) {
  for (const Json& each : components) {
    if (each.object() == nullptr) continue;
    if (each.text("type") == "operating-system")
      note_system(inventory, each.text("name"), each.text("version"));
    inventory.items.push_back({whole_name(each.text("group"), each.text("name")),
                               std::string(each.text("version")), std::string(each.text("purl")),
                               source_of(each)});
    add_cyclonedx(inventory, each.items("components"));
  }
}

void add_cyclonedx(Inventory& inventory, const pugi::xml_node& components) {
  const auto text = [](const pugi::xml_node& of, std::string_view name) {
    return std::string(format::child_named(of, name).child_value());
  };
  for (const pugi::xml_node& each : components) {
    if (format::local_name(each) != "component") continue;
    if (format::attribute(each, "type") == "operating-system")
      note_system(inventory, text(each, "name"), text(each, "version"));
    inventory.items.push_back(
        {whole_name(text(each, "group"), text(each, "name")), text(each, "version"), text(each, "purl")});
    add_cyclonedx(inventory, format::child_named(each, "components"));
  }
}

std::string_view purl_of(const Json& package) {
  for (const Json& reference : package.items("externalRefs"))
    if (reference.text("referenceType") == "purl") return reference.text("referenceLocator");
  return {};
}

std::string_view source_info(const Json& package) {
  const std::string_view text = package.text("sourceInfo");
  return text.starts_with("built package from: ") ? text : std::string_view();
}

void add_spdx_2(Inventory& inventory, const Json& json) {
  for (const Json& package : json.items("packages")) {
    if (package.object() == nullptr) continue;
    const std::string_view id = package.text("SPDXID");
    if (package.text("primaryPackagePurpose") == "OPERATING-SYSTEM" ||
        id.starts_with("SPDXRef-OperatingSystem"))
      note_system(inventory, package.text("name"), package.text("versionInfo"));
    inventory.items.push_back({std::string(package.text("name")), std::string(package.text("versionInfo")),
                               std::string(purl_of(package)), std::string(source_info(package))});
  }
}

void add_spdx_3(Inventory& inventory, const Json& json) {
  for (const Json& element : json.items("@graph")) {
    const std::string_view type = element.text("type").empty() ? element.text("@type") : element.text("type");
    if (type != "software_Package") continue;
    std::string_view purl = element.text("software_packageUrl");
    for (const Json& identifier : element.items("externalIdentifier"))
      if (purl.empty() && identifier.text("externalIdentifierType") == "packageUrl")
        purl = identifier.text("identifier");
    if (element.text("software_primaryPurpose") == "operatingSystem")
      note_system(inventory, element.text("name"), element.text("software_packageVersion"));
    inventory.items.push_back({std::string(element.text("name")),
                               std::string(element.text("software_packageVersion")), std::string(purl),
                               std::string(element.text("software_sourceInfo"))});
  }
}

Result<Inventory> bounded(Inventory inventory) {
  if (inventory.items.size() > limits::evidence_records_max)
    return Error{Errc::too_large, fmt::format("more than {} components", limits::evidence_records_max)};
  return inventory;
}

Result<Inventory> read_tags(BytesView text) {
  Inventory inventory;
  std::vector<Component> components = TRY(components_of_spdx(text));
  for (Component& each : components)
    inventory.items.push_back({std::move(each.name), std::move(each.version), std::move(each.purl)});
  return bounded(std::move(inventory));
}

}  // namespace

Result<Inventory> read_inventory(BytesView content) {
  Inventory inventory;
  const BytesView text = without_mark(content);
  if (text.starts_with("SPDXVersion:")) return read_tags(text);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '<') {
    const format::XmlDocument document = TRY(format::XmlDocument::parse(content));
    if (format::local_name(document.root()) != "bom") return invalid("expected CycloneDX XML with a <bom>");
    add_cyclonedx(inventory, format::child_named(document.root(), "components"));
    return bounded(std::move(inventory));
  }
  const Json json = TRY(read_json(content));
  if (json.text("bomFormat") == "CycloneDX") add_cyclonedx(inventory, json.items("components"));
  else if (json.text("spdxVersion").starts_with("SPDX-2.")) add_spdx_2(inventory, json);
  else if (json.find("@graph") != nullptr) add_spdx_3(inventory, json);
  else return invalid("expected CycloneDX, or SPDX in JSON or tag-value");
  return bounded(std::move(inventory));
}

}  // namespace weir::evidence
