#include "evidence/person.h"

#include <fmt/format.h>

#include <algorithm>

#include "evidence/summary.h"

namespace weir::evidence {
std::string_view trim_person(std::string_view said) {
  constexpr std::string_view blank = " \t\r\n";
  said.remove_prefix(std::min(said.find_first_not_of(blank), said.size()));
  return said.substr(0, said.find_last_not_of(blank) + 1);
}

Result<std::string> read_person(std::string_view said, std::string_view field) {
  const std::string_view name = trim_person(said);
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain)
    return invalid(
        fmt::format("'{}' names '{}': people are named by their account, in printable ASCII, so that no two "
                    "names look the same",
                    field, fact_text(name)),
        std::string(field));
  return std::string(name);
}

std::string fold_person(std::string_view name) {
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return folded;
}

}  // namespace weir::evidence
