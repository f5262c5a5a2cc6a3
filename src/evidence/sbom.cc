#include "evidence/sbom.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "evidence/document.h"
#include "format/utf8.h"
#include "format/xml.h"

namespace weir::evidence {
namespace {

using format::Json;

constexpr std::size_t purl_bytes_max = 1024;

// A package URL is longer than what facts carry, and worth nothing when it is cut.
std::string purl_text(std::string_view purl) {
  const bool plain = purl.size() <= purl_bytes_max && std::all_of(purl.begin(), purl.end(), [](char c) {
                       return c > 0x20 && c < 0x7F;
                     });
  return plain ? std::string(purl) : fact_text(purl);
}

struct Bill {
  std::string_view format;
  std::string spec_version, serial, subject;
  std::int64_t components = 0, with_purl = 0;
  std::vector<Component>* listed = nullptr;  // where somebody wants them all

  void add(std::string_view name, std::string_view version, std::string_view purl) {
    ++components;
    with_purl += purl.empty() ? 0 : 1;
    if (listed != nullptr && listed->size() < limits::evidence_records_max)
      listed->push_back({fact_text(name), purl_text(purl), fact_text(version)});
  }
};

Result<Summary> summary_of(const Bill& bill) {
  if (bill.components > static_cast<std::int64_t>(limits::evidence_records_max))
    return Error{Errc::too_large, fmt::format("more than {} components", limits::evidence_records_max)};
  std::optional<bool> compliant;
  if (bill.components > 0) compliant = true;
  return Summary{.type = "sbom",
                 .compliant = compliant,
                 .facts = Json::object({{"format", bill.format},
                                        {"spec_version", fact_text(bill.spec_version)},
                                        {"serial", fact_text(bill.serial)},
                                        {"subject", fact_text(bill.subject)},
                                        {"components", bill.components},
                                        {"with_purl", bill.with_purl}})};
}

std::string named(std::string_view name, std::string_view version) {
  return version.empty() ? std::string(name) : fmt::format("{} {}", name, version);
}

// Components hold components; the depth is bounded by the reader.
void add_components(Bill& bill, const Json::Array& components) {
  for (const Json& component : components) {
    if (component.object() == nullptr) continue;
    bill.add(component.text("name"), component.text("version"), component.text("purl"));
    add_components(bill, component.items("components"));
  }
}

void add_components(Bill& bill, const pugi::xml_node& components) {
  for (const pugi::xml_node& component : components) {
    if (format::local_name(component) != "component") continue;
    bill.add(format::child_named(component, "name").child_value(),
             format::child_named(component, "version").child_value(),
             format::child_named(component, "purl").child_value());
    add_components(bill, format::child_named(component, "components"));
  }
}

Status read_cyclonedx_xml(Bill& bill, BytesView content) {
  const format::XmlDocument document = TRY(format::XmlDocument::parse(content));
  const pugi::xml_node root = document.root();
  constexpr std::string_view space = "http://cyclonedx.org/schema/bom/";
  std::string_view version;
  for (const pugi::xml_attribute& attribute : root.attributes())
    if (std::string_view(attribute.value()).starts_with(space))
      version = std::string_view(attribute.value()).substr(space.size());
  if (format::local_name(root) != "bom" || version.empty())
    return invalid("expected CycloneDX XML with a <bom> of its namespace");
  const pugi::xml_node subject = format::child_named(format::child_named(root, "metadata"), "component");
  bill.format = "cyclonedx";
  bill.spec_version = std::string(version);
  bill.serial = std::string(format::attribute(root, "serialNumber"));
  bill.subject = named(format::child_named(subject, "name").child_value(),
                       format::child_named(subject, "version").child_value());
  add_components(bill, format::child_named(root, "components"));
  return {};
}

std::string_view purl_of(const Json& package) {
  for (const Json& reference : package.items("externalRefs"))
    if (reference.text("referenceType") == "purl") return reference.text("referenceLocator");
  return "";
}

Status read_spdx_2(Bill& bill, const Json& json) {
  const Json* packages = json.find("packages");
  if (packages != nullptr && packages->array() == nullptr)
    return invalid("'packages' of an SPDX document must be an array", "packages");
  bill.spec_version = std::string(json.text("spdxVersion").substr(5));
  bill.serial = std::string(json.text("documentNamespace"));
  bill.subject = std::string(json.text("name"));
  for (const Json& package : json.items("packages"))
    if (package.object() != nullptr)
      bill.add(package.text("name"), package.text("versionInfo"), purl_of(package));
  return {};
}

std::string_view type_of(const Json& element) {
  return element.text("type").empty() ? element.text("@type") : element.text("type");
}

std::string_view purl_of_3(const Json& package) {
  if (!package.text("software_packageUrl").empty()) return package.text("software_packageUrl");
  for (const Json& identifier : package.items("externalIdentifier"))
    if (identifier.text("externalIdentifierType") == "packageUrl") return identifier.text("identifier");
  return "";
}

Status read_spdx_3(Bill& bill, const Json& json) {
  const Json* graph = json.find("@graph");
  if (graph != nullptr && graph->array() == nullptr) return invalid("'@graph' must be an array", "@graph");
  const Json::Array single{json};
  for (const Json& element : graph != nullptr ? *graph->array() : single) {
    const std::string_view type = type_of(element);
    if (type == "software_Package")
      bill.add(element.text("name"), element.text("software_packageVersion"), purl_of_3(element));
    if (type == "CreationInfo") bill.spec_version = element.text("specVersion");
    if (type == "SpdxDocument") {
      bill.serial = element.text("spdxId");
      bill.subject = element.text("name");
    }
  }
  if (bill.spec_version.empty()) bill.spec_version = "3.0";
  return {};
}

struct TaggedPackage {
  std::string_view name, version, purl;
};

// "Tag: value" a line; what stands between <text> and </text> is free text.
Status read_spdx_tags(Bill& bill, BytesView content) {
  if (!format::is_utf8(content)) return invalid("expected UTF-8");
  bool text = false;
  std::optional<TaggedPackage> package;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool was_text = text;
    if (line.find("<text>") != line.npos) text = true;
    if (line.find("</text>") != line.npos) text = false;
    const std::size_t colon = line.find(": ");
    if (was_text || colon == line.npos) continue;
    const std::string_view tag = line.substr(0, colon), value = line.substr(colon + 2);
    if (tag == "SPDXVersion" && value.starts_with("SPDX-")) bill.spec_version = value.substr(5);
    if (tag == "DocumentNamespace") bill.serial = value;
    if (tag == "DocumentName") bill.subject = value;
    if (tag == "PackageName") {
      if (package) bill.add(package->name, package->version, package->purl);
      package = TaggedPackage{.name = value};
    }
    if (!package) continue;
    if (tag == "PackageVersion") package->version = value;
    if (const std::size_t at = value.find(" purl "); tag == "ExternalRef" && at != value.npos)
      package->purl = value.substr(at + 6);
  }
  if (package) bill.add(package->name, package->version, package->purl);
  if (bill.spec_version.empty()) return invalid("expected SPDX tags with SPDXVersion");
  return {};
}

Status read_cyclonedx(Bill& bill, BytesView content) {
  const std::size_t first = without_mark(content).find_first_not_of(" \t\r\n");
  if (first == content.npos || without_mark(content)[first] != '{') return read_cyclonedx_xml(bill, content);
  const Json json = TRY(read_json(content));
  if (json.text("bomFormat") != "CycloneDX")
    return invalid("expected CycloneDX with bomFormat 'CycloneDX'", "bomFormat");
  for (const std::string_view list : {"components", "services"})
    if (const Json* found = json.find(list); found != nullptr && found->array() == nullptr)
      return invalid(fmt::format("'{}' must be an array", list), std::string(list));
  const Json& subject = json.at("metadata").at("component");
  bill.format = "cyclonedx";
  bill.spec_version = std::string(json.text("specVersion"));
  bill.serial = std::string(json.text("serialNumber"));
  bill.subject = named(subject.text("name"), subject.text("version"));
  add_components(bill, json.items("components"));
  return {};
}

Status read_spdx(Bill& bill, BytesView content) {
  bill.format = "spdx";
  const BytesView text = without_mark(content);
  if (text.starts_with("SPDXVersion:")) return read_spdx_tags(bill, text);
  const Json json = TRY(read_json(content));
  if (json.text("spdxVersion").starts_with("SPDX-2.")) return read_spdx_2(bill, json);
  if (json.find("@graph") != nullptr || json.find("@context") != nullptr) return read_spdx_3(bill, json);
  return invalid("expected SPDX 2.x ('spdxVersion') or SPDX 3.0 ('@context')");
}

}  // namespace

Result<Summary> summarise_cyclonedx(BytesView content) {
  Bill bill;
  TRY(read_cyclonedx(bill, content));
  return summary_of(bill);
}

Result<Summary> summarise_spdx(BytesView content) {
  Bill bill;
  TRY(read_spdx(bill, content));
  return summary_of(bill);
}

Result<std::vector<Component>> components_of_cyclonedx(BytesView content) {
  std::vector<Component> components;
  Bill bill{.listed = &components};
  TRY(read_cyclonedx(bill, content));
  return components;
}

Result<std::vector<Component>> components_of_spdx(BytesView content) {
  std::vector<Component> components;
  Bill bill{.listed = &components};
  TRY(read_spdx(bill, content));
  return components;
}

}  // namespace weir::evidence
