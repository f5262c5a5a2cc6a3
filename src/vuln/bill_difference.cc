#include "vuln/bill_difference.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <unordered_map>

#include "format/licence.h"
#include "format/purl.h"
#include "vuln/vers_range.h"
#include "vuln/version_key.h"

namespace weir::vuln {
namespace {

using evidence::Inventory;
using Texts = std::vector<std::string>;

struct Key {
  std::string component, version;
  VersionOrder order = VersionOrder::semver;
};

Key key_of(const evidence::Item& item) {
  auto purl = format::parse_purl(item.purl, format::PurlReading::tolerant);
  if (item.purl.empty() || !purl.ok()) return {item.purl.empty() ? item.name : item.purl, item.version};
  Key key{.component = {},
          .version = purl->version.empty() ? item.version : purl->version,
          .order = order_of_type(purl->type)};
  purl->version.clear();
  purl->qualifiers.clear();
  auto built = format::build_purl(std::move(*purl));
  key.component = built.ok() ? std::move(*built) : item.purl;
  return key;
}

// Edges from the product to what each id stands for; 0 for the product itself.
class Distances {
 public:
  explicit Distances(const Inventory& inventory) {
    std::set<std::string_view> needed;
    for (const evidence::Dependency& each : inventory.dependencies) {
      edges_[each.from].push_back(each.to);
      needed.insert(each.to);
    }
    for (const std::string& id : inventory.subject.ids)
      if (edges_.contains(id)) reach(id, 0);
    // A product that asks for nothing by itself is a set of things: what nothing else asks for stands
    // directly in it.
    if (known_.empty())
      for (const auto& [from, to] : edges_)
        if (!needed.contains(from)) reach(from, 1);
    walk();
  }

  // 0 when it isn't reached.
  std::int64_t of(std::string_view id) const {
    const auto found = known_.find(id);
    return found == known_.end() ? 0 : found->second;
  }

 private:
  void reach(std::string_view id, std::int64_t distance) {
    if (known_.emplace(id, distance).second) waiting_.push_back(id);
  }
  void walk() {
    for (; !waiting_.empty(); waiting_.pop_front()) {
      const auto edges = edges_.find(waiting_.front());
      if (edges == edges_.end()) continue;
      const std::int64_t next = known_[waiting_.front()] + 1;
      for (const std::string_view to : edges->second) reach(to, next);
    }
  }

  std::unordered_map<std::string_view, std::vector<std::string_view>> edges_;
  std::unordered_map<std::string_view, std::int64_t> known_;
  std::deque<std::string_view> waiting_;
};

void order(Texts& texts) {
  std::ranges::sort(texts);
  const auto twice = std::ranges::unique(texts);
  texts.erase(twice.begin(), twice.end());
}

void note_distance(BillComponent& component, std::int64_t distance) {
  if (distance == 0 || (component.distance != 0 && component.distance <= distance)) return;
  component.distance = distance;
  component.depth = distance == 1 ? Depth::direct : Depth::transitive;
}

VersionOrder order_of(const std::string& component) {
  const auto purl = format::parse_purl(component, format::PurlReading::tolerant);
  return purl.ok() ? order_of_type(purl->type) : VersionOrder::semver;
}

void order_versions(BillComponent& component, VersionOrder order) {
  std::ranges::sort(component.versions, [&](const std::string& a, const std::string& b) {
    const auto compared = compare_versions(order, a, b);
    return compared == 0 ? a < b : compared < 0;
  });
  const auto twice = std::ranges::unique(component.versions);
  component.versions.erase(twice.begin(), twice.end());
}

// By the highest version of each side.
Direction direction_of(const std::string& component, const BillComponent& before,
                       const BillComponent& after) {
  if (before.versions.empty() || after.versions.empty() || before.versions == after.versions)
    return Direction::none;
  const auto compared = compare_versions(order_of(component), before.versions.back(), after.versions.back());
  return compared < 0 ? Direction::up : compared > 0 ? Direction::down : Direction::none;
}

Texts only_in(const Texts& after, const Texts& before) {
  Texts fresh;
  std::ranges::set_difference(after, before, std::back_inserter(fresh));
  return fresh;
}

// Where one side says nothing, nothing has changed.
bool differ(const Texts& before, const Texts& after) {
  return !before.empty() && !after.empty() && before != after;
}

bool differ_in_licence(const Texts& before, const Texts& after) {
  return !before.empty() && !after.empty() && !std::ranges::equal(before, after, format::is_same_licence);
}

// Those of `after` that are no spelling of one of `before`.
Texts new_licences(const Texts& before, const Texts& after) {
  std::set<std::string> known;
  for (const std::string& licence : before) known.insert(lower_ascii(licence));
  Texts fresh;
  for (const std::string& licence : after)
    if (!known.contains(lower_ascii(licence))) fresh.push_back(licence);
  return fresh;
}

BillChange change_of(const std::string& name, const BillComponent& before, const BillComponent& after) {
  BillChange change{.component = name, .before = before, .after = after};
  if (before.versions != after.versions) change.what.push_back("version");
  if (differ_in_licence(before.licences, after.licences)) change.what.push_back("licence");
  if (differ(before.suppliers, after.suppliers)) change.what.push_back("supplier");
  if (differ(before.authors, after.authors)) {
    change.what.push_back("author");
    change.new_authors = only_in(after.authors, before.authors);
  }
  if (before.depth != after.depth && before.depth != Depth::unknown && after.depth != Depth::unknown)
    change.what.push_back("depth");
  change.direction = direction_of(name, before, after);
  return change;
}

Texts all_of(const BillComponents& components, Texts BillComponent::* member) {
  Texts all;
  for (const auto& [name, component] : components)
    all.insert(all.end(), (component.*member).begin(), (component.*member).end());
  order(all);
  return all;
}

}  // namespace

BillComponents bill_components(const Inventory& inventory) {
  BillComponents components;
  const Distances distances(inventory);
  const auto& subject = inventory.subject.ids;
  for (std::size_t i = 0; i < inventory.items.size(); ++i) {
    const evidence::ItemDetail* detail = i < inventory.details.size() ? &inventory.details[i] : nullptr;
    // The product itself is no component of itself.
    if (detail != nullptr && std::ranges::find(subject, detail->id) != subject.end()) continue;
    Key key = key_of(inventory.items[i]);
    if (key.component.empty()) continue;
    BillComponent& component = components[key.component];
    if (!key.version.empty()) component.versions.push_back(std::move(key.version));
    if (detail == nullptr) continue;
    for (const std::string& licence : detail->licences)
      component.licences.push_back(format::licence_form(licence));
    if (!detail->supplier.empty()) component.suppliers.push_back(detail->supplier);
    component.authors.insert(component.authors.end(), detail->authors.begin(), detail->authors.end());
    note_distance(component, distances.of(detail->id));
  }
  for (auto& [name, component] : components) {
    order_versions(component, order_of(name));
    for (Texts* texts : {&component.licences, &component.suppliers, &component.authors}) order(*texts);
  }
  return components;
}

BillDifference difference(const BillComponents& before, const BillComponents& after) {
  BillDifference made;
  for (const auto& [name, was] : before) {
    const auto found = after.find(name);
    if (found == after.end()) {
      made.removed.push_back({name, was});
      continue;
    }
    BillChange change = change_of(name, was, found->second);
    if (change.what.empty()) ++made.unchanged;
    else made.changed.push_back(std::move(change));
  }
  for (const auto& [name, is] : after)
    if (!before.contains(name)) made.added.push_back({name, is});
  made.new_licences =
      new_licences(all_of(before, &BillComponent::licences), all_of(after, &BillComponent::licences));
  made.new_suppliers =
      only_in(all_of(after, &BillComponent::suppliers), all_of(before, &BillComponent::suppliers));
  made.new_authors = only_in(all_of(after, &BillComponent::authors), all_of(before, &BillComponent::authors));
  return made;
}

}  // namespace weir::vuln
