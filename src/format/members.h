// One list of members per record type serves reading, writing, and the OpenAPI document. A record says:
//
//   struct Service {
//     std::string name, team;
//     std::optional<std::string> contact;
//     static void members(auto& visit, auto& self) {
//       visit("name", self.name);                    // required when read
//       visit("team", self.team);
//       visit.maybe("contact", self.contact);        // absent means the default; the default is not written
//     }
//   };
//
// Enums take part through `constexpr auto names_of(E)` (found by argument lookup): an array of names in enum order.
// Instants are RFC 3339 text, durations whole microseconds, digests "sha256:<hex>". `encode` writes in member order.
#pragma once
#include <fmt/format.h>

#include <concepts>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "format/json.h"

namespace weir::format {

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) { names_of(e)[0]; };

template <NamedEnum E>
constexpr std::string_view name_of(E value) { return names_of(value)[static_cast<std::size_t>(value)]; }

template <NamedEnum E>
std::optional<E> enum_from(std::string_view name) {
  const auto names = names_of(E{});
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<E>(i);
  return std::nullopt;
}

struct NullVisitor {
  void operator()(std::string_view, auto&) {}
  void maybe(std::string_view, auto&) {}
};
template <class T>
concept Record = requires(NullVisitor& visit, T& self) { T::members(visit, self); };

// ---- writing ----

void encode(std::string& out, const std::same_as<bool> auto& value) { out += value ? "true" : "false"; }
void encode(std::string& out, const std::integral auto& value)
  requires(!std::same_as<std::remove_cvref_t<decltype(value)>, bool>)
{
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}
inline void encode(std::string& out, const double& value) { out += dump(Json(value)); }
inline void encode(std::string& out, const std::string& value) { append_json_string(out, value); }
inline void encode(std::string& out, const Json& value) { out += dump(value); }
inline void encode(std::string& out, const Instant& value) { append_json_string(out, to_string(value)); }
inline void encode(std::string& out, const Duration& value) { encode(out, value.micros); }
inline void encode(std::string& out, const Sha256& value) { append_json_string(out, to_string(value)); }
template <NamedEnum E>
void encode(std::string& out, const E& value) { append_json_string(out, name_of(value)); }
template <Record T>
void encode(std::string& out, const T& record);
template <class T>
void encode(std::string& out, const std::optional<T>& value);
template <class T>
void encode(std::string& out, const std::map<std::string, T>& map);

template <class T>
void encode(std::string& out, const std::vector<T>& items) {
  out += '[';
  bool first = true;
  for (const T& item : items) {
    if (!std::exchange(first, false)) out += ',';
    encode(out, item);
  }
  out += ']';
}

template <class T>
void encode(std::string& out, const std::optional<T>& value) {
  if (value) encode(out, *value);
  else out += "null";
}

template <class T>
void encode(std::string& out, const std::map<std::string, T>& map) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : map) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, key);
    out += ':';
    encode(out, value);
  }
  out += '}';
}

struct MemberWriter {
  std::string& out;
  bool first = true;
  void operator()(std::string_view name, const auto& member) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, name);
    out += ':';
    encode(out, member);
  }
  template <class T>
  void maybe(std::string_view name, const T& member) {
    if (!(member == T{})) (*this)(name, member);
  }
};

template <Record T>
void encode(std::string& out, const T& record) {
  out += '{';
  MemberWriter writer{out};
  T::members(writer, record);
  out += '}';
}

template <class T>
std::string encode(const T& value) {
  std::string out;
  encode(out, value);
  return out;
}

// ---- reading ----

enum class Unknown { refuse, ignore };  // what to do with members a record does not list: requests refuse them

struct ReadContext {
  Unknown unknown = Unknown::refuse;
  std::string path = {};  // of the value being read, for errors
  Error wrong(std::string_view expected) const;
  Error not_one_of(std::span<const std::string_view> names) const;
  Error missing(std::string_view member) const;
  ReadContext member(std::string_view name) const;
  ReadContext item(std::size_t position) const;
};

Status decode(const Json& json, bool& out, const ReadContext& at);
Status decode(const Json& json, std::int64_t& out, const ReadContext& at);
Status decode(const Json& json, std::uint64_t& out, const ReadContext& at);
Status decode(const Json& json, std::int32_t& out, const ReadContext& at);
Status decode(const Json& json, std::uint32_t& out, const ReadContext& at);
Status decode(const Json& json, double& out, const ReadContext& at);
Status decode(const Json& json, std::string& out, const ReadContext& at);
Status decode(const Json& json, Json& out, const ReadContext& at);
Status decode(const Json& json, Instant& out, const ReadContext& at);
Status decode(const Json& json, Duration& out, const ReadContext& at);
Status decode(const Json& json, Sha256& out, const ReadContext& at);
template <NamedEnum E>
Status decode(const Json& json, E& out, const ReadContext& at);
template <Record T>
Status decode(const Json& json, T& out, const ReadContext& at);
template <class T>
Status decode(const Json& json, std::optional<T>& out, const ReadContext& at);
template <class T>
Status decode(const Json& json, std::map<std::string, T>& out, const ReadContext& at);

template <class T>
Status decode(const Json& json, std::vector<T>& out, const ReadContext& at) {
  const Json::Array* items = json.array();
  if (items == nullptr) return at.wrong("an array");
  out.clear();
  out.reserve(items->size());
  for (std::size_t i = 0; i < items->size(); ++i) {
    T item{};
    TRY(decode((*items)[i], item, at.item(i)));
    out.push_back(std::move(item));
  }
  return {};
}

template <NamedEnum E>
Status decode(const Json& json, E& out, const ReadContext& at) {
  const std::string* text = json.string();
  const std::optional<E> value = text == nullptr ? std::nullopt : enum_from<E>(*text);
  if (!value) return at.not_one_of(names_of(E{}));
  out = *value;
  return {};
}

template <class T>
Status decode(const Json& json, std::optional<T>& out, const ReadContext& at) {
  out.reset();
  if (json.is_null()) return {};
  T value{};
  TRY(decode(json, value, at));
  out = std::move(value);
  return {};
}

template <class T>
Status decode(const Json& json, std::map<std::string, T>& out, const ReadContext& at) {
  const Json::Object* members = json.object();
  if (members == nullptr) return at.wrong("an object");
  for (const auto& [key, value] : *members)
    TRY(decode(value, out[key], at.member(key)));
  return {};
}

struct MemberReader {
  const Json& json;
  const ReadContext& at;
  Status status = {};
  std::size_t seen = 0;

  bool read(std::string_view name, auto& member) {
    const Json* found = json.find(name);
    if (found == nullptr) return false;
    ++seen;
    if (status.ok()) status = decode(*found, member, at.member(name));
    return true;
  }
  void operator()(std::string_view name, auto& member) {
    if (!read(name, member) && status.ok()) status = at.missing(name);
  }
  void maybe(std::string_view name, auto& member) { read(name, member); }
};

// The first member of `json` that the record's list does not have.
struct MemberNames {
  std::vector<std::string_view> names;
  void operator()(std::string_view name, auto&) { names.push_back(name); }
  void maybe(std::string_view name, auto&) { names.push_back(name); }
};
Status refuse_unknown(const Json& json, const std::vector<std::string_view>& known, const ReadContext& at);

template <Record T>
Status decode(const Json& json, T& out, const ReadContext& at) {
  if (json.object() == nullptr) return at.wrong("an object");
  MemberReader reader{json, at};
  T::members(reader, out);
  TRY(reader.status);
  if (at.unknown == Unknown::ignore || reader.seen == json.object()->size()) return {};
  MemberNames known;
  T::members(known, out);
  return refuse_unknown(json, known.names, at);
}

template <class T>
Result<T> decode(const Json& json, Unknown unknown = Unknown::refuse) {
  T out{};
  TRY(decode(json, out, ReadContext{unknown}));
  return out;
}

template <class T>
Result<T> decode_text(std::string_view text, Unknown unknown = Unknown::refuse) {
  const Json json = TRY(parse_json(text));
  return decode<T>(json, unknown);
}

}  // namespace weir::format
