// Every way to change a JSON body at one place: a member more, a member less, a value of another type.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "format/json.h"

namespace weir::test {

using format::Json;

// A body, changed at one place.
struct Change {
  std::string what;
  Json body;
  bool of_members = true;  // one too many or too few; else one of another type
};

inline void change_below(const Json& at, const std::string& place, const std::function<Json(Json)>& whole,
                  std::vector<Change>& changes) {
  if (const Json::Array* items = at.array())
    for (std::size_t i = 0; i < items->size(); ++i)
      change_below((*items)[i], fmt::format("{}[{}]", place, i),
                   [&, i](Json item) {
                     Json::Array all = *items;
                     all[i] = std::move(item);
                     return whole(std::move(all));
                   },
                   changes);
  const Json::Object* members = at.object();
  if (members == nullptr) return;
  Json more = at;
  more.set("colour", "red");
  changes.push_back({place + " with one more", whole(std::move(more))});
  for (const auto& [name, member] : *members) {
    const auto with = [&](Json value) {
      Json changed = at;
      changed.set(name, std::move(value));
      return whole(std::move(changed));
    };
    Json::Object fewer = *members;
    std::erase_if(fewer, [&, &name = name](const Json::Member& each) { return each.first == name; });
    changes.push_back({fmt::format("{} without {}", place, name), whole(Json(std::move(fewer)))});
    for (const Json& other :
         {Json(), Json(true), Json(7), Json(1.5), Json("*"), Json(Json::Array{}), Json(Json::Object{})})
      changes.push_back({fmt::format("{}.{} = {}", place, name, dump(other)), with(other), false});
    change_below(member, place + "." + name, with, changes);
  }
}

inline std::vector<Change> changes_of(const Json& body) {
  std::vector<Change> changes;
  change_below(body, "", [](Json changed) { return changed; }, changes);
  return changes;
}

}  // namespace weir::test
