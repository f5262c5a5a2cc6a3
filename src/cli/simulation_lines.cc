#include "cli/simulation_lines.h"

#include <fmt/format.h>

#include <array>

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array flip_columns{
    Column{"WAS", "was", Show::state},    Column{"WOULD BE", "is", Show::state},
    Column{"ARTIFACT", "name"},           Column{"DIGEST", "artifact", Show::digest},
    Column{"ENVIRONMENT", "environment"}, Column{"DECISION", "decision"}};

}  // namespace

std::string simulation_lines(const Json& found, Color color) {
  std::string out =
      fmt::format("of {} decisions {} would no longer pass, {} would pass that did not\n",
                  dump(found.at("decisions")), dump(found.at("to_fail")), dump(found.at("to_pass")));
  if (found.at("decisions") != Json(0) && found.at("passes_anything") == Json(false))
    out += styled("it lets nothing through\n", Weight::red, color);
  const Json::Array& flips = found.items("flips");
  if (!flips.empty()) out += table(flip_columns, flips, color);
  return out;
}

}  // namespace weir::cli
