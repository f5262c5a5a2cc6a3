#include <fmt/format.h>

#include <algorithm>

#include "evidence/inventory_read.h"

namespace weir::evidence {
namespace {

using format::JsonView;

std::string whole_name(std::string_view group, std::string_view name) {
  return group.empty() ? std::string(name) : fmt::format("{}/{}", group, name);
}

// trivy says it as aquasecurity:trivy:SrcName, syft as syft:metadata:source.
struct SourceSaid {
  std::string_view name, version;
  void note(std::string_view property, std::string_view value) {
    if (property.ends_with(":SrcName") || property == "syft:metadata:source" ||
        property == "syft:metadata:originPackage")
      name = value;
    if (property.ends_with(":SrcVersion") || property == "syft:metadata:sourceVersion") version = value;
  }
  std::string text() const {
    return name.empty() || version.empty() ? std::string(name) : fmt::format("{}@{}", name, version);
  }
};

std::string source_of(const JsonView& component) {
  SourceSaid said;
  for (const JsonView& property : component.items("properties"))
    said.note(property.text("name"), property.text("value"));
  return said.text();
}

std::string source_of(const pugi::xml_node& component) {
  SourceSaid said;
  for (const pugi::xml_node& property : format::child_named(component, "properties"))
    said.note(format::attribute(property, "name"), property.child_value());
  return said.text();
}

void add_text(std::vector<std::string>& texts, std::string_view text) {
  if (!text.empty()) texts.emplace_back(text);
}

ItemDetail detail_of(const JsonView& component) {
  ItemDetail detail{.type = std::string(component.text("type")),
                    .id = std::string(component.text("bom-ref"))};
  for (const JsonView& choice : component.items("licenses")) {
    const JsonView licence = choice.at("license");
    const std::string_view expression = choice.text("expression"), id = licence.text("id");
    add_text(detail.licences, !expression.empty() ? expression : !id.empty() ? id : licence.text("name"));
  }
  detail.supplier = component.at("supplier").text("name");
  for (const std::string_view other : {"manufacturer", "manufacture"})
    if (detail.supplier.empty()) detail.supplier = component.at(other).text("name");
  if (detail.supplier.empty()) detail.supplier = component.text("publisher");
  for (const JsonView& author : component.items("authors")) add_text(detail.authors, author.text("name"));
  add_text(detail.authors, component.text("author"));
  return detail;
}

void add_components(Reading& reading, const JsonView& owner) {
  const std::vector<JsonView> components = owner.items("components");
  if (reading.inventory.items.empty())
    reading.inventory.items.reserve(std::min(components.size(), limits::evidence_records_max));
  for (const JsonView& each : components) {
    if (!each.is_object()) continue;
    if (each.text("type") == "operating-system") reading.note_system(each.text("name"), each.text("version"));
    ItemDetail* detail =
        reading.add({whole_name(each.text("group"), each.text("name")), std::string(each.text("version")),
                     std::string(each.text("purl")), source_of(each)});
    if (detail != nullptr) *detail = detail_of(each);
    add_components(reading, each);
  }
}

std::string_view text_of(const pugi::xml_node& owner, std::string_view name) {
  return format::child_named(owner, name).child_value();
}

ItemDetail detail_of(const pugi::xml_node& component) {
  ItemDetail detail{.type = std::string(format::attribute(component, "type")),
                    .id = std::string(format::attribute(component, "bom-ref"))};
  for (const pugi::xml_node& choice : format::child_named(component, "licenses")) {
    const std::string_view id = text_of(choice, "id");
    if (format::local_name(choice) == "expression") add_text(detail.licences, choice.child_value());
    else add_text(detail.licences, id.empty() ? text_of(choice, "name") : id);
  }
  for (const std::string_view name : {"supplier", "manufacturer", "manufacture"})
    if (detail.supplier.empty()) detail.supplier = text_of(format::child_named(component, name), "name");
  if (detail.supplier.empty()) detail.supplier = text_of(component, "publisher");
  for (const pugi::xml_node& author : format::child_named(component, "authors"))
    add_text(detail.authors, text_of(author, "name"));
  add_text(detail.authors, text_of(component, "author"));
  return detail;
}

void add_components(Reading& reading, const pugi::xml_node& owner) {
  for (const pugi::xml_node& each : format::child_named(owner, "components")) {
    if (format::local_name(each) != "component") continue;
    if (format::attribute(each, "type") == "operating-system")
      reading.note_system(text_of(each, "name"), text_of(each, "version"));
    ItemDetail* detail =
        reading.add({whole_name(text_of(each, "group"), text_of(each, "name")),
                     std::string(text_of(each, "version")), std::string(text_of(each, "purl")), source_of(each)});
    if (detail != nullptr) *detail = detail_of(each);
    add_components(reading, each);
  }
}

}  // namespace

void read_cyclonedx(Reading reading, const JsonView& bill) {
  const JsonView about = bill.at("metadata").at("component");
  Subject& subject = reading.inventory.subject;
  subject = {.name = whole_name(about.text("group"), about.text("name")),
             .version = std::string(about.text("version")),
             .purl = std::string(about.text("purl"))};
  if (about.text("type") == "operating-system") reading.note_system(about.text("name"), about.text("version"));
  add_text(subject.ids, about.text("bom-ref"));
  for (const JsonView& hash : about.items("hashes"))
    add_digest(subject, hash.text("alg"), hash.text("content"));
  add_components(reading, bill);
  if (!reading.whole) return;
  for (const JsonView& each : bill.items("dependencies"))
    for (const JsonView& to : each.items("dependsOn")) reading.depend(each.text("ref"), to.string());
}

void read_cyclonedx(Reading reading, const pugi::xml_node& bill) {
  const pugi::xml_node about = format::child_named(format::child_named(bill, "metadata"), "component");
  Subject& subject = reading.inventory.subject;
  subject = {.name = whole_name(text_of(about, "group"), text_of(about, "name")),
             .version = std::string(text_of(about, "version")),
             .purl = std::string(text_of(about, "purl"))};
  if (format::attribute(about, "type") == "operating-system")
    reading.note_system(text_of(about, "name"), text_of(about, "version"));
  add_text(subject.ids, format::attribute(about, "bom-ref"));
  for (const pugi::xml_node& hash : format::child_named(about, "hashes"))
    add_digest(subject, format::attribute(hash, "alg"), hash.child_value());
  add_components(reading, bill);
  if (!reading.whole) return;
  for (const pugi::xml_node& each : format::child_named(bill, "dependencies"))
    for (const pugi::xml_node& to : each)
      reading.depend(format::attribute(each, "ref"), format::attribute(to, "ref"));
}

}  // namespace weir::evidence
