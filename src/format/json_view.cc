#include "format/json_view.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>

#include "base/limits.h"
#include "format/json_tree.h"

namespace weir::format {
namespace {

namespace dom = simdjson::dom;
using Place = std::array<std::uint64_t, 2>;

// An element is a pointer and a number, both into the document: a view carries them without simdjson's
// header.
static_assert(sizeof(dom::element) == sizeof(Place) && std::is_trivially_copyable_v<dom::element>);
dom::element element_at(const Place& place) { return std::bit_cast<dom::element>(place); }
static_assert(sizeof(dom::object::iterator) == sizeof(Place) &&
              sizeof(dom::array::iterator) == sizeof(Place));

// Empty when the element is of another type.
dom::array array_of(dom::element element) {
  dom::array array;
  return element.get(array) == simdjson::SUCCESS ? array : dom::array();
}
dom::object object_of(dom::element element) {
  dom::object object;
  return element.get(object) == simdjson::SUCCESS ? object : dom::object();
}

constexpr std::size_t kept_bytes_max = 16 * 1024 * 1024;  // a thread keeps the memory of a reader up to this

// What the quick reader lets through and a strict one does not.
class Strictness {
 public:
  explicit Strictness(std::size_t values_max) : left_(values_max) {}

  Status check(dom::element element) {
    if (left_ == 0) return Error{Errc::too_large, "too many values"};
    --left_;
    switch (element.type()) {
      case dom::element_type::ARRAY:
        for (const dom::element item : array_of(element)) TRY(check(item));
        return {};
      case dom::element_type::OBJECT:
        return check_object(object_of(element));
      case dom::element_type::UINT64:
        return invalid("an integer beyond 64 bits with sign");
      default:
        return {};
    }
  }
  bool full() const { return left_ == 0; }

 private:
  // Keys that stand in order are each there once, as in all that we write.
  Status check_object(dom::object object) {
    bool ordered = true, first = true;
    std::string_view before;
    for (const auto [key, value] : object) {
      TRY(check(value));
      ordered = ordered && (std::exchange(first, false) || before < key);
      before = key;
    }
    return ordered ? Status() : check_unique(object);
  }

  // Quadratic search is quicker for the usual handful, sorting for the rest.
  static Status check_unique(dom::object object) {
    const auto duplicate = [](std::string_view key) { return invalid("a key twice", std::string(key)); };
    std::vector<std::string_view> keys;
    for (const auto [key, value] : object) keys.push_back(key);
    if (keys.size() <= 16) {
      for (std::size_t i = 1; i < keys.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
          if (keys[i] == keys[k]) return duplicate(keys[i]);
      return {};
    }
    std::sort(keys.begin(), keys.end());
    const auto twin = std::adjacent_find(keys.begin(), keys.end());
    return twin == keys.end() ? Status() : duplicate(*twin);
  }

  std::size_t left_;
};

}  // namespace

struct JsonDocument::Reader {
  dom::parser parser;
};

bool JsonView::is_null() const { return place_[0] == 0 || element_at(place_).is_null(); }
bool JsonView::is_object() const { return place_[0] != 0 && element_at(place_).is_object(); }
bool JsonView::is_array() const { return place_[0] != 0 && element_at(place_).is_array(); }

JsonView JsonView::at(std::string_view key) const {
  JsonView found;
  if (!is_object()) return found;
  for (const auto [name, value] : object_of(element_at(place_)))
    if (name == key) {
      found.place_ = std::bit_cast<Place>(value);
      break;
    }
  return found;
}

std::string_view JsonView::string() const {
  if (place_[0] == 0) return {};
  const auto text = element_at(place_).get_string();
  return text.error() == simdjson::SUCCESS ? text.value_unsafe() : std::string_view();
}

std::string_view JsonView::text(std::string_view key) const { return at(key).string(); }

std::vector<JsonView> JsonView::items() const {
  std::vector<JsonView> all;
  if (!is_array()) return all;
  for (const dom::element item : array_of(element_at(place_)))
    all.emplace_back().place_ = std::bit_cast<Place>(item);
  return all;
}

std::vector<std::pair<std::string_view, JsonView>> JsonView::members() const {
  std::vector<std::pair<std::string_view, JsonView>> all;
  if (!is_object()) return all;
  for (const auto [key, value] : object_of(element_at(place_))) {
    JsonView view;
    view.place_ = std::bit_cast<Place>(value);
    all.emplace_back(key, view);
  }
  return all;
}

std::optional<bool> JsonView::boolean() const {
  bool value = false;
  return place_[0] != 0 && element_at(place_).get(value) == simdjson::SUCCESS ? std::optional(value)
                                                                              : std::nullopt;
}

std::optional<std::int64_t> JsonView::integer() const {
  if (place_[0] == 0 || element_at(place_).type() != dom::element_type::INT64) return std::nullopt;
  return element_at(place_).get_int64().value_unsafe();
}

std::optional<double> JsonView::number() const {
  double value = 0;
  return place_[0] != 0 && element_at(place_).get(value) == simdjson::SUCCESS ? std::optional(value)
                                                                              : std::nullopt;
}

std::optional<std::string_view> JsonView::maybe_string() const {
  std::string_view value;
  return place_[0] != 0 && element_at(place_).get(value) == simdjson::SUCCESS ? std::optional(value)
                                                                              : std::nullopt;
}

std::size_t JsonView::size() const { return is_array() ? array_of(element_at(place_)).size() : 0; }

Json JsonView::json() const {
  Json value;
  if (place_[0] != 0) CHECK(convert(element_at(place_), value).ok());  // its document was checked
  return value;
}

std::string dump(const JsonView& value) {
  if (value.place_[0] == 0) return "null";
  std::string out;
  append_json(out, element_at(value.place_));
  return out;
}

JsonWalk::JsonWalk(const JsonView& of) : object_(of.is_object()) {
  if (object_) {
    const dom::object object = object_of(element_at(of.place_));
    at_ = std::bit_cast<Place>(object.begin());
    end_ = std::bit_cast<Place>(object.end());
  } else if (of.is_array()) {
    const dom::array array = array_of(element_at(of.place_));
    at_ = std::bit_cast<Place>(array.begin());
    end_ = std::bit_cast<Place>(array.end());
  }
}

bool JsonWalk::next(std::string_view& key, JsonView& value) {
  if (at_ == end_) return false;
  if (object_) {
    auto at = std::bit_cast<dom::object::iterator>(at_);
    key = at.key();
    value.place_ = std::bit_cast<Place>(at.value());
    at_ = std::bit_cast<Place>(++at);
  } else {
    auto at = std::bit_cast<dom::array::iterator>(at_);
    key = {};
    value.place_ = std::bit_cast<Place>(*at);
    at_ = std::bit_cast<Place>(++at);
  }
  return true;
}

std::unique_ptr<JsonDocument::Reader>& JsonDocument::kept_reader() {
  thread_local std::unique_ptr<Reader> kept;
  return kept;
}

std::unique_ptr<JsonDocument::Reader> JsonDocument::idle_reader() {
  auto reader = std::move(kept_reader());
  return reader != nullptr ? std::move(reader) : std::make_unique<Reader>();
}

JsonDocument::JsonDocument(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() {
  if (reader_ != nullptr && reader_->parser.capacity() <= kept_bytes_max) kept_reader() = std::move(reader_);
}

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::size_t values_max, std::size_t room) {
  static_assert(room_enough >= simdjson::SIMDJSON_PADDING);
  JsonDocument document(idle_reader());
  dom::parser& parser = document.reader_->parser;
  if (parser.max_depth() != limits::json_depth_max &&
      parser.allocate(64 * 1024, limits::json_depth_max) != simdjson::SUCCESS)
    return internal("no memory for the JSON reader");
  const auto parsed = parser.parse(text.data(), text.size(), room < room_enough);
  // What is wrong is said by the reader that builds values: one set of words for both.
  const auto refusal = [&] {
    const Result<Json> refused = parse_json(text);
    return refused.ok() ? internal("two readers of JSON disagree") : refused.error();
  };
  if (parsed.error() != simdjson::SUCCESS) return refusal();
  Strictness strictness(values_max);
  if (const Status sound = strictness.check(parsed.value_unsafe()); !sound.ok()) {
    if (strictness.full())
      return Error{Errc::too_large, fmt::format("the JSON has more than {} values", values_max)};
    return refusal();
  }
  document.root_.place_ = std::bit_cast<Place>(parsed.value_unsafe());
  return document;
}

}  // namespace weir::format
