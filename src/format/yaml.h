// YAML (1.2, core schema) read into the same values as JSON, for files that people write: configuration, templates.
// Plain scalars become null, booleans and numbers; quoted ones are text. Refused, naming line and column where known:
// duplicate or non-text keys, more than one document, nesting beyond limits::json_depth_max, aliases that unfold
// beyond limits::yaml_nodes_max, invalid UTF-8. An empty document is null. By yaml-cpp, whose exceptions end here.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "format/json.h"

namespace weir::format {

Result<Json> parse_yaml(std::string_view text);

// The same with the line of each value, by its path as errors of `decode` name it: "rules[2].require.name".
struct YamlDocument {
  Json value;
  std::map<std::string, std::size_t, std::less<>> lines;
};
Result<YamlDocument> parse_yaml_with_lines(std::string_view text);

// Of the value at `path`, or of the nearest one around it that has a line; 0 when there is none.
std::size_t line_of(const YamlDocument& document, std::string_view path);

}  // namespace weir::format
