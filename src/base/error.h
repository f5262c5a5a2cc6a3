// What can go wrong, said once. An Error is a value: a code from one table and a sentence that names the place
// (field, line, byte, file). A policy's deny is not an error. Bugs are not errors either: see check.h.
#pragma once
#include <array>
#include <string>
#include <string_view>

namespace weir {

enum class Errc {
  invalid,          // the input is wrong; the message names field, line or byte
  unauthenticated,  // nobody we know
  forbidden,        // known, but may not
  not_found,
  conflict,    // the same key with another body, or a state that does not allow it
  too_large,   // beyond a bound of limits.h
  too_many,    // slow down; try later
  unavailable,  // a dependency or the server itself; try later
  corrupt,     // stored data is not what was written; writes stop
  internal,
};

enum class Retry { no, yes };

struct ErrcRow {
  Errc code;
  std::string_view name;  // in JSON answers
  int http_status;
  int exit_code;  // of the command line
  Retry retry;
};

inline constexpr std::array errc_table{
    ErrcRow{Errc::invalid, "invalid", 400, 2, Retry::no},
    ErrcRow{Errc::unauthenticated, "unauthenticated", 401, 3, Retry::no},
    ErrcRow{Errc::forbidden, "forbidden", 403, 3, Retry::no},
    ErrcRow{Errc::not_found, "not_found", 404, 1, Retry::no},
    ErrcRow{Errc::conflict, "conflict", 409, 1, Retry::no},
    ErrcRow{Errc::too_large, "too_large", 413, 2, Retry::no},
    ErrcRow{Errc::too_many, "too_many", 429, 4, Retry::yes},
    ErrcRow{Errc::unavailable, "unavailable", 503, 4, Retry::yes},
    ErrcRow{Errc::corrupt, "corrupt", 500, 5, Retry::no},
    ErrcRow{Errc::internal, "internal", 500, 5, Retry::no},
};

constexpr const ErrcRow& row_of(Errc code) { return errc_table[static_cast<std::size_t>(code)]; }
static_assert([] {
  for (std::size_t i = 0; i < errc_table.size(); ++i)
    if (errc_table[i].code != static_cast<Errc>(i)) return false;
  return true;
}(), "errc_table is in the order of Errc");

struct Error {
  Errc code = Errc::internal;
  std::string message;
  std::string field = {};  // JSON path of the offending input, empty when there is none
};

inline Error invalid(std::string message, std::string field = {}) {
  return {Errc::invalid, std::move(message), std::move(field)};
}
inline Error not_found(std::string message) { return {Errc::not_found, std::move(message)}; }
inline Error internal(std::string message) { return {Errc::internal, std::move(message)}; }

}  // namespace weir
