#include "cli/listing.h"

#include <fmt/format.h>

#include <deque>

namespace weir::cli {

Result<std::size_t> checked_limit(std::int64_t limit) {
  if (limit < 1) return invalid("--limit must be 1 or more", "limit");
  return static_cast<std::size_t>(limit);
}

Action listing(Options& options, const Listing& what) {
  struct Arguments {
    std::vector<std::optional<std::string>> filters;
    std::deque<bool> flags;
    std::int64_t limit = 0;
  };
  const auto arguments = std::make_shared<Arguments>();
  arguments->filters.resize(what.filters.size());
  for (std::size_t i = 0; i < what.filters.size(); ++i)
    options.option(what.filters[i], &arguments->filters[i]);
  arguments->flags.resize(what.flags.size());
  for (std::size_t i = 0; i < what.flags.size(); ++i) options.option(what.flags[i], &arguments->flags[i]);
  options.option(limit_row, &arguments->limit);
  return [arguments, what](Session& session) -> Result<Exit> {
    Query query;
    for (std::size_t i = 0; i < what.filters.size(); ++i)
      query.emplace_back(what.filters[i].name, arguments->filters[i].value_or(""));
    for (std::size_t i = 0; i < what.flags.size(); ++i)
      query.emplace_back(what.flags[i].name, arguments->flags[i] ? "true" : "");
    const std::size_t limit = TRY(checked_limit(arguments->limit));
    Api* api = TRY(session.api());
    const format::Json::Array rows =
        TRY(api->list(what.path, what.path.substr(what.path.rfind('/') + 1), query, limit));
    if (what.told == nullptr || rows.empty()) {
      session.answer_rows(rows, what.columns, what.hint);
      return Exit::yes;
    }
    format::Json::Array people = rows;
    for (format::Json& row : people) row = what.told(std::move(row));
    session.answer(format::Json(rows), table(what.columns, people, session.color()));
    return Exit::yes;
  };
}

}  // namespace weir::cli
