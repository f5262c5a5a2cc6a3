// JSON (RFC 8259) values, a strict reader and a writer.
// The reader refuses what two readers could read differently: duplicate keys, invalid UTF-8, numbers that do not fit
// (integers beyond 64 bits), nesting beyond limits::json_depth_max, anything after the value. Its errors name the byte.
// Objects keep the order they were read in. `dump` writes without spaces; `dump_canonical` sorts keys by UTF-16 code
// units as RFC 8785 does, so equal values have equal bytes.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace weir::format {

class Json {
 public:
  using Member = std::pair<std::string, Json>;
  using Array = std::vector<Json>;
  using Object = std::vector<Member>;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(std::int64_t value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
  static Json object(std::initializer_list<Member> members) { return Json(Object(members)); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  const double* real() const { return std::get_if<double>(&value_); }
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }
  Array* array() { return std::get_if<Array>(&value_); }
  Object* object() { return std::get_if<Object>(&value_); }

  // The member of an object; nullptr when this is no object or has no such member.
  const Json* find(std::string_view key) const;
  // Shorthands for reading foreign documents: a null/""/empty value when the member is absent or of another type.
  const Json& at(std::string_view key) const;
  std::string_view text(std::string_view key) const;
  const Array& items(std::string_view key) const;

  void set(std::string key, Json value);  // of an object (or null, which becomes one); replaces
  bool operator==(const Json&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

Result<Json> parse_json(std::string_view text);
std::string dump(const Json& value);
std::string dump_pretty(const Json& value);     // two spaces, for people
std::string dump_canonical(const Json& value);  // RFC 8785

void append_json_string(std::string& out, std::string_view text);  // quoted and escaped

}  // namespace weir::format
