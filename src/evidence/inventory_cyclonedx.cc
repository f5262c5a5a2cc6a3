#include <fmt/format.h>

#include "evidence/inventory_parts.h"

namespace weir::evidence {
namespace {

using format::JsonView;

std::string whole_name(std::string_view group, std::string_view name) {
  return group.empty() ? std::string(name) : fmt::format("{}/{}", group, name);
}

void add_text(std::vector<std::string>& texts, std::string_view text) {
  if (!text.empty()) texts.emplace_back(text);
}

// trivy says it as aquasecurity:trivy:SrcName, syft as syft:metadata:source.
std::string source_of(const JsonView& component) {
  std::string name, version;
  for (const JsonView& property : component.items("properties")) {
    const std::string_view key = property.text("name");
    if (key.ends_with(":SrcName") || key == "syft:metadata:source" || key == "syft:metadata:originPackage")
      name = property.text("value");
    if (key.ends_with(":SrcVersion") || key == "syft:metadata:sourceVersion") version = property.text("value");
  }
  return name.empty() || version.empty() ? name : fmt::format("{}@{}", name, version);
}

void read_details(Item& item, const JsonView& component) {
  item.type = component.text("type");
  item.reference = component.text("bom-ref");
  item.supplier = component.at("supplier").text("name");
  for (const JsonView& each : component.items("licenses")) {
    const JsonView licence = each.at("license");
    add_text(item.licences, each.text("expression"));
    add_text(item.licences, licence.text("id").empty() ? licence.text("name") : licence.text("id"));
  }
  add_text(item.authors, component.text("author"));
  for (const JsonView& author : component.items("authors"))
    add_text(item.authors, author.text("name").empty() ? author.text("email") : author.text("name"));
  add_text(item.authors, component.text("publisher"));
}

Item item_of(const JsonView& component, bool whole) {
  Item item{whole_name(component.text("group"), component.text("name")), std::string(component.text("version")),
            std::string(component.text("purl")), source_of(component)};
  if (whole) read_details(item, component);
  return item;
}

// Components hold components; the depth is bounded by the reader.
void add_components(InventoryBuilder& builder, const JsonView& owner) {
  for (const JsonView& each : owner.items("components")) {
    if (!each.is_object()) continue;
    if (each.text("type") == "operating-system") builder.system(each.text("name"), each.text("version"));
    builder.add(item_of(each, builder.whole()));
    add_components(builder, each);
  }
}

std::string text_of(const pugi::xml_node& node, std::string_view name) {
  return format::child_named(node, name).child_value();
}

void read_details(Item& item, const pugi::xml_node& component) {
  item.type = format::attribute(component, "type");
  item.reference = format::attribute(component, "bom-ref");
  item.supplier = text_of(format::child_named(component, "supplier"), "name");
  for (const pugi::xml_node& each : format::child_named(component, "licenses")) {
    if (format::local_name(each) == "expression") add_text(item.licences, each.child_value());
    const std::string id = text_of(each, "id");
    add_text(item.licences, id.empty() ? text_of(each, "name") : id);
  }
  add_text(item.authors, text_of(component, "author"));
  for (const pugi::xml_node& author : format::child_named(component, "authors"))
    add_text(item.authors, text_of(author, "name"));
  add_text(item.authors, text_of(component, "publisher"));
}

Item item_of(const pugi::xml_node& component, bool whole) {
  Item item{whole_name(text_of(component, "group"), text_of(component, "name")), text_of(component, "version"),
            text_of(component, "purl")};
  if (whole) read_details(item, component);
  return item;
}

void add_components(InventoryBuilder& builder, const pugi::xml_node& owner) {
  for (const pugi::xml_node& each : format::child_named(owner, "components")) {
    if (format::local_name(each) != "component") continue;
    if (format::attribute(each, "type") == "operating-system")
      builder.system(text_of(each, "name"), text_of(each, "version"));
    builder.add(item_of(each, builder.whole()));
    add_components(builder, each);
  }
}

}  // namespace

void add_cyclonedx(InventoryBuilder& builder, const JsonView& root) {
  add_components(builder, root);
  if (const JsonView subject = root.at("metadata").at("component"); subject.is_object())
    builder.subject(item_of(subject, builder.whole()));
  if (!builder.whole()) return;
  for (const JsonView& each : root.items("dependencies"))
    for (const JsonView& needed : each.items("dependsOn")) builder.depends(each.text("ref"), needed.string());
}

void add_cyclonedx(InventoryBuilder& builder, const pugi::xml_node& root) {
  add_components(builder, root);
  if (const auto subject = format::child_named(format::child_named(root, "metadata"), "component"))
    builder.subject(item_of(subject, builder.whole()));
  if (!builder.whole()) return;
  for (const pugi::xml_node& each : format::child_named(root, "dependencies"))
    for (const pugi::xml_node& needed : each)
      builder.depends(format::attribute(each, "ref"), format::attribute(needed, "ref"));
}

}  // namespace weir::evidence
