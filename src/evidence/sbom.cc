#include "evidence/sbom.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "evidence/document.h"
#include "format/xml.h"

namespace weir::evidence {
namespace {

using format::Json;

struct Bill {
  std::string_view format;
  std::string spec_version, serial, subject;
  std::int64_t components = 0, with_purl = 0;

  void add(bool has_purl) {
    ++components;
    with_purl += has_purl ? 1 : 0;
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
    bill.add(!component.text("purl").empty());
    add_components(bill, component.items("components"));
  }
}

void add_components(Bill& bill, const pugi::xml_node& components) {
  for (const pugi::xml_node& component : components) {
    if (format::local_name(component) != "component") continue;
    bill.add(*format::child_named(component, "purl").child_value() != '\0');
    add_components(bill, format::child_named(component, "components"));
  }
}

Result<Summary> summarise_cyclonedx_xml(BytesView content) {
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
  Bill bill{.format = "cyclonedx",
            .spec_version = std::string(version),
            .serial = std::string(format::attribute(root, "serialNumber")),
            .subject = named(format::child_named(subject, "name").child_value(),
                             format::child_named(subject, "version").child_value())};
  add_components(bill, format::child_named(root, "components"));
  return summary_of(bill);
}

bool has_purl(const Json& package) {
  const auto is_purl = [](const Json& reference) { return reference.text("referenceType") == "purl"; };
  const Json::Array& references = package.items("externalRefs");
  return std::any_of(references.begin(), references.end(), is_purl);
}

Result<Summary> summarise_spdx_2(const Json& json) {
  const Json* packages = json.find("packages");
  if (packages != nullptr && packages->array() == nullptr)
    return invalid("'packages' of an SPDX document must be an array", "packages");
  Bill bill{.format = "spdx",
            .spec_version = std::string(json.text("spdxVersion").substr(5)),
            .serial = std::string(json.text("documentNamespace")),
            .subject = std::string(json.text("name"))};
  for (const Json& package : json.items("packages"))
    if (package.object() != nullptr) bill.add(has_purl(package));
  return summary_of(bill);
}

std::string_view type_of(const Json& element) {
  return element.text("type").empty() ? element.text("@type") : element.text("type");
}

bool has_purl_3(const Json& package) {
  if (!package.text("software_packageUrl").empty()) return true;
  const Json::Array& identifiers = package.items("externalIdentifier");
  return std::any_of(identifiers.begin(), identifiers.end(), [](const Json& identifier) {
    return identifier.text("externalIdentifierType") == "packageUrl";
  });
}

Result<Summary> summarise_spdx_3(const Json& json) {
  const Json* graph = json.find("@graph");
  if (graph != nullptr && graph->array() == nullptr) return invalid("'@graph' must be an array", "@graph");
  const Json::Array single{json};
  Bill bill{.format = "spdx"};
  for (const Json& element : graph != nullptr ? *graph->array() : single) {
    const std::string_view type = type_of(element);
    if (type == "software_Package") bill.add(has_purl_3(element));
    if (type == "CreationInfo") bill.spec_version = element.text("specVersion");
    if (type == "SpdxDocument") {
      bill.serial = element.text("spdxId");
      bill.subject = element.text("name");
    }
  }
  if (bill.spec_version.empty()) bill.spec_version = "3.0";
  return summary_of(bill);
}

// "Tag: value" a line; what stands between <text> and </text> is free text.
Result<Summary> summarise_spdx_tags(BytesView content) {
  Bill bill{.format = "spdx"};
  bool text = false, purl = false, in_package = false;
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
    if (tag == "ExternalRef" && value.find(" purl ") != value.npos) purl = true;
    if (tag != "PackageName") continue;
    if (std::exchange(in_package, true)) bill.add(purl);
    purl = false;
  }
  if (in_package) bill.add(purl);
  if (bill.spec_version.empty()) return invalid("expected SPDX tags with SPDXVersion");
  return summary_of(bill);
}

}  // namespace

Result<Summary> summarise_cyclonedx(BytesView content) {
  const std::size_t first = without_mark(content).find_first_not_of(" \t\r\n");
  if (first == content.npos || without_mark(content)[first] != '{') return summarise_cyclonedx_xml(content);
  const Json json = TRY(read_json(content));
  if (json.text("bomFormat") != "CycloneDX")
    return invalid("expected CycloneDX with bomFormat 'CycloneDX'", "bomFormat");
  for (const std::string_view list : {"components", "services"})
    if (const Json* found = json.find(list); found != nullptr && found->array() == nullptr)
      return invalid(fmt::format("'{}' must be an array", list), std::string(list));
  const Json& subject = json.at("metadata").at("component");
  Bill bill{.format = "cyclonedx",
            .spec_version = std::string(json.text("specVersion")),
            .serial = std::string(json.text("serialNumber")),
            .subject = named(subject.text("name"), subject.text("version"))};
  add_components(bill, json.items("components"));
  return summary_of(bill);
}

Result<Summary> summarise_spdx(BytesView content) {
  const BytesView text = without_mark(content);
  if (text.starts_with("SPDXVersion:")) return summarise_spdx_tags(text);
  const Json json = TRY(read_json(content));
  if (json.text("spdxVersion").starts_with("SPDX-2.")) return summarise_spdx_2(json);
  if (json.find("@graph") != nullptr || json.find("@context") != nullptr) return summarise_spdx_3(json);
  return invalid("expected SPDX 2.x ('spdxVersion') or SPDX 3.0 ('@context')");
}

}  // namespace weir::evidence
