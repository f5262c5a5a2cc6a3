#include "cli/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/time.h"

namespace weir::cli {
namespace {

using format::Json;

// Verdicts and states: shape and colour both, never colour alone (as on the page).
struct StateRow {
  std::string_view word;
  std::string_view mark;
  Weight weight;
};
constexpr std::array states{
    StateRow{"approved", "■", Weight::blue},  StateRow{"explained", "▪", Weight::quiet},
    StateRow{"unknown", "◆", Weight::red},    StateRow{"unapproved", "◆", Weight::red},
    StateRow{"changed", "▲", Weight::amber},  StateRow{"expired", "▲", Weight::amber},
    StateRow{"revoked", "▲", Weight::amber},  StateRow{"early", "▲", Weight::amber},
    StateRow{"late", "▲", Weight::amber},     StateRow{"missing", "○", Weight::amber},
    StateRow{"open", "◆", Weight::red},       StateRow{"acknowledged", "◇", Weight::amber},
    StateRow{"resolved", "✓", Weight::quiet}, StateRow{"critical", "◆", Weight::red},
    StateRow{"high", "◆", Weight::red},       StateRow{"medium", "▲", Weight::amber},
    StateRow{"low", "▪", Weight::quiet},      StateRow{"active", "■", Weight::blue},
    StateRow{"expected", "○", Weight::amber}, StateRow{"observed", "■", Weight::blue},
    StateRow{"ended", "▪", Weight::quiet},    StateRow{"missed", "◆", Weight::red},
    StateRow{"failed", "◆", Weight::red},     StateRow{"met", "■", Weight::blue},
    StateRow{"extra", "▪", Weight::quiet},    StateRow{"live", "■", Weight::blue},
    StateRow{"silent", "◆", Weight::red},     StateRow{"replaced", "▪", Weight::quiet},
    StateRow{"pending", "○", Weight::amber},  StateRow{"delivered", "✓", Weight::quiet},
    StateRow{"dead", "◆", Weight::red},
};

constexpr std::size_t digest_digits_shown = 12;
constexpr std::size_t sentence_columns_max = 120;
constexpr std::size_t cell_columns_max = 72;

std::string_view code_of(Weight weight) {
  switch (weight) {
    case Weight::strong:
      return "1";
    case Weight::quiet:
      return "2";
    case Weight::red:
      return "31";
    case Weight::amber:
      return "33";
    case Weight::blue:
      return "36";
  }
  return "0";
}

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

// The character at the start of `text`; a byte that begins none is code 0 of length 1.
Character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (bytes == 0 || text.size() < bytes) return {0, 1};
  std::uint32_t code = lead & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {0, 1};
    code = code << 6 | (next & 0x3F);
  }
  return {code, bytes};
}

bool harmful(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x061C || code == 0x200E || code == 0x200F ||
                         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return control || direction || code == 0xFEFF;
}

bool wide(std::uint32_t code) {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
         (code >= 0x1F300 && code <= 0x1FAFF) || (code >= 0x20000 && code <= 0x3FFFD);
}

// Of a long path or reference the end is kept, where they differ; of a sentence the beginning, and more of it.
std::string shortened(std::string text) {
  const bool is_sentence = text.find(' ') != std::string::npos;
  const std::size_t columns_max = is_sentence ? sentence_columns_max : cell_columns_max;
  if (width_of(text) <= columns_max) return text;
  std::string_view kept = text;
  if (!is_sentence) {
    while (width_of(kept) > columns_max - 1) kept.remove_prefix(first_of(kept).bytes);
    return "…" + std::string(kept);
  }
  std::size_t end = 0;
  for (std::size_t columns = 0; columns < columns_max - 1;) {
    const auto next = first_of(kept.substr(end));
    columns += width_of(kept.substr(end, next.bytes));
    end += next.bytes;
  }
  return std::string(kept.substr(0, end)) + "…";
}

std::string plain(const Json& value) {
  if (value.is_null()) return "";
  if (value.string() != nullptr) return *value.string();
  return dump(value);
}

std::string short_digest(const std::string& text) {
  const std::string_view digits = text.starts_with("sha256:") ? std::string_view(text).substr(7) : text;
  return std::string(digits.substr(0, digest_digits_shown));
}

std::string to_the_second(const std::string& text) {
  const Result<Instant> at = parse_instant(text);
  return at ? to_string(*at).substr(0, 19) + "Z" : text;
}

std::string joined(const Json& value) {
  std::string text;
  if (value.array() == nullptr) return plain(value);
  for (const Json& item : *value.array()) text += (text.empty() ? "" : ", ") + plain(item);
  return text;
}

std::string padded(std::string_view text, std::size_t width, Show show) {
  const std::string gap(width - std::min(width, width_of(text)), ' ');
  return show == Show::count || show == Show::length ? gap + std::string(text) : std::string(text) + gap;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string styled(std::string_view text, Weight weight, Color color) {
  if (color == Color::no) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(weight), text);
}

std::string marked(std::string_view state, Color color) {
  if (state.empty()) return "";
  const auto found =
      std::find_if(states.begin(), states.end(), [&](const StateRow& row) { return row.word == state; });
  if (found == states.end()) return "· " + cleaned(state);
  return styled(fmt::format("{} {}", found->mark, found->word), found->weight, color);
}

std::string cleaned(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character next = first_of(text);
    if (!harmful(next.code)) out += text.substr(0, next.bytes);
    else if (next.code >= 0x100) out += fmt::format("\\u{{{:x}}}", next.code);
    else
      out += fmt::format("\\x{:02x}", next.code == 0 ? static_cast<unsigned char>(text.front()) : next.code);
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character next = first_of(text);
    width += wide(next.code) ? 2 : 1;
    text.remove_prefix(next.bytes);
  }
  return width;
}

const Json& member(const Json& row, std::string_view dotted_path) {
  const Json* at = &row;
  while (!dotted_path.empty()) {
    const std::size_t dot = dotted_path.find('.');
    at = &at->at(dotted_path.substr(0, dot));
    dotted_path = dot == std::string_view::npos ? "" : dotted_path.substr(dot + 1);
  }
  return *at;
}

std::string cell(const Column& column, const Json& row) {
  const Json& value = member(row, column.path);
  switch (column.show) {
    case Show::digest:
      return cleaned(short_digest(plain(value)));
    case Show::time:
      return cleaned(to_the_second(plain(value)));
    case Show::state:
      return marked(plain(value), Color::no);
    case Show::list:
      return shortened(cleaned(joined(value)));
    case Show::length:
      return value.array() == nullptr ? "" : std::to_string(value.array()->size());
    case Show::yes_no:
      return value.boolean() == nullptr ? "" : *value.boolean() ? "yes" : "no";
    case Show::text:
    case Show::count:
      return shortened(cleaned(plain(value)));
  }
  return "";
}

std::string table(std::span<const Column> columns, std::span<const Json> rows, Color color) {
  std::vector<std::size_t> widths;
  for (const Column& column : columns) {
    std::size_t width = width_of(column.title);
    for (const Json& row : rows) width = std::max(width, width_of(cell(column, row)));
    widths.push_back(width);
  }
  std::string header, out;
  for (std::size_t i = 0; i < columns.size(); ++i)
    header += (i == 0 ? "" : "  ") + padded(columns[i].title, widths[i], columns[i].show);
  out = styled(trimmed(header), Weight::quiet, color) + "\n";
  for (const Json& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string text = padded(cell(columns[i], row), widths[i], columns[i].show);
      line += i == 0 ? "" : "  ";
      if (columns[i].show != Show::state) line += text;
      else line += marked(plain(member(row, columns[i].path)), color) + text.substr(trimmed(text).size());
    }
    out += trimmed(line) + "\n";
  }
  return out;
}

std::string card(std::span<const Column> columns, const Json& row, Color color) {
  std::size_t width = 0;
  for (const Column& column : columns) width = std::max(width, width_of(column.title));
  std::string out;
  for (const Column& column : columns) {
    const Json& value = member(row, column.path);
    std::string text = cell(column, row);
    if (column.show == Show::digest) text = cleaned(plain(value));  // whole: there is room
    if (column.show == Show::state) text = marked(plain(value), color);
    if (text.empty()) continue;
    out += styled(padded(column.title, width, Show::text), Weight::quiet, color) + "  " + text + "\n";
  }
  return out;
}

}  // namespace weir::cli
