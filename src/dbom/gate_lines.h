// Lines about what let a deployment pass: requests and their votes, decisions and the policies they rest on,
// exceptions, break-glass, freezes and overridden windows. Rows of line_table.h name these. Pure.
#pragma once
#include "dbom/line_table.h"

namespace weir::dbom {

Result<std::vector<Line>> request_line(const Ground& ground);
Result<std::vector<Line>> policy_lines(const Ground& ground);
Result<std::vector<Line>> decision_line(const Ground& ground);
Result<std::vector<Line>> exception_line(const Ground& ground);
Result<std::vector<Line>> break_glass_line(const Ground& ground);
Result<std::vector<Line>> freeze_line(const Ground& ground);
Result<std::vector<Line>> override_line(const Ground& ground);

}  // namespace weir::dbom
