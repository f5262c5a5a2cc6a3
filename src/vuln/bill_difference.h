// What differs between two bills of materials: components that came, went or changed, with the direction of a
// change by the order of their ecosystem, and with licences, suppliers, authors and depth where the documents
// say them. What one of the documents doesn't say is no difference. Pure. Format: docs/formats/sbom-diff.md.
#pragma once
#include <array>
#include <map>
#include <string>
#include <vector>

#include "evidence/inventory.h"
#include "format/members.h"

namespace weir::vuln {

// How a component came into the product. Direct: the product asks for it itself.
enum class Depth { unknown, direct, transitive };
constexpr auto names_of(Depth) { return std::array<std::string_view, 3>{"unknown", "direct", "transitive"}; }

struct BillComponent {
  std::vector<std::string> versions;  // in the ecosystem's order
  std::vector<std::string> licences;  // of all versions, in SPDX's one form (format/licence.h)
  std::vector<std::string> suppliers, authors;
  Depth depth = Depth::unknown;  // the nearest, of several
  std::int64_t distance = 0;     // edges from the product; 0 where it isn't known
  bool operator==(const BillComponent&) const = default;
  static void members(auto& visit, auto& self) {
    visit("versions", self.versions);
    visit("licences", self.licences);
    visit("suppliers", self.suppliers);
    visit("authors", self.authors);
    visit("depth", self.depth);
    visit("distance", self.distance);
  }
};

// By package URL without version and qualifiers, or by name where there is none.
using BillComponents = std::map<std::string, BillComponent>;
// Of an inventory read whole.
BillComponents bill_components(const evidence::Inventory& inventory);

// none: the same versions, or versions that can't be held against each other.
enum class Direction { none, up, down };
constexpr auto names_of(Direction) { return std::array<std::string_view, 3>{"none", "up", "down"}; }

struct BillChange {
  std::string component;
  Direction direction = Direction::none;
  std::vector<std::string> what;  // "version", "licence", "supplier", "author", "depth"
  std::vector<std::string> new_authors;
  BillComponent before, after;
  static void members(auto& visit, auto& self) {
    visit("component", self.component);
    visit("direction", self.direction);
    visit("what", self.what);
    visit("new_authors", self.new_authors);
    visit("before", self.before);
    visit("after", self.after);
  }
};

struct BillRow {
  std::string component;
  BillComponent is;
  static void members(auto& visit, auto& self) {
    visit("component", self.component);
    BillComponent::members(visit, self.is);
  }
};

struct BillDifference {
  std::vector<BillRow> added, removed;
  std::vector<BillChange> changed;  // all by component
  std::int64_t unchanged = 0;
  std::vector<std::string> new_licences, new_suppliers, new_authors;  // that the older document has nowhere
  static void members(auto& visit, auto& self) {
    visit("added", self.added);
    visit("removed", self.removed);
    visit("changed", self.changed);
    visit("unchanged", self.unchanged);
    visit("new_licences", self.new_licences);
    visit("new_suppliers", self.new_suppliers);
    visit("new_authors", self.new_authors);
  }
};

BillDifference difference(const BillComponents& before, const BillComponents& after);

}  // namespace weir::vuln
