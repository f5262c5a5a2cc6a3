#include "vuln/compare_lines.h"

#include <fmt/format.h>

#include <array>

namespace weir::vuln {
namespace {

std::string_view next_word(std::string_view& line) {
  constexpr std::string_view blank = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(blank));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

Result<std::optional<VersionClaim>> parse_claim(std::string_view line) {
  std::string_view rest = line;
  std::array<std::string_view, 4> words;
  for (std::string_view& word : words) word = next_word(rest);
  const auto& [left, relation, right, more] = words;
  if (left.empty() || left.starts_with("//")) return std::optional<VersionClaim>();
  const bool known = relation == "<" || relation == "=" || relation == ">";
  if (known && !right.empty() && more.empty()) return std::optional(VersionClaim{left, right, relation[0]});
  if (left.starts_with('#')) return std::optional<VersionClaim>();
  return invalid("expected 'A < B', 'A = B' or 'A > B'");
}

char relation_of(std::weak_ordering ordering) { return ordering < 0 ? '<' : ordering > 0 ? '>' : '='; }

std::string refute(VersionOrder order, const VersionClaim& claim) {
  const char found = relation_of(compare_versions(order, claim.left, claim.right));
  if (found != claim.relation) return fmt::format("{} {} {}", claim.left, found, claim.right);
  const char back = relation_of(compare_versions(order, claim.right, claim.left));
  const char turned = claim.relation == '<' ? '>' : claim.relation == '>' ? '<' : '=';
  return back == turned ? "" : fmt::format("{} {} {}", claim.right, back, claim.left);
}

}  // namespace weir::vuln
