// What a JSON Schema may hold here, decided before any validator sees it. Pure.
#pragma once
#include <set>
#include <string>

#include "base/result.h"
#include "format/json.h"

namespace weir::evidence {

struct SchemaTraits {
  bool draft4 = false;
  bool matches_strings = false;    // uses `format` or `patternProperties`
  std::set<std::string> patterns;  // of `pattern`
};

Result<SchemaTraits> examine_schema(const format::Json& schema);

}  // namespace weir::evidence
