// What people read on a terminal: aligned tables whose columns are rows of data, marks and colours for
// states, and safe text. Whatever comes from outside is cleaned of control and direction characters before
// it reaches a terminal, because the name of a program is chosen by whoever starts it. Machines get JSON
// instead (session.h). Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/json.h"

namespace weir::cli {

enum class Color { no, yes };

enum class Show {
  text,
  digest,  // twelve digits
  time,    // to the second
  state,   // mark, word, colour
  count,   // right-aligned
  list,    // items joined by ", "
  length,  // number of items
  yes_no,  // true: yes, false: no, null: not known
};

// A column shows the member at `path` ("last_delivery.at") of each row.
struct Column {
  std::string_view title;
  std::string_view path;
  Show show = Show::text;
};

std::string table(std::span<const Column> columns, std::span<const format::Json> rows, Color color);
// One row, as lines "title: value"; empty values are left out.
std::string card(std::span<const Column> columns, const format::Json& row, Color color);
std::string cell(const Column& column, const format::Json& row);

std::string marked(std::string_view state, Color color);  // "◆ unknown" in red
std::string cleaned(std::string_view text);               // "\x1b[2J" becomes "\\x1b[2J"
std::size_t width_of(std::string_view text);              // in terminal columns
const format::Json& member(const format::Json& row, std::string_view dotted_path);

enum class Weight { strong, quiet, red, amber, blue };
std::string styled(std::string_view text, Weight weight, Color color);

}  // namespace weir::cli
