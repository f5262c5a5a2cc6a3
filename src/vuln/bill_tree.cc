#include "vuln/bill_tree.h"

#include <algorithm>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "format/licence.h"
#include "vuln/component_index.h"
#include "vuln/match.h"

namespace weir::vuln {
namespace {

using evidence::Inventory;

// A search for ways stops here: a document can be made so that it has more of them than anybody could count.
constexpr std::size_t steps_max = 20'000;

std::vector<BillNode> nodes_of(const Inventory& inventory) {
  const Surroundings document(inventory);
  const auto& subject = inventory.subject.ids;
  std::vector<BillNode> nodes;
  nodes.reserve(inventory.items.size());
  for (std::size_t i = 0; i < inventory.items.size(); ++i) {
    Component component = component_of(inventory.items[i], document.of(inventory.items[i]));
    BillNode node{.component = std::move(component.text),
                  .name = std::move(component.name),
                  .version = std::move(component.version)};
    if (i < inventory.details.size()) {
      const evidence::ItemDetail& detail = inventory.details[i];
      node.type = detail.type;
      for (const std::string& licence : detail.licences)
        node.licences.push_back(format::licence_form(licence));
      node.is_product = !detail.id.empty() && std::ranges::find(subject, detail.id) != subject.end();
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

// A way from below: its first node, and the rest of it.
struct Way {
  static constexpr std::size_t end = ~std::size_t{0};
  BillNodeId node = 0;
  std::size_t below = end;                // in the list of ways
  std::uint32_t nodes = 1, at_least = 0;  // so many when it has reached the top
  bool is_whole = false;
};
// Of those that may end alike the one that is nearest to its end goes first: else all would grow side by side.
struct Longer {
  const std::vector<Way>& ways;
  bool operator()(std::size_t a, std::size_t b) const {
    if (ways[a].at_least != ways[b].at_least) return ways[a].at_least > ways[b].at_least;
    return ways[a].nodes != ways[b].nodes ? ways[a].nodes < ways[b].nodes : a > b;
  }
};

bool passes(const std::vector<Way>& ways, std::size_t way, BillNodeId node) {
  for (; way != Way::end; way = ways[way].below)
    if (ways[way].node == node) return true;
  return false;
}

std::vector<BillNodeId> spelled(const std::vector<Way>& ways, std::size_t way) {
  std::vector<BillNodeId> nodes;
  for (; way != Way::end; way = ways[way].below) nodes.push_back(ways[way].node);
  return nodes;
}

}  // namespace

BillTree::BillTree(const Inventory& inventory) : nodes_(nodes_of(inventory)) { join(inventory); }

void BillTree::join(const Inventory& inventory) {
  std::unordered_map<std::string_view, BillNodeId> by_id;
  for (std::size_t i = 0; i < inventory.details.size(); ++i)
    if (!inventory.details[i].id.empty()) by_id.emplace(inventory.details[i].id, static_cast<BillNodeId>(i));
  const std::unordered_set<std::string_view> subject(inventory.subject.ids.begin(),
                                                     inventory.subject.ids.end());
  std::unordered_set<std::uint64_t> seen;
  std::vector<BillNodeId> direct;
  for (const evidence::Dependency& each : inventory.dependencies) {
    const auto to = by_id.find(each.to);
    if (to == by_id.end() || nodes_[to->second].is_product) continue;
    if (subject.contains(each.from)) {
      if (seen.insert((std::uint64_t{1} << 63U) | to->second).second) direct.push_back(to->second);
      continue;
    }
    const auto from = by_id.find(each.from);
    if (from == by_id.end() || from->second == to->second) continue;
    if (!seen.insert((std::uint64_t{from->second} << 32U) | to->second).second) continue;
    nodes_[from->second].needs.push_back(to->second);
    nodes_[to->second].needed_by.push_back(from->second);
  }
  find_top(direct);
}

void BillTree::find_top(std::span<const BillNodeId> direct) {
  distance_.assign(nodes_.size(), 0);
  direct_ = direct.size();
  top_.assign(direct.begin(), direct.end());
  std::vector<bool> is_top(nodes_.size());
  for (const BillNodeId id : direct) is_top[id] = true;
  for (BillNodeId id = 0; id < nodes_.size(); ++id) {
    const BillNode& node = nodes_[id];
    if (node.is_product || is_top[id] || !node.needed_by.empty()) continue;
    (node.needs.empty() ? apart_ : top_).push_back(id);
  }
  std::vector<bool> reached(nodes_.size());
  for (const BillNodeId id : top_) reach(id, reached);
  for (BillNodeId id = 0; id < nodes_.size(); ++id) {
    if (reached[id] || nodes_[id].is_product || nodes_[id].needed_by.empty()) continue;
    top_.push_back(id);
    reach(id, reached);
  }
  measure();
}

void BillTree::reach(BillNodeId from, std::vector<bool>& reached) const {
  std::vector<BillNodeId> waiting{from};
  while (!waiting.empty()) {
    const BillNodeId id = waiting.back();
    waiting.pop_back();
    if (reached[id]) continue;
    reached[id] = true;
    waiting.insert(waiting.end(), nodes_[id].needs.begin(), nodes_[id].needs.end());
  }
}

void BillTree::measure() {
  std::queue<BillNodeId> waiting;
  const auto note = [&](BillNodeId id, std::uint32_t distance) {
    if (distance_[id] != 0) return;
    distance_[id] = distance;
    waiting.push(id);
  };
  for (const BillNodeId id : top_) note(id, 1);
  for (; !waiting.empty(); waiting.pop())
    for (const BillNodeId to : nodes_[waiting.front()].needs) note(to, distance_[waiting.front()] + 1);
}

BillWays BillTree::ways_to(BillNodeId node, std::size_t most) const {
  BillWays found;
  if (node >= nodes_.size() || distance_[node] == 0) return found;
  const std::unordered_set<BillNodeId> tops(top_.begin(), top_.end());
  std::vector<Way> ways{{.node = node, .at_least = distance_[node]}};
  std::priority_queue<std::size_t, std::vector<std::size_t>, Longer> waiting(Longer{ways});
  const auto add = [&](const Way& way) {
    ways.push_back(way);
    waiting.push(ways.size() - 1);
  };
  for (waiting.push(0); !waiting.empty() && ways.size() < steps_max;) {
    const std::size_t at = waiting.top();
    waiting.pop();
    const Way way = ways[at];
    if (way.is_whole) {
      if (found.ways.size() < most) found.ways.push_back(spelled(ways, at));
      else return {.ways = std::move(found.ways), .more = true};
      continue;
    }
    // What the product asks for itself may be asked for by others too: both are ways.
    if (tops.contains(way.node)) add({way.node, way.below, way.nodes, way.nodes, true});
    for (const BillNodeId above : nodes_[way.node].needed_by)
      if (!passes(ways, at, above)) add({above, at, way.nodes + 1, way.nodes + distance_[above]});
  }
  found.more = !waiting.empty();
  return found;
}

std::vector<std::uint8_t> BillTree::worst_below(std::span<const std::uint8_t> own) const {
  std::vector<std::uint8_t> worst(own.begin(), own.end());
  std::vector<BillNodeId> by_worth;
  for (BillNodeId id = 0; id < nodes_.size(); ++id)
    if (own[id] != 0) by_worth.push_back(id);
  std::ranges::stable_sort(by_worth, std::ranges::greater(), [&](BillNodeId id) { return own[id]; });
  std::vector<bool> passed(nodes_.size());
  std::vector<BillNodeId> waiting;
  // The worst go first, so that each node is passed once.
  for (const BillNodeId flawed : by_worth)
    for (waiting.push_back(flawed); !waiting.empty();) {
      const BillNodeId id = waiting.back();
      waiting.pop_back();
      if (passed[id]) continue;
      passed[id] = true;
      worst[id] = std::max(worst[id], own[flawed]);
      waiting.insert(waiting.end(), nodes_[id].needed_by.begin(), nodes_[id].needed_by.end());
    }
  return worst;
}

}  // namespace weir::vuln
