// Commands that only ask for a list and show it, declared as data.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "cli/session.h"

namespace weir::cli {

struct Listing {
  std::string_view path;  // of the API; its last word is also the member that holds the rows
  std::span<const Column> columns;
  std::string_view hint;                // when there is nothing: the command that fills the list
  std::vector<OptionRow> filters = {};  // options that go into the query under their own name
  std::vector<OptionRow> flags = {};    // the same, without a value
  format::Json (*told)(format::Json row) =
      nullptr;  // a row as the table shows it, where that is not as it came
};

Action listing(Options& options, const Listing& listing);

inline constexpr OptionRow limit_row{
    .name = "limit", .value = "N", .help = "at most so many rows", .fallback = "100"};
Result<std::size_t> checked_limit(std::int64_t limit);  // 1 or more

}  // namespace weir::cli
