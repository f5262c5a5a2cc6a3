#include "format/json_view.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>

#include "base/limits.h"
#include "format/json.h"
#include "format/json_offence.h"

namespace weir::format {
namespace {

namespace dom = simdjson::dom;
using Place = std::array<std::uint64_t, 2>;

// An element is a pointer and a number, both into the document: a view carries them without simdjson's
// header.
static_assert(sizeof(dom::element) == sizeof(Place) && std::is_trivially_copyable_v<dom::element>);
dom::element element_at(const Place& place) { return std::bit_cast<dom::element>(place); }

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
  Status check_object(dom::object object) {
    const std::size_t begin = keys_.size();
    for (const auto [key, value] : object) keys_.push_back(key);
    const Status unique = check_unique(begin);
    keys_.resize(begin);
    TRY(unique);
    for (const auto [key, value] : object) TRY(check(value));
    return {};
  }

  // Duplicate keys: quadratic search is quicker for the usual handful, sorting for the rest.
  Status check_unique(std::size_t begin) {
    const auto duplicate = [](std::string_view key) { return invalid("a key twice", std::string(key)); };
    if (keys_.size() - begin <= 16) {
      for (std::size_t i = begin + 1; i < keys_.size(); ++i)
        for (std::size_t k = begin; k < i; ++k)
          if (keys_[i] == keys_[k]) return duplicate(keys_[i]);
      return {};
    }
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(first, keys_.end());
    const auto twin = std::adjacent_find(first, keys_.end());
    return twin == keys_.end() ? Status() : duplicate(*twin);
  }

  std::size_t left_;
  std::vector<std::string_view> keys_;
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

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::size_t values_max) {
  JsonDocument document(idle_reader());
  dom::parser& parser = document.reader_->parser;
  if (parser.max_depth() != limits::json_depth_max &&
      parser.allocate(64 * 1024, limits::json_depth_max) != simdjson::SUCCESS)
    return internal("no memory for the JSON reader");
  const auto parsed = parser.parse(text.data(), text.size());
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
