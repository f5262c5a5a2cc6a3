#include "dbom/place.h"

#include <fmt/format.h>

#include <vector>

namespace weir::dbom {
namespace {

struct Level {
  bool is_object = false;
  std::string key;        // of the member at hand
  std::size_t index = 0;  // of the item at hand
};

// The end of the string that opens at `at`, behind its closing quote.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return std::min(at + 1, json.size());
}

std::string spelled(const std::vector<Level>& levels) {
  std::string place;
  for (const Level& level : levels) {
    if (level.is_object && !level.key.empty()) place += (place.empty() ? "" : ".") + level.key;
    if (!level.is_object) place += fmt::format("[{}]", level.index);
  }
  return place;
}

}  // namespace

std::string place_of(std::string_view json, std::size_t byte) {
  std::vector<Level> levels;
  bool is_key = false;
  for (std::size_t at = 0; at < json.size() && at <= byte;) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t end = end_of_string(json, at);
      if (!levels.empty() && is_key) levels.back().key = json.substr(at + 1, end - at - 2);
      if (byte < end) break;
      at = end;
      continue;
    }
    if (c == '{' || c == '[') levels.push_back({.is_object = c == '{'});
    if ((c == '}' || c == ']') && !levels.empty()) levels.pop_back();
    if (c == ',' && !levels.empty()) ++levels.back().index;
    if (c == '{' || c == ',') is_key = !levels.empty() && levels.back().is_object;
    if (c == ':' || c == '[') is_key = false;
    ++at;
  }
  return spelled(levels);
}

}  // namespace weir::dbom
