#include "evidence/inventory.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "evidence/document.h"
#include "evidence/inventory_parts.h"
#include "evidence/sbom.h"

namespace weir::evidence {
namespace {

using format::JsonDocument;
using format::JsonView;

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

Result<Inventory> read_xml(BytesView content, Detail detail) {
  const format::XmlDocument document = TRY(format::XmlDocument::parse(content));
  if (format::local_name(document.root()) != "bom") return invalid("expected CycloneDX XML with a <bom>");
  Inventory inventory;
  InventoryBuilder builder(inventory, detail);
  add_cyclonedx(builder, document.root());
  builder.finish();
  return bounded(std::move(inventory));
}

}  // namespace

void InventoryBuilder::system(std::string_view name, std::string_view version) {
  if (inventory_.system.name.empty()) inventory_.system = {std::string(name), std::string(version)};
}

void InventoryBuilder::depends(std::string_view from, std::string_view to) {
  if (edges_.size() < limits::evidence_values_max) edges_.emplace_back(from, to);
}

void InventoryBuilder::index_new() {
  for (; indexed_ < inventory_.items.size(); ++indexed_) {
    const std::string& reference = inventory_.items[indexed_].reference;
    if (!reference.empty()) places_.emplace(reference, static_cast<std::uint32_t>(indexed_));
  }
}

Item* InventoryBuilder::find(std::string_view reference) {
  index_new();
  const auto found = places_.find(std::string(reference));
  return found == places_.end() ? nullptr : &inventory_.items[found->second];
}

void InventoryBuilder::finish() {
  if (edges_.empty()) return;
  index_new();
  const std::string& subject = inventory_.subject.reference;
  if (!subject.empty()) places_[subject] = subject_place;
  for (const auto& [from, to] : edges_) {
    const auto needs = places_.find(from), needed = places_.find(to);
    if (needs != places_.end() && needed != places_.end() && needed->second != subject_place)
      inventory_.dependencies.push_back({needs->second, needed->second});
  }
}

Result<Inventory> read_inventory(BytesView content, Detail detail) {
  const BytesView text = without_mark(content);
  if (text.starts_with("SPDXVersion:")) return read_tags(text);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '<') return read_xml(content, detail);
  const JsonDocument document = TRY(JsonDocument::parse(text, limits::evidence_values_max));
  const JsonView root = document.root();
  Inventory inventory;
  InventoryBuilder builder(inventory, detail);
  if (root.text("bomFormat") == "CycloneDX") add_cyclonedx(builder, root);
  else if (root.text("spdxVersion").starts_with("SPDX-2.")) add_spdx_2(builder, root);
  else if (!root.at("@graph").is_null()) add_spdx_3(builder, root);
  else return invalid("expected CycloneDX, or SPDX in JSON or tag-value");
  builder.finish();
  return bounded(std::move(inventory));
}

}  // namespace weir::evidence
