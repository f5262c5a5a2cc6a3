// A bill of materials as what it is about needs it: the product, what it asks for, what that asks for in turn, and how
// any one component came in. Made from the dependencies that the document says; a component that none of them names
// stands apart. Dependencies may go round in circles. Built once, read by many threads. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evidence/inventory.h"

namespace weir::vuln {

// The place of a component in its document: the same for as long as the document is.
using BillNodeId = std::uint32_t;

struct BillNode {
  std::string component;  // as findings name it (component_index.h)
  std::string name, version, type;
  std::vector<std::string> licences;         // in SPDX's one form (format/licence.h)
  std::vector<BillNodeId> needs, needed_by;  // in the order of the document, each once
  bool is_product = false;                   // what the document is about, listed as a component of itself
};

struct BillWays {
  std::vector<std::vector<BillNodeId>> ways;  // each from the product's own dependency to the component
  bool more = false;                          // there are others, or may be
};

class BillTree {
 public:
  // Of an inventory that was read whole.
  explicit BillTree(const evidence::Inventory& inventory);

  std::span<const BillNode> nodes() const { return nodes_; }
  // What the product asks for itself; then what nothing asks for though it asks for something; then one of each circle
  // that nothing leads into. Every component that has a dependency is reached from these.
  std::span<const BillNodeId> top() const { return top_; }
  std::span<const BillNodeId> apart() const { return apart_; }  // no dependency names them
  std::size_t direct() const { return direct_; }  // how many of `top` the product asks for itself

  // Shortest first, none through a component twice, `most` of them. One that is `apart`, and the product, have none.
  BillWays ways_to(BillNodeId node, std::size_t most) const;

  // Of each node the largest value among those at and below it, where `own` is what each has itself (0: nothing).
  std::vector<std::uint8_t> worst_below(std::span<const std::uint8_t> own) const;

 private:
  void join(const evidence::Inventory& inventory);
  void find_top(std::span<const BillNodeId> direct);
  void reach(BillNodeId from, std::vector<bool>& reached) const;
  void measure();

  std::vector<BillNode> nodes_;
  std::vector<BillNodeId> top_, apart_;
  std::vector<std::uint32_t> distance_;  // edges from the nearest of `top`, and one; 0: not reached
  std::size_t direct_ = 0;
};

}  // namespace weir::vuln
