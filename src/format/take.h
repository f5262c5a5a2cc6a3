// Records taken out of parsed JSON by their list of members (members.h), for hot paths: texts and values move where
// they can, members are looked for where they stood the last time, and nothing is said about what does not fit but that
// it does not. Whoever has to say reads again with `decode`. What is left of the JSON is unspecified.
#pragma once
#include "format/members.h"

namespace weir::format {

// `Json`, from which values move, or `const Json`, from which they are copied.
template <class J>
concept AnyJson = std::same_as<std::remove_const_t<J>, Json>;

template <AnyJson J, NamedEnum E>
bool take(J& json, E& out);
template <AnyJson J, Record T>
bool take(J& json, T& out);
template <AnyJson J, class T>
bool take(J& json, std::optional<T>& out);
template <AnyJson J, class T>
bool take(J& json, std::vector<T>& out);
template <AnyJson J, class T>
bool take(J& json, std::map<std::string, T>& out);

template <class T>
bool take_plain(const T* found, T& out) {
  if (found != nullptr) out = *found;
  return found != nullptr;
}
inline bool take(const Json& json, bool& out) { return take_plain(json.boolean(), out); }
inline bool take(const Json& json, std::int64_t& out) { return take_plain(json.integer(), out); }
inline bool take(const Json& json, std::string& out) { return take_plain(json.string(), out); }
inline bool take(const Json& json, double& out) {
  if (const std::int64_t* whole = json.integer()) {
    out = static_cast<double>(*whole);
    return true;
  }
  return take_plain(json.real(), out);
}
inline bool take(Json& json, Json& out) {
  out = std::move(json);
  return true;
}
inline bool take(const Json& json, Json& out) {
  out = json;
  return true;
}
inline bool take(const Json& json, Instant& out) {
  const auto moment =
      json.string() == nullptr ? Result<Instant>(invalid("no text")) : parse_instant(*json.string());
  if (moment.ok()) out = *moment;
  return moment.ok();
}
inline bool take(const Json& json, Sha256& out) {
  const auto digest =
      json.string() == nullptr ? Result<Sha256>(invalid("no text")) : parse_sha256(*json.string());
  if (digest.ok()) out = *digest;
  return digest.ok();
}

template <AnyJson J, NamedEnum E>
bool take(J& json, E& out) {
  const std::optional<E> value = json.string() == nullptr ? std::nullopt : enum_from<E>(*json.string());
  if (value) out = *value;
  return value.has_value();
}

template <AnyJson J, class T>
bool take(J& json, std::optional<T>& out) {
  out.reset();
  return json.is_null() || take(json, out.emplace());
}

template <AnyJson J, class T>
bool take(J& json, std::vector<T>& out) {
  auto* const items = json.array();
  if (items == nullptr) return false;
  out.clear();
  out.reserve(items->size());
  for (auto& item : *items)
    if (!take(item, out.emplace_back())) return false;
  return true;
}

template <AnyJson J, class T>
bool take(J& json, std::map<std::string, T>& out) {
  auto* const members = json.object();
  if (members == nullptr) return false;
  for (auto& [key, value] : *members)
    if (!take(value, out[key])) return false;
  return true;
}

template <class Members>
struct MemberTaker {
  Members& members;
  std::size_t next = 0, taken = 0;
  bool fits = true;

  auto find(std::string_view name) -> decltype(&members[0].second) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      auto& member = members[(next + i) % members.size()];
      if (member.first != name) continue;
      next = (next + i + 1) % members.size();
      ++taken;
      return &member.second;
    }
    return nullptr;
  }
  void operator()(std::string_view name, auto& member) {
    auto* const found = fits ? find(name) : nullptr;
    fits = found != nullptr && take(*found, member);
  }
  void maybe(std::string_view name, auto& member) {
    auto* const found = fits ? find(name) : nullptr;
    if (found != nullptr) fits = take(*found, member);
  }
};

// Members that the record does not list are left, and say nothing.
template <AnyJson J, Record T>
bool take(J& json, T& out) {
  if (json.object() == nullptr) return false;
  MemberTaker<std::remove_reference_t<decltype(*json.object())>> taker{*json.object()};
  T::members(taker, out);
  return taker.fits;
}

}  // namespace weir::format
