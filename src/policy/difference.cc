#include "policy/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace weir::policy {
namespace {

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

struct Edit {
  char mark;  // ' ', '-', '+'
  std::string_view line;
};

// By the longest common subsequence of what stands between a common head and a common tail.
std::vector<Edit> edits_between(const Lines& was, const Lines& is) {
  std::size_t head = 0, tail = 0;
  while (head < was.size() && head < is.size() && was[head] == is[head]) ++head;
  while (tail < was.size() - head && tail < is.size() - head &&
         was[was.size() - 1 - tail] == is[is.size() - 1 - tail])
    ++tail;
  const std::size_t n = was.size() - head - tail, m = is.size() - head - tail;
  const bool small = n <= compared_lines_max && m <= compared_lines_max;
  std::vector<std::uint32_t> common(small ? (n + 1) * (m + 1) : 0);
  const auto at = [&](std::size_t i, std::size_t k) -> std::uint32_t& { return common[i * (m + 1) + k]; };
  if (small)
    for (std::size_t i = n; i-- > 0;)
      for (std::size_t k = m; k-- > 0;)
        at(i, k) = was[head + i] == is[head + k] ? at(i + 1, k + 1) + 1 : std::max(at(i + 1, k), at(i, k + 1));
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({' ', was[i]});
  std::size_t i = 0, k = 0;
  while (i < n || k < m) {
    if (small && i < n && k < m && was[head + i] == is[head + k]) edits.push_back({' ', was[head + i++]}), ++k;
    else if (i < n && (!small || k == m || at(i + 1, k) >= at(i, k + 1))) edits.push_back({'-', was[head + i++]});
    else edits.push_back({'+', is[head + k++]});
  }
  for (std::size_t t = tail; t-- > 0;) edits.push_back({' ', was[was.size() - 1 - t]});
  return edits;
}

constexpr std::size_t context = 3;

}  // namespace

std::string unified_difference(std::string_view was, std::string_view is, std::string_view was_name,
                               std::string_view is_name) {
  if (was == is) return {};
  const std::vector<Edit> edits = edits_between(lines_of(was), lines_of(is));
  std::string out = fmt::format("--- {}\n+++ {}\n", was_name, is_name);
  std::size_t old_line = 1, new_line = 1;
  for (std::size_t i = 0; i < edits.size();) {
    std::size_t first = i;
    while (first < edits.size() && edits[first].mark == ' ') ++first;
    if (first == edits.size()) break;
    const std::size_t begin = first - std::min(context, first - i);
    std::size_t end = first, quiet = 0;  // the hunk ends when more than two contexts of equal lines follow
    for (std::size_t at = first; at < edits.size() && quiet <= 2 * context; ++at) {
      quiet = edits[at].mark == ' ' ? quiet + 1 : 0;
      if (quiet == 0) end = at + 1;
    }
    end = std::min(edits.size(), end + context);
    old_line += begin - i, new_line += begin - i;
    std::size_t removed = 0, added = 0;
    std::string body;
    for (std::size_t at = begin; at < end; ++at) {
      removed += edits[at].mark != '+', added += edits[at].mark != '-';
      body += fmt::format("{}{}\n", edits[at].mark, edits[at].line);
    }
    out += fmt::format("@@ -{},{} +{},{} @@\n{}", removed == 0 ? old_line - 1 : old_line, removed,
                       added == 0 ? new_line - 1 : new_line, added, body);
    old_line += removed, new_line += added, i = end;
  }
  return out;
}

}  // namespace weir::policy
