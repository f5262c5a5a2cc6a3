// What the readers of JSON share: values and text out of a document that simdjson has read. Only json.cc and
// json_view.cc include it.
#pragma once
#include <simdjson.h>

#include "format/json.h"

namespace weir::format {

// Makes the value where it is to stand, in a null one: moving one costs as much as making a small one. Refuses what the
// quick reader lets through and a strict one does not.
Status convert(simdjson::dom::element element, Json& out);

// As `dump` writes what `convert` makes of it.
void append_json(std::string& out, simdjson::dom::element element);

}  // namespace weir::format
