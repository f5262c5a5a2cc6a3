// The document as one page for people: a sentence, the path from commit to running workload, and the five columns, each
// line with the mark of its proof. One file without script or anything from elsewhere; light and dark; fit for print.
// The page shows what the signed document proves; it proves nothing itself. Pure.
#pragma once
#include <string>

#include "dbom/document.h"

namespace weir::dbom {

std::string page_of(const Dbom& dbom);

// One step of the path: what was done, and whether it stands. A step nobody recorded is missing, never done.
enum class StepState { done, failed, undecided, missing };
constexpr auto names_of(StepState) {
  return std::array<std::string_view, 4>{"done", "failed", "undecided", "missing"};
}
struct Step {
  std::string_view title;
  StepState state = StepState::missing;
  std::string text, detail;
};
std::vector<Step> path_of(const Dbom& dbom);

}  // namespace weir::dbom
