#include "deploy/difference.h"

#include <algorithm>
#include <set>

#include "access/limits.h"
#include "base/rating.h"
#include "format/licence.h"

namespace weir::deploy {
namespace {

std::vector<EvidenceDifference> evidence_of(const Release& before, const Release& after) {
  std::map<EvidenceName, EvidenceDifference> rows;
  for (const auto& [name, fact] : before.evidence)
    rows[name] = {.type = name.first, .name = name.second, .before = fact};
  for (const auto& [name, fact] : after.evidence) {
    EvidenceDifference& row = rows[name];
    row.type = name.first;
    row.name = name.second;
    row.after = fact;
  }
  std::vector<EvidenceDifference> all;
  for (auto& [name, row] : rows) all.push_back(std::move(row));
  return all;
}

void add(std::vector<ComponentDifference>& rows, std::int64_t& count, ComponentDifference row) {
  ++count;
  if (rows.size() < limits::difference_rows_max) rows.push_back(std::move(row));
}

template <class Map>
std::set<std::string> keys_of(const Map& a, const Map& b) {
  std::set<std::string> keys;
  for (const Map* map : {&a, &b})
    for (const auto& [key, value] : *map) keys.insert(key);
  return keys;
}

template <class Map>
typename Map::mapped_type value_of(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

bool differ(const ComponentDifference& row) {
  const bool says_both = !row.licences_before.empty() && !row.licences_after.empty();
  return row.before != row.after ||
         (says_both && !std::ranges::equal(row.licences_before, row.licences_after, format::is_same_licence));
}

std::vector<std::string> new_licences(const Release& before, const Release& after) {
  std::set<std::string> known, fresh;
  for (const auto& [component, licences] : before.licences) known.insert(licences.begin(), licences.end());
  for (const auto& [component, licences] : after.licences)
    for (const std::string& licence : licences)
      if (!known.contains(licence) && fresh.size() < limits::difference_rows_max) fresh.insert(licence);
  return {fresh.begin(), fresh.end()};
}

ComponentDifferences components_of(const Release& before, const Release& after) {
  ComponentDifferences all{.new_licences = new_licences(before, after)};
  for (const std::string& component : keys_of(*before.components, *after.components)) {
    ComponentDifference row{component, value_of(*before.components, component),
                            value_of(*after.components, component), value_of(before.licences, component),
                            value_of(after.licences, component)};
    if (!before.components->contains(component)) add(all.added, all.added_count, std::move(row));
    else if (!after.components->contains(component)) add(all.removed, all.removed_count, std::move(row));
    else if (differ(row)) add(all.changed, all.changed_count, std::move(row));
    else ++all.unchanged_count;
  }
  return all;
}

using Settings = std::map<std::string, std::map<std::string, std::vector<std::string>>>;

std::vector<SettingDifference> settings_of(const Settings& before, const Settings& after) {
  std::vector<SettingDifference> rows;
  for (const std::string& platform : keys_of(before, after)) {
    const auto had = value_of(before, platform), has = value_of(after, platform);
    for (const std::string& setting : keys_of(had, has)) {
      SettingDifference row{platform, setting, value_of(had, setting), value_of(has, setting)};
      if (row.before != row.after && rows.size() < limits::difference_rows_max)
        rows.push_back(std::move(row));
    }
  }
  return rows;
}

using Flaws = std::map<std::string, Flaw>;

// Those of `flaws` that `others` has not, worst first.
std::vector<FlawDifference> missing_in(const Flaws& others, const Flaws& flaws) {
  std::vector<FlawDifference> rows;
  for (const auto& [name, flaw] : flaws)
    if (!others.contains(name))
      rows.push_back({name, flaw.severity, flaw.components, flaw.fixed, flaw.exploited});
  std::ranges::stable_sort(rows, [](const FlawDifference& a, const FlawDifference& b) {
    return std::pair(a.exploited, rating_said(a.severity)) > std::pair(b.exploited, rating_said(b.severity));
  });
  return rows;
}

FlawDifferences flaws_of(const Flaws& before, const Flaws& after) {
  FlawDifferences all{.added = missing_in(before, after), .removed = missing_in(after, before)};
  all.added_count = std::ssize(all.added);
  all.removed_count = std::ssize(all.removed);
  all.unchanged_count = std::ssize(after) - all.added_count;
  for (auto* rows : {&all.added, &all.removed})
    if (rows->size() > limits::difference_rows_max) rows->resize(limits::difference_rows_max);
  return all;
}

}  // namespace

bool is_worse(std::string_view severity, std::string_view other) {
  return rating_said(severity) > rating_said(other);
}

ReleaseDifference difference(const std::optional<Release>& before, const Release& after) {
  const Release nothing{.components = {{}}, .settings = {{}}, .flaws = {{}}};
  const Release& old = before ? *before : nothing;
  ReleaseDifference made{.after = after.side, .evidence = evidence_of(old, after)};
  if (before) made.before = before->side;
  if (old.components && after.components) made.components = components_of(old, after);
  if (old.settings && after.settings) made.configuration = settings_of(*old.settings, *after.settings);
  if (old.flaws && after.flaws) made.vulnerabilities = flaws_of(*old.flaws, *after.flaws);
  return made;
}

}  // namespace weir::deploy
