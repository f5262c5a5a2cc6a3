#include "deploy/difference.h"

#include <set>

#include "access/limits.h"

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

ComponentDifferences components_of(const std::map<std::string, std::vector<std::string>>& before,
                                   const std::map<std::string, std::vector<std::string>>& after) {
  ComponentDifferences all;
  for (const std::string& component : keys_of(before, after)) {
    ComponentDifference row{component, value_of(before, component), value_of(after, component)};
    if (!before.contains(component)) add(all.added, all.added_count, std::move(row));
    else if (!after.contains(component)) add(all.removed, all.removed_count, std::move(row));
    else if (row.before != row.after) add(all.changed, all.changed_count, std::move(row));
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

}  // namespace

ReleaseDifference difference(const std::optional<Release>& before, const Release& after) {
  const Release nothing{.components = {{}}, .settings = {{}}};
  const Release& old = before ? *before : nothing;
  ReleaseDifference made{.after = after.side, .evidence = evidence_of(old, after)};
  if (before) made.before = before->side;
  if (old.components && after.components) made.components = components_of(*old.components, *after.components);
  if (old.settings && after.settings) made.configuration = settings_of(*old.settings, *after.settings);
  return made;
}

}  // namespace weir::deploy
