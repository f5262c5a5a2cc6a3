// What an administrator declared of a cluster's door: what it does with the gate's verdicts, what it does when the
// server cannot decide, and which environment a namespace stands for. How long it may think is the caller's word.
// Pure.
#pragma once
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"
#include "policy/record.h"

namespace weir::admission {

// When the server cannot decide (which is not the verdict `undecided`): refuse, or let in. Either is said in the
// answer.
enum class Fail { closed, open };
constexpr auto names_of(Fail) { return std::array<std::string_view, 2>{"closed", "open"}; }

// `enforce` refuses what the gate does not let pass; `warn` lets it in and says rule by rule what would have been
// refused; `shadow` lets it in and says only that it would have been, the rest stands in the audit log.
struct Terms {
  policy::Mode mode = policy::Mode::enforce;
  Fail fail = Fail::closed;
  std::string environment;  // that the namespace stands for
};

// Patterns of shells, `*` and `?`: the one with the most letters of its own wins, so a name itself beats all;
// `otherwise` when none fits.
std::string environment_of(std::string_view space, const std::map<std::string, std::string>& patterns,
                           const std::string& otherwise);

inline constexpr Duration timeout_unless_said = seconds(10);  // of Kubernetes
inline constexpr Duration timeout_max = seconds(30);

// How long an answer may take: four fifths of what `?timeout=` says ("5s", "1500ms"), so that the caller has it before
// it gives up. What is no such time counts as not said.
Duration time_to_answer(std::string_view timeout);

}  // namespace weir::admission
