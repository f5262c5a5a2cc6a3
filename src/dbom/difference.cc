#include "dbom/difference.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace weir::dbom {
namespace {

using evidence::Component;

// "pkg:deb/debian/openssl?arch=amd64" of "pkg:deb/debian/openssl@3.0.11?arch=amd64".
std::string without_version(std::string_view purl) {
  const std::size_t rest = std::min(purl.find_first_of("?#"), purl.size());
  const std::size_t at = purl.substr(0, rest).rfind('@');
  const std::size_t slash = purl.substr(0, rest).rfind('/');
  if (at == purl.npos || (slash != purl.npos && at < slash)) return std::string(purl);
  return std::string(purl.substr(0, at)) + std::string(purl.substr(rest));
}

struct Package {
  std::string purl, name;  // one of the two
  auto operator<=>(const Package&) const = default;
};
Package package_of(const Component& component) {
  return component.purl.empty() ? Package{"", component.name} : Package{without_version(component.purl), ""};
}

using Versions = std::map<std::string_view, const Component*>;
std::map<Package, Versions> by_package(const std::vector<Component>& components) {
  std::map<Package, Versions> packages;
  for (const Component& each : components) packages[package_of(each)].emplace(each.version, &each);
  return packages;
}

// Versions that only one side has.
std::vector<const Component*> only_in(const Versions& these, const Versions& those) {
  std::vector<const Component*> only;
  for (const auto& [version, component] : these)
    if (!those.contains(version)) only.push_back(component);
  return only;
}

void compare(const Package& package, const Versions& before, const Versions& now, ComponentChanges& changes) {
  const auto gone = only_in(before, now), come = only_in(now, before);
  if (gone.size() == 1 && come.size() == 1) {
    changes.changed.push_back({come[0]->name, package.purl, come[0]->version, gone[0]->version});
    return;
  }
  for (const Component* each : gone) changes.removed.push_back(*each);
  for (const Component* each : come) changes.added.push_back(*each);
}

using EvidenceName = std::tuple<std::string, std::string, std::string>;  // artifact, name, type
std::map<EvidenceName, std::string> states_of(const std::vector<evidence::Attested>& all) {
  std::map<EvidenceName, std::string> states;
  for (const evidence::Attested& each : all)
    states[{each.artifact, each.name, each.type}] = std::string(state_of(each.compliant));
  return states;
}

template <class T>
void bound(std::vector<T>& items) {
  if (items.size() > components_max) items.resize(components_max);
}

}  // namespace

Components listed(const Bill& bill) {
  Components components{.content = bill.content,
                        .entry = bill.entry,
                        .items = *bill.components,
                        .total = static_cast<std::int64_t>(bill.components->size())};
  bound(components.items);
  return components;
}

ComponentChanges changes_between(const std::vector<Component>& before, const std::vector<Component>& now) {
  const auto old_packages = by_package(before), new_packages = by_package(now);
  static const Versions none;
  ComponentChanges changes;
  for (const auto& [package, versions] : old_packages) {
    const auto found = new_packages.find(package);
    compare(package, versions, found == new_packages.end() ? none : found->second, changes);
  }
  for (const auto& [package, versions] : new_packages)
    if (!old_packages.contains(package)) compare(package, none, versions, changes);
  std::sort(changes.added.begin(), changes.added.end());
  bound(changes.added);
  bound(changes.removed);
  bound(changes.changed);
  return changes;
}

std::vector<ChangedEvidence> evidence_between(const std::vector<evidence::Attested>& before,
                                              const std::vector<evidence::Attested>& now) {
  const auto was = states_of(before), is = states_of(now);
  std::set<EvidenceName> names;
  for (const auto& [name, state] : was) names.insert(name);
  for (const auto& [name, state] : is) names.insert(name);
  const auto state_in = [](const auto& states, const EvidenceName& name) {
    const auto found = states.find(name);
    return found == states.end() ? std::string("absent") : found->second;
  };
  std::vector<ChangedEvidence> changed;
  for (const EvidenceName& name : names) {
    ChangedEvidence each{state_in(is, name), std::get<1>(name), std::get<2>(name), state_in(was, name)};
    if (each.is != each.was) changed.push_back(std::move(each));
  }
  return changed;
}

DeploymentDifference difference_from(const Predecessor& before, const Facts& facts) {
  DeploymentDifference difference{.artifact = before.digest,
                                  .evidence = evidence_between(before.evidence, facts.evidence),
                                  .name = before.name};
  if (!before.components || !facts.bill) return difference;
  difference.compared = true;
  ComponentChanges changes = changes_between(*before.components, *facts.bill->components);
  difference.added = std::move(changes.added);
  difference.removed = std::move(changes.removed);
  difference.changed = std::move(changes.changed);
  return difference;
}

}  // namespace weir::dbom
