// Records taken out of JSON that was read where it lies (json_view.h) by their list of members (members.h), for hot
// paths: no tree of values is built, members are looked for behind the one before them, and nothing is said about what
// does not fit but that it does not. Whoever has to say reads again with `decode`.
#pragma once
#include "format/json_view.h"
#include "format/members.h"

namespace weir::format {

template <NamedEnum E>
bool take(const JsonView& json, E& out);
template <Record T>
bool take(const JsonView& json, T& out);
template <class T>
bool take(const JsonView& json, std::optional<T>& out);
template <class T>
bool take(const JsonView& json, std::vector<T>& out);
template <class T>
bool take(const JsonView& json, std::map<std::string, T>& out);

bool take_found(const auto& found, auto& out) {
  if (found) out = *found;
  return static_cast<bool>(found);
}
inline bool take(const JsonView& json, bool& out) { return take_found(json.boolean(), out); }
inline bool take(const JsonView& json, std::int64_t& out) { return take_found(json.integer(), out); }
inline bool take(const JsonView& json, std::string& out) { return take_found(json.maybe_string(), out); }
inline bool take(const JsonView& json, double& out) { return take_found(json.number(), out); }
inline bool take(const JsonView& json, Json& out) {
  out = json.json();
  return true;
}
inline bool take(const JsonView& json, Instant& out) {
  const auto text = json.maybe_string();
  return text && take_found(parse_instant(*text), out);
}
inline bool take(const JsonView& json, Sha256& out) {
  const auto text = json.maybe_string();
  return text && take_found(parse_sha256(*text), out);
}

template <NamedEnum E>
bool take(const JsonView& json, E& out) {
  const auto text = json.maybe_string();
  return text && take_found(enum_from<E>(*text), out);
}

template <class T>
bool take(const JsonView& json, std::optional<T>& out) {
  out.reset();
  return json.is_null() || take(json, out.emplace());
}

template <class T>
bool take(const JsonView& json, std::vector<T>& out) {
  if (!json.is_array()) return false;
  out.clear();
  out.reserve(json.size());
  JsonWalk walk(json);
  std::string_view none;
  for (JsonView item; walk.next(none, item);)
    if (!take(item, out.emplace_back())) return false;
  return true;
}

template <class T>
bool take(const JsonView& json, std::map<std::string, T>& out) {
  if (!json.is_object()) return false;
  JsonWalk walk(json);
  std::string_view key;
  for (JsonView value; walk.next(key, value);)
    if (!take(value, out[std::string(key)])) return false;
  return true;
}

struct MemberTaker {
  const JsonView& object;
  JsonWalk walk{object};
  bool fits = true;

  bool find(std::string_view name, JsonView& found) {
    const JsonWalk here = walk;
    if (is_ahead(name, found)) return true;
    walk = JsonWalk(object);
    if (is_ahead(name, found)) return true;
    walk = here;
    return false;
  }
  bool is_ahead(std::string_view name, JsonView& found) {
    std::string_view key;
    while (walk.next(key, found))
      if (key == name) return true;
    return false;
  }
  void operator()(std::string_view name, auto& member) {
    JsonView found;
    fits = fits && find(name, found) && take(found, member);
  }
  void maybe(std::string_view name, auto& member) {
    JsonView found;
    if (fits && find(name, found)) fits = take(found, member);
  }
};

// Members that the record does not list are left, and say nothing.
template <Record T>
bool take(const JsonView& json, T& out) {
  if (!json.is_object()) return false;
  MemberTaker taker{json};
  T::members(taker, out);
  return taker.fits;
}

}  // namespace weir::format
