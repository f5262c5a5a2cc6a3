#include "base/name.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"

namespace weir {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_name_character(char c) {
  return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == '~';
}
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

Status check_length(std::string_view text, std::size_t most, std::string_view field) {
  if (text.size() <= most) return {};
  return Error{Errc::too_large,
               fmt::format("'{}' has {} bytes, at most {} are allowed", field, text.size(), most),
               std::string(field)};
}

}  // namespace

Status check_name(std::string_view name, std::string_view field) {
  TRY(check_length(name, limits::name_bytes_max, field));
  if (!name.empty() && is_letter_or_digit(name[0]) &&
      std::all_of(name.begin(), name.end(), is_name_character) && name.find("..") == std::string_view::npos)
    return {};
  return invalid(
      fmt::format(
          "'{}' must be a name: letters, digits, '-', '_', '.', '~', beginning with a letter or digit",
          field),
      std::string(field));
}

Status check_title(std::string_view title, std::string_view field) {
  TRY(check_length(title, limits::name_bytes_max, field));
  if (!title.empty() && std::none_of(title.begin(), title.end(), is_control)) return {};
  return invalid(fmt::format("'{}' must be one line of text, not empty", field), std::string(field));
}

Status check_text(std::string_view text, std::string_view field) {
  TRY(check_length(text, limits::text_bytes_max, field));
  const auto refused = [](char c) { return is_control(c) && c != '\n' && c != '\t'; };
  if (std::none_of(text.begin(), text.end(), refused)) return {};
  return invalid(fmt::format("'{}' holds control characters", field), std::string(field));
}

Status check_tags(const std::map<std::string, std::string>& tags, std::string_view field) {
  if (tags.size() > limits::tags_max)
    return Error{Errc::too_large, fmt::format("'{}' has {} tags, at most {} are allowed", field, tags.size(),
                                              limits::tags_max),
                 std::string(field)};
  for (const auto& [key, value] : tags) {
    TRY(check_name(key, fmt::format("{} key", field)));
    if (!value.empty()) TRY(check_title(value, fmt::format("{}.{}", field, key)));
  }
  return {};
}

}  // namespace weir
