// The readers behind read_inventory, one per form. Each fills an inventory; bounds are held by the caller.
#pragma once
#include <string>
#include <string_view>

#include "base/limits.h"
#include "evidence/inventory.h"
#include "format/json_view.h"
#include "format/xml.h"

namespace weir::evidence {

// Of texts that stand once in a document and are said of many of its components.
inline constexpr std::size_t inventory_shared_bytes_max = std::size_t{256} * 1024 * 1024;

// What goes beyond a bound is left out, and the document refused in the end.
struct Reading {
  Inventory& inventory;
  bool whole = false;  // details too
  std::size_t& shared_bytes;
  std::size_t room = 0;  // behind the text, as JsonDocument has it

  // Adds an item; its detail too, when details are read.
  ItemDetail* add(Item item) {
    if (inventory.items.size() > limits::evidence_records_max) return nullptr;
    if (item.source.size() > limits::text_bytes_max) item.source.clear();  // no package is called so
    inventory.items.push_back(std::move(item));
    return whole ? &inventory.details.emplace_back() : nullptr;
  }
  void depend(std::string_view from, std::string_view to) {
    if (from.empty() || to.empty() || inventory.dependencies.size() > limits::evidence_values_max) return;
    inventory.dependencies.push_back({std::string(from), std::string(to)});
  }
  // Whether a component may have this text too.
  bool share(std::string_view text) {
    if (shared_bytes <= inventory_shared_bytes_max) shared_bytes += sizeof(std::string) + text.size();
    return shared_bytes <= inventory_shared_bytes_max;
  }
  void note_system(std::string_view name, std::string_view version) {
    if (inventory.system.name.empty()) inventory.system = {std::string(name), std::string(version)};
  }
};

void read_cyclonedx(Reading reading, const format::JsonView& bill);
void read_cyclonedx(Reading reading, const pugi::xml_node& bill);
void read_spdx_2(Reading reading, const format::JsonView& document);
void read_spdx_3(Reading reading, const format::JsonView& document);
Status read_spdx_tags(Reading reading, std::string_view text);

// "Organization: Acme (mail)" → "Acme"; "" for NOASSERTION and NONE.
std::string spdx_actor(std::string_view text);
// Concluded, else declared; nothing for NOASSERTION and NONE.
std::vector<std::string> spdx_licences(std::string_view concluded, std::string_view declared);
// A dependency for the relationships that say one, the right way round; an id of the subject for DESCRIBES.
void relate_spdx(Reading& reading, std::string_view from, std::string_view kind, std::string_view to);
void add_digest(Subject& subject, std::string_view algorithm, std::string_view value);

}  // namespace weir::evidence
