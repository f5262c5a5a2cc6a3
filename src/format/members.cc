#include "format/members.h"

#include <algorithm>
#include <limits>

namespace weir::format {
namespace {

template <class T>
Status decode_integer(const Json& json, T& out, const ReadContext& at) {
  const std::int64_t* value = json.integer();
  if (value == nullptr) return at.wrong("a whole number");
  if (!std::in_range<T>(*value)) return at.wrong("a number in range");
  out = static_cast<T>(*value);
  return {};
}

}  // namespace

Error ReadContext::wrong(std::string_view expected) const {
  return invalid(fmt::format("'{}' must be {}", path.empty() ? "the document" : path, expected), path);
}
Error ReadContext::not_one_of(std::span<const std::string_view> names) const {
  return wrong(fmt::format("one of {}", fmt::join(names, ", ")));
}
Error ReadContext::missing(std::string_view name) const {
  const std::string place = member(name).path;
  return invalid(fmt::format("'{}' is missing", place), place);
}
ReadContext ReadContext::member(std::string_view name) const {
  return {unknown, path.empty() ? std::string(name) : fmt::format("{}.{}", path, name)};
}
ReadContext ReadContext::item(std::size_t position) const {
  return {unknown, fmt::format("{}[{}]", path, position)};
}

Status decode(const Json& json, bool& out, const ReadContext& at) {
  if (json.boolean() == nullptr) return at.wrong("true or false");
  out = *json.boolean();
  return {};
}
Status decode(const Json& json, std::int64_t& out, const ReadContext& at) {
  return decode_integer(json, out, at);
}
Status decode(const Json& json, std::uint64_t& out, const ReadContext& at) {
  return decode_integer(json, out, at);
}
Status decode(const Json& json, std::int32_t& out, const ReadContext& at) {
  return decode_integer(json, out, at);
}
Status decode(const Json& json, std::uint32_t& out, const ReadContext& at) {
  return decode_integer(json, out, at);
}

Status decode(const Json& json, double& out, const ReadContext& at) {
  if (json.real() == nullptr && json.integer() == nullptr) return at.wrong("a number");
  out = json.real() != nullptr ? *json.real() : static_cast<double>(*json.integer());
  return {};
}

Status decode(const Json& json, std::string& out, const ReadContext& at) {
  if (json.string() == nullptr) return at.wrong("a string");
  out = *json.string();
  return {};
}

Status decode(const Json& json, Json& out, const ReadContext&) {
  out = json;
  return {};
}

Status decode(const Json& json, Instant& out, const ReadContext& at) {
  if (json.string() == nullptr) return at.wrong("a time (RFC 3339)");
  const auto parsed = parse_instant(*json.string());
  if (!parsed) return at.wrong("a time (RFC 3339) such as 2026-11-22T19:46:16Z");
  out = *parsed;
  return {};
}

Status decode(const Json& json, Duration& out, const ReadContext& at) { return decode(json, out.micros, at); }

Status decode(const Json& json, Sha256& out, const ReadContext& at) {
  const auto parsed = json.string() == nullptr ? Result<Sha256>(invalid("")) : parse_sha256(*json.string());
  if (!parsed) return at.wrong("a SHA-256 digest (64 hex digits, \"sha256:\" may stand before them)");
  out = *parsed;
  return {};
}

Status refuse_unknown(const Json& json, const std::vector<std::string_view>& known, const ReadContext& at) {
  for (const auto& [name, value] : *json.object()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string path = at.path.empty() ? name : at.path + "." + name;
    return invalid(
        fmt::format("'{}' is not a known field; known: {}", path.substr(0, 128), fmt::join(known, ", ")),
        path);
  }
  return {};
}

}  // namespace weir::format
