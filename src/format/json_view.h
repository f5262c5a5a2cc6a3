// JSON read where it lies, for large documents of which only a part is wanted: what `parse_json` (json.h)
// refuses is refused here too, by the same words, but no tree of values is built. Views point into their
// document and die with it. A document belongs to one thread.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "format/json.h"

namespace weir::format {

class JsonView {
 public:
  JsonView() = default;  // null
  bool is_null() const;
  bool is_object() const;
  bool is_array() const;
  // Shorthands for reading foreign documents: null/""/empty when the member is absent or of another type.
  JsonView at(std::string_view key) const;
  std::string_view string() const;
  std::string_view text(std::string_view key) const;
  std::vector<JsonView> items() const;
  std::vector<JsonView> items(std::string_view key) const { return at(key).items(); }
  std::vector<std::pair<std::string_view, JsonView>> members() const;
  // What it is; nothing when it is of another type.
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  std::optional<double> number() const;  // whole or not
  std::optional<std::string_view> maybe_string() const;
  std::size_t size() const;  // of an array
  Json json() const;         // by itself, beyond the document

 private:
  friend class JsonDocument;
  friend class JsonWalk;
  friend std::string dump(const JsonView& value);
  std::array<std::uint64_t, 2> place_{};
};

std::string dump(const JsonView& value);  // as of the Json

// The members of an object or the items of an array one after another, without a list of them; of anything else none.
class JsonWalk {
 public:
  explicit JsonWalk(const JsonView& of);
  // False: there are no more. Of an item the key is empty.
  bool next(std::string_view& key, JsonView& value);

 private:
  std::array<std::uint64_t, 2> at_{}, end_{};
  bool object_ = false;
};

class JsonDocument {
 public:
  static constexpr std::size_t any_number = static_cast<std::size_t>(-1);  // of values: the text is ours
  static constexpr std::size_t room_enough = 64;

  // `room`: bytes of memory behind the text that are the caller's, whatever stands there; where they are enough the
  // text is read without a copy. Errors: as parse_json; too_large beyond `values_max` values.
  static Result<JsonDocument> parse(std::string_view text, std::size_t values_max, std::size_t room = 0);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) = delete;
  ~JsonDocument();
  JsonView root() const { return root_; }

 private:
  struct Reader;
  explicit JsonDocument(std::unique_ptr<Reader> reader);
  static std::unique_ptr<Reader> idle_reader();
  static std::unique_ptr<Reader>& kept_reader();  // of this thread
  std::unique_ptr<Reader> reader_;
  JsonView root_;
};

}  // namespace weir::format
