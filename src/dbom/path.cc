#include <algorithm>
#include <map>

#include "dbom/page.h"

namespace weir::dbom {
namespace {

struct StepRow {
  std::string_view title;
  Section section;
  Kind kind;
};
constexpr std::array step_table{
    StepRow{"commit", Section::what, Kind::commit},   StepRow{"review", Section::how, Kind::review},
    StepRow{"build", Section::when, Kind::built},     StepRow{"provenance", Section::how, Kind::provenance},
    StepRow{"test", Section::how, Kind::test},        StepRow{"scan", Section::how, Kind::scan},
    StepRow{"approve", Section::how, Kind::approval}, StepRow{"gate", Section::how, Kind::decision},
    StepRow{"deploy", Section::when, Kind::declared}, StepRow{"run", Section::where, Kind::workload},
};

// What each word of a line's state means for its step; other words mean that it was done.
struct StateRow {
  std::string_view word;
  StepState state;
};
constexpr std::array state_table{
    StateRow{"failed", StepState::failed},     StateRow{"undecided", StepState::undecided},
    StateRow{"revoked", StepState::failed},    StateRow{"expired", StepState::failed},
    StateRow{"early", StepState::undecided},   StateRow{"erased", StepState::undecided},
    StateRow{"unapproved", StepState::failed}, StateRow{"changed", StepState::failed},
    StateRow{"unknown", StepState::failed},    StateRow{"deny", StepState::failed},
};

StepState state_of_line(const Line& line) {
  for (const StateRow& row : state_table)
    if (row.word == line.state) return row.state;
  return StepState::done;
}

// The last line of each name: a test that was repeated counts as it ended.
std::vector<const Line*> newest(const std::vector<Line>& lines, Kind kind) {
  std::map<std::string_view, const Line*> by_name;
  for (const Line& line : lines)
    if (line.kind == kind) by_name[line.name] = &line;
  std::vector<const Line*> all;
  for (const auto& [name, line] : by_name) all.push_back(line);
  return all;
}

// Of several approvals one that holds is enough; of tests and scans each counts.
StepState combined(const std::vector<const Line*>& lines, Kind kind) {
  const auto any = [&](StepState state) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const Line* line) { return state_of_line(*line) == state; });
  };
  if (kind == Kind::approval && any(StepState::done)) return StepState::done;
  if (any(StepState::failed)) return StepState::failed;
  return any(StepState::undecided) ? StepState::undecided : StepState::done;
}

std::string shortened(const Line& line) {
  return line.kind == Kind::commit ? line.name.substr(0, 12) : line.name;
}

Step step_of(const StepRow& row, const std::vector<Line>& lines) {
  const auto found = newest(lines, row.kind);
  if (found.empty()) return {.title = row.title, .text = "nothing recorded"};
  const Line& line = *found.back();
  Step step{
      .title = row.title, .state = combined(found, row.kind), .text = shortened(line), .detail = line.value};
  if (found.size() > 1) step.text = fmt::format("{} and {} more", step.text, found.size() - 1);
  if (line.kind == Kind::approval) step.detail = line.state;
  if (line.at && step.detail.empty()) step.detail = to_string(*line.at).substr(0, 19) + "Z";
  return step;
}

}  // namespace

std::vector<Step> path_of(const Dbom& dbom) {
  std::vector<Step> path;
  const auto sections = sections_of(dbom);
  for (const StepRow& row : step_table)
    for (const auto& [section, lines] : sections)
      if (section == row.section) path.push_back(step_of(row, *lines));
  return path;
}

}  // namespace weir::dbom
