// YAML (1.2, core schema) read into the same values as JSON, for files that people write: configuration, templates.
// Plain scalars become null, booleans and numbers; quoted ones are text. Refused, naming line and column where known:
// duplicate or non-text keys, more than one document, nesting beyond limits::json_depth_max, aliases that unfold
// beyond limits::yaml_nodes_max, invalid UTF-8. An empty document is null. By yaml-cpp, whose exceptions end here.
#pragma once
#include <string_view>

#include "format/json.h"

namespace weir::format {

Result<Json> parse_yaml(std::string_view text);

}  // namespace weir::format
