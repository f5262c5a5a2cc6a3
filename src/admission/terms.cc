#include "admission/terms.h"

#include <algorithm>
#include <charconv>

#include "window/window.h"

namespace weir::admission {
namespace {

constexpr Duration timeout_min = milliseconds(100);

std::ptrdiff_t letters(std::string_view pattern) {
  return std::count_if(pattern.begin(), pattern.end(), [](char c) { return c != '*' && c != '?'; });
}

bool is_plain(std::string_view pattern) { return pattern.find_first_of("*?") == pattern.npos; }

}  // namespace

std::string environment_of(std::string_view space, const std::map<std::string, std::string>& patterns,
                           const std::string& otherwise) {
  const std::pair<const std::string, std::string>* best = nullptr;
  for (const auto& each : patterns) {
    if (!window::pattern_matches(each.first, space)) continue;
    if (is_plain(each.first)) return each.second;
    if (best == nullptr || letters(each.first) > letters(best->first)) best = &each;
  }
  return best == nullptr ? otherwise : best->second;
}

Duration time_to_answer(std::string_view timeout) {
  std::int64_t number = 0;
  const char* const last = timeout.data() + timeout.size();
  const auto [end, error] = std::from_chars(timeout.data(), last, number);
  const std::string_view unit(end, static_cast<std::size_t>(last - end));
  Duration whole = timeout_unless_said;
  const bool fits = error == std::errc() && number > 0 && number <= 1'000'000;
  if (fits && unit == "s") whole = seconds(number);
  if (fits && unit == "ms") whole = milliseconds(number);
  const std::int64_t bounded = std::clamp(whole.micros, timeout_min.micros, timeout_max.micros);
  return Duration{bounded / 5 * 4};
}

}  // namespace weir::admission
