#include "format/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "base/limits.h"
#include "format/json_offence.h"
#include "format/json_tree.h"

namespace weir::format {
namespace {

namespace dom = simdjson::dom;

const Error number_too_large{Errc::too_large, "a JSON integer does not fit into 64 bits with sign"};

// A value where there is none yet: assigning would look first at what is there.
Json& make(Json& null, auto value) { return *std::construct_at(&null, std::move(value)); }

Status convert_array(dom::array array, Json& out) {
  Json::Array& items = *make(out, Json::Array()).array();
  items.resize(array.size());
  std::size_t at = 0;
  for (const dom::element item : array) {
    if (at == items.size()) items.emplace_back();  // the reader counts up to 2^24 of them
    TRY(convert(item, items[at++]));
  }
  return {};
}

// Keys that stand in order are each there once, as in all that we write; else a quadratic search is quicker for the
// usual handful, sorting for the rest.
Status refuse_duplicate_keys(const Json::Object& members) {
  const auto in_order = [](const Json::Member& a, const Json::Member& b) { return a.first < b.first; };
  std::size_t ordered = 1;
  while (ordered < members.size() && in_order(members[ordered - 1], members[ordered])) ++ordered;
  if (ordered >= members.size()) return {};
  const auto duplicate = [](std::string_view key) {
    return invalid(fmt::format("JSON object has the key '{}' twice", key.substr(0, 64)), std::string(key));
  };
  if (members.size() <= 16) {
    for (std::size_t i = 1; i < members.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (members[i].first == members[k].first) return duplicate(members[i].first);
    return {};
  }
  std::vector<std::string_view> keys;
  keys.reserve(members.size());
  for (const auto& [key, value] : members) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  const auto twin = std::adjacent_find(keys.begin(), keys.end());
  return twin == keys.end() ? Status() : duplicate(*twin);
}

Status convert_object(dom::object object, Json& out) {
  Json::Object& members = *make(out, Json::Object()).object();
  members.reserve(object.size());
  for (const auto [key, value] : object) TRY(convert(value, members.emplace_back(key, nullptr).second));
  return refuse_duplicate_keys(members);
}

Error refusal(std::string_view text, simdjson::error_code code) {
  const auto offence = locate_json_offence(text);
  if (!offence) return invalid(fmt::format("not valid JSON: {}", simdjson::error_message(code)));
  return invalid("not valid JSON " + to_string(*offence));
}

void append_integer(std::string& out, std::int64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

void append_number(std::string& out, double value) {
  if (value == 0) out += '0';  // without the sign, as RFC 8785 has it: read again it is a whole number
  else if (std::isfinite(value)) fmt::format_to(std::back_inserter(out), "{}", value);
  else out += "null";
}

// Order of RFC 8785: UTF-16 code units. Differs from bytes only between U+E000..U+FFFF and the astral planes.
bool before_in_utf16(std::string_view a, std::string_view b) {
  const auto weight = [](unsigned char c) { return c >= 0xEE && c <= 0xEF ? c + 0x100 : int{c}; };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) {
    return weight(static_cast<unsigned char>(x)) < weight(static_cast<unsigned char>(y));
  });
}

enum class Order { as_read, canonical };

void append(std::string& out, const Json& value, Order order);

void append_member(std::string& out, const Json::Member& member, Order order) {
  if (out.back() != '{') out += ',';
  append_json_string(out, member.first);
  out += ':';
  append(out, member.second, order);
}

void append_object(std::string& out, const Json::Object& members, Order order) {
  out += '{';
  if (order == Order::as_read) {
    for (const Json::Member& member : members) append_member(out, member, order);
  } else {
    std::vector<const Json::Member*> sorted;
    for (const auto& member : members) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
      return before_in_utf16(a->first, b->first);
    });
    for (const Json::Member* member : sorted) append_member(out, *member, order);
  }
  out += '}';
}

void append(std::string& out, const Json& value, Order order) {
  if (const auto* text = value.string()) return append_json_string(out, *text);
  if (const auto* number = value.integer()) return append_integer(out, *number);
  if (const auto* flag = value.boolean()) return void(out += *flag ? "true" : "false");
  if (const auto* number = value.real()) return append_number(out, *number);
  if (const auto* members = value.object()) return append_object(out, *members, order);
  const auto* items = value.array();
  if (items == nullptr) return void(out += "null");
  out += '[';
  for (std::size_t i = 0; i < items->size(); ++i) {
    if (i > 0) out += ',';
    append(out, (*items)[i], order);
  }
  out += ']';
}

void append_pretty(std::string& out, const Json& value, std::size_t depth) {
  const auto line = [&](std::size_t at) { out += '\n'; out.append(at * 2, ' '); };
  const auto* members = value.object();
  const auto* items = value.array();
  if (members != nullptr && !members->empty()) {
    out += '{';
    for (std::size_t i = 0; i < members->size(); ++i) {
      if (i > 0) out += ',';
      line(depth + 1);
      append_json_string(out, (*members)[i].first);
      out += ": ";
      append_pretty(out, (*members)[i].second, depth + 1);
    }
    line(depth);
    out += '}';
  } else if (items != nullptr && !items->empty()) {
    out += '[';
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (i > 0) out += ',';
      line(depth + 1);
      append_pretty(out, (*items)[i], depth + 1);
    }
    line(depth);
    out += ']';
  } else {
    append(out, value, Order::as_read);
  }
}

const Json null_value;
const Json::Array no_items;

}  // namespace

Status convert(dom::element element, Json& out) {
  switch (element.type()) {
    case dom::element_type::ARRAY:
      return convert_array(element.get_array().value_unsafe(), out);
    case dom::element_type::OBJECT:
      return convert_object(element.get_object().value_unsafe(), out);
    case dom::element_type::INT64:
      make(out, std::int64_t{element.get_int64().value_unsafe()});
      return {};
    case dom::element_type::UINT64:
      return number_too_large;
    case dom::element_type::DOUBLE:
      make(out, element.get_double().value_unsafe());
      return {};
    case dom::element_type::STRING:
      make(out, std::string_view(element.get_string().value_unsafe()));
      return {};
    case dom::element_type::BOOL:
      make(out, element.get_bool().value_unsafe());
      return {};
    case dom::element_type::NULL_VALUE:
      return {};
  }
  return internal("unknown JSON element");
}

namespace {

void append_json_array(std::string& out, dom::array items) {
  out += '[';
  bool first = true;
  for (const dom::element item : items) {
    if (!std::exchange(first, false)) out += ',';
    append_json(out, item);
  }
  out += ']';
}

void append_json_object(std::string& out, dom::object members) {
  out += '{';
  bool first = true;
  for (const auto [key, value] : members) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, key);
    out += ':';
    append_json(out, value);
  }
  out += '}';
}

}  // namespace

void append_json(std::string& out, dom::element element) {
  switch (element.type()) {
    case dom::element_type::ARRAY:
      return append_json_array(out, element.get_array().value_unsafe());
    case dom::element_type::OBJECT:
      return append_json_object(out, element.get_object().value_unsafe());
    case dom::element_type::INT64:
      return append_integer(out, element.get_int64().value_unsafe());
    case dom::element_type::DOUBLE:
      return append_number(out, element.get_double().value_unsafe());
    case dom::element_type::STRING:
      return append_json_string(out, element.get_string().value_unsafe());
    case dom::element_type::BOOL:
      return void(out += element.get_bool().value_unsafe() ? "true" : "false");
    default:
      return void(out += "null");  // a document that was checked holds no other number
  }
}

const Json* Json::find(std::string_view key) const {
  if (const auto* members = object())
    for (const auto& [name, value] : *members)
      if (name == key) return &value;
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  const Json* found = find(key);
  return found != nullptr ? *found : null_value;
}

std::string_view Json::text(std::string_view key) const {
  const std::string* found = at(key).string();
  return found != nullptr ? std::string_view(*found) : std::string_view();
}

const Json::Array& Json::items(std::string_view key) const {
  const Array* found = at(key).array();
  return found != nullptr ? *found : no_items;
}

void Json::set(std::string key, Json value) {
  if (is_null()) value_ = Object();
  Object* members = object();
  CHECK(members != nullptr);
  for (auto& [name, old] : *members)
    if (name == key) return void(old = std::move(value));
  members->emplace_back(std::move(key), std::move(value));
}

Result<Json> parse_json(std::string_view text) {
  thread_local dom::parser parser;
  if (parser.max_depth() != limits::json_depth_max &&
      parser.allocate(64 * 1024, limits::json_depth_max) != simdjson::SUCCESS)
    return internal("no memory for the JSON reader");
  const auto parsed = parser.parse(text.data(), text.size());
  switch (parsed.error()) {
    case simdjson::SUCCESS: break;
    case simdjson::EMPTY: return invalid("expected JSON, got nothing");
    default: return refusal(text, parsed.error());
  }
  Json value;
  const Status converted = convert(parsed.value_unsafe(), value);
  if (converted.ok()) return value;
  if (converted.error().code == Errc::too_large) return refusal(text, simdjson::NUMBER_OUT_OF_RANGE);
  return converted.error();
}

std::string dump(const Json& value) {
  std::string out;
  append(out, value, Order::as_read);
  return out;
}

std::string dump_pretty(const Json& value) {
  std::string out;
  append_pretty(out, value, 0);
  return out;
}

std::string dump_canonical(const Json& value) {
  std::string out;
  append(out, value, Order::canonical);
  return out;
}

namespace {

// Whether a byte of eight is a quote, a backslash, or below a space. May say so of bytes behind one that is.
bool any_needs_escape(std::uint64_t eight) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101, tops = 0x8080'8080'8080'8080;
  const auto zero_in = [](std::uint64_t word) { return (word - ones) & ~word; };
  const std::uint64_t quotes = zero_in(eight ^ (ones * '"')), slashes = zero_in(eight ^ (ones * '\\'));
  return ((quotes | slashes | ((eight - ones * 0x20) & ~eight)) & tops) != 0;
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// How much of the text from its begin can be written as it is.
std::size_t plain_size(std::string_view text) {
  const auto plain_at = [&](std::size_t at) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof eight);
    return !any_needs_escape(eight);
  };
  std::size_t at = 0;
  while (text.size() - at >= sizeof(std::uint64_t) && plain_at(at)) at += sizeof(std::uint64_t);
  const bool few_left = text.size() >= sizeof(std::uint64_t) && text.size() - at < sizeof(std::uint64_t);
  if (few_left && plain_at(text.size() - sizeof(std::uint64_t))) return text.size();
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

// Most texts stay as they are: their place is made at once.
void append_json_string(std::string& out, std::string_view text) {
  std::size_t plain = plain_size(text);
  if (plain == text.size()) {
    out.append(text.size() + 2, '"');
    return void(
        std::copy(text.begin(), text.end(), out.end() - static_cast<std::ptrdiff_t>(text.size()) - 1));
  }
  out += '"';
  for (;; plain = plain_size(text)) {
    out.append(text.substr(0, plain));
    if (plain == text.size()) break;
    append_escaped(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

}  // namespace weir::format
