#include "integration/judgement.h"

#include <algorithm>

namespace weir::integration {
namespace {

constexpr std::size_t comment_bytes_max = 3000;

std::string_view sentence(policy::Verdict verdict) {
  switch (verdict) {
    case policy::Verdict::allow:
      return "allowed";
    case policy::Verdict::warn:
      return "allowed, with warnings";
    case policy::Verdict::deny:
      return "denied";
    case policy::Verdict::undecided:
      return "undecided, so it does not pass yet";
  }
  return "";
}

// Not in the middle of a character of UTF-8.
void cut(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  text += "\n…";
}

}  // namespace

policy::Verdict verdict_of(const Judgement& judgement) {
  using enum policy::Verdict;
  const auto any = [&](policy::Verdict verdict) {
    return std::any_of(judgement.artifacts.begin(), judgement.artifacts.end(),
                       [&](const Judged& each) { return each.verdict == verdict; });
  };
  if (any(deny)) return deny;
  if (judgement.artifacts.empty() || !judgement.problem.empty() || any(undecided)) return undecided;
  return any(warn) ? warn : allow;
}

std::string comment_on(const Judgement& judgement, const std::string& environment) {
  std::string text = fmt::format("Weir: {}{}{}\n", sentence(verdict_of(judgement)),
                                 environment.empty() ? "" : " in ", environment);
  if (!judgement.problem.empty()) text += judgement.problem + "\n";
  for (const Judged& each : judgement.artifacts) {
    text += fmt::format("{} (decision {}):\n", each.name.empty() ? to_string(each.artifact) : each.name,
                        each.decision);
    for (const std::string& line : each.explanation) text += fmt::format("  {}\n", line);
  }
  text.pop_back();
  cut(text, comment_bytes_max);
  return text;
}

}  // namespace weir::integration
