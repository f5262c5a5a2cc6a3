// What the readers of the forms of bills of materials share: the inventory that grows, and references to its items.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evidence/inventory.h"
#include "format/json_view.h"
#include "format/xml.h"

namespace weir::evidence {

class InventoryBuilder {
 public:
  InventoryBuilder(Inventory& inventory, Detail detail) : inventory_(inventory), detail_(detail) {}

  bool whole() const { return detail_ == Detail::whole; }
  void add(Item item) { inventory_.items.push_back(std::move(item)); }
  void subject(Item item) { inventory_.subject = std::move(item); }
  void system(std::string_view name, std::string_view version);  // the first that is said
  // By references; kept until all items are there.
  void depends(std::string_view from, std::string_view to);
  Item* find(std::string_view reference);  // of items added so far
  // Of two items with one reference the first has it. References that name nothing are left out.
  void finish();

 private:
  void index_new();
  Inventory& inventory_;
  Detail detail_;
  std::vector<std::pair<std::string, std::string>> edges_;
  std::unordered_map<std::string, std::uint32_t> places_;
  std::size_t indexed_ = 0;
};

void add_cyclonedx(InventoryBuilder& builder, const format::JsonView& root);
void add_cyclonedx(InventoryBuilder& builder, const pugi::xml_node& root);
void add_spdx_2(InventoryBuilder& builder, const format::JsonView& root);
void add_spdx_3(InventoryBuilder& builder, const format::JsonView& root);

}  // namespace weir::evidence
