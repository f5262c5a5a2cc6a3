// Every status with which an answer is an error, one row each: those of the ten kinds of errors (base/error.h), and
// those that HTTP has of its own for how a request came, with the kind it is of as the code in the body. No error is
// answered but by a row; OpenAPI and what a client makes of a status come from the rows, docs/api.md is held against
// them.
#pragma once
#include <array>
#include <string_view>

#include "base/error.h"

namespace weir::http {

// How a request came, where that is what is wrong with it.
enum class Refusal { method, time, expectation, head_size };

struct ErrorRow {
  int status;
  Errc code;
  std::string_view summary;
};

constexpr ErrorRow row_for(Errc code, std::string_view summary) {
  return {weir::row_of(code).http_status, code, summary};
}

inline constexpr std::array error_table{
    row_for(Errc::invalid, "the input is wrong; the message names where"),
    row_for(Errc::unauthenticated, "nobody who is known here"),
    row_for(Errc::forbidden, "known, but may not"),
    row_for(Errc::not_found, "there is no such thing"),
    row_for(Errc::conflict, "the same key with another body, or a state that does not allow it"),
    row_for(Errc::too_large, "beyond a limit"),
    row_for(Errc::too_many, "slow down; try later"),
    row_for(Errc::unavailable, "the server, or what it needs; try later"),
    row_for(Errc::corrupt, "stored data is not what was written; writes have stopped"),
    row_for(Errc::internal, "a fault of the server"),
    ErrorRow{405, Errc::invalid, "not by this method; the header Allow names those that are"},
    ErrorRow{408, Errc::unavailable, "the request did not arrive in its time; try again"},
    ErrorRow{417, Errc::invalid, "the header Expect asks for something else than 100-continue"},
    ErrorRow{431, Errc::too_large, "the head, line and headers, is beyond its limit"},
};

constexpr const ErrorRow& row_of(Refusal refusal) {
  return error_table[errc_table.size() + static_cast<std::size_t>(refusal)];
}
// The first with that status; null when no answer is an error by it.
constexpr const ErrorRow* row_of_status(int status) {
  for (const ErrorRow& row : error_table)
    if (row.status == status) return &row;
  return nullptr;
}

static_assert(
    [] {
      for (std::size_t i = 0; i < errc_table.size(); ++i)
        if (error_table[i].code != errc_table[i].code) return false;
      return true;
    }(),
    "error_table begins with the kinds, in the order of Errc");
static_assert(error_table.size() == errc_table.size() + 4 && row_of(Refusal::method).status == 405 &&
                  row_of(Refusal::time).status == 408 && row_of(Refusal::expectation).status == 417 &&
                  row_of(Refusal::head_size).status == 431,
              "and goes on in the order of Refusal");

}  // namespace weir::http
