// Every error that the server answers is provoked once, over a real connection: a row of the table each, and no other.
#include "http/error_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "format/json.h"
#include "http/for_tests.h"
#include "http/router.h"
#include "http/server.h"

namespace weir::http {
namespace {

constexpr std::array route_rows{RouteRow{"GET", "/there", 0}, RouteRow{"POST", "/there", 1}};

// Answers as a service does: by its router, and "/there?code=NAME" with that error.
void handle(Request request, Respond respond) {
  static const Router router(route_rows);
  const auto match = router.match(request);
  if (const auto* refused = std::get_if<RouteRefused>(&match)) return respond(refusal_response(*refused));
  for (const ErrcRow& row : errc_table)
    if (request.query("code") == row.name) return respond(error_response(Error{row.code, "because of this"}));
  respond({});
}

struct Provoked {
  std::string what, bytes;
  int status;
  Errc code;
};

std::vector<Provoked> all_ways() {
  const std::string head = " HTTP/1.1\r\nhost: h\r\n";
  std::vector<Provoked> all{
      {"no HTTP", "nonsense\r\n\r\n", 400, Errc::invalid},
      {"another version", "GET /there HTTP/3.0\r\nhost: h\r\n\r\n", 400, Errc::invalid},
      {"an unknown transfer coding", "POST /there" + head + "transfer-encoding: gzip\r\n\r\n", 400,
       Errc::invalid},
      {"a way out of a directory", "GET /there/.." + head + "\r\n", 400, Errc::invalid},
      {"a target longer than a head", "GET /" + std::string(200'000, 'x') + head + "\r\n", 431,
       Errc::too_large},
      {"a long head", "GET /there" + head + "x: " + std::string(200'000, 'y') + "\r\n\r\n", 431,
       Errc::too_large},
      {"a large body", "POST /there" + head + "content-length: 1001\r\n\r\n", 413, Errc::too_large},
      {"a large body in chunks", "POST /there" + head + "transfer-encoding: chunked\r\n\r\n3e9\r\n", 413,
       Errc::too_large},
      {"too many fields",
       "GET /there?" +
           [] {
             std::string fields;
             for (int i = 0; i < 300; ++i) fields += "a&";
             return fields;
           }() +
           head + "\r\n",
       413, Errc::too_large},
      {"another expectation", "POST /there" + head + "expect: tea\r\ncontent-length: 0\r\n\r\n", 417,
       Errc::invalid},
      {"another method", "PATCH /there" + head + "\r\n", 405, Errc::invalid},
      {"no such path", "GET /nowhere" + head + "\r\n", 404, Errc::not_found},
      {"half a head", "GET /there HTTP/1.1\r\nho", 408, Errc::unavailable},
      {"half a body", "POST /there" + head + "content-length: 9\r\n\r\nab", 408, Errc::unavailable},
  };
  for (const ErrcRow& row : errc_table)
    all.push_back({fmt::format("the kind {}", row.name),
                   fmt::format("GET /there?code={}{}\r\n", row.name, head), row.http_status, row.code});
  return all;
}

// Of an answer that says it is an error, with the one form of its body.
void expect_error(const Provoked& way, const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  ASSERT_NE(end, std::string::npos) << way.what;
  const std::string head = answer.substr(0, end);
  EXPECT_EQ(head.substr(9, 3), std::to_string(way.status)) << way.what;
  EXPECT_NE(head.find("content-type: application/json"), std::string::npos) << way.what;
  const bool comes_again = weir::row_of(way.code).retry == Retry::yes;
  EXPECT_EQ(head.find("retry-after: ") != std::string::npos, comes_again) << way.what;
  EXPECT_EQ(head.find("allow: GET, HEAD, POST") != std::string::npos, way.status == 405) << way.what;
  const auto body = format::parse_json(answer.substr(end + 4));
  ASSERT_TRUE(body.ok()) << way.what << ": " << answer;
  EXPECT_EQ(body->at("error").text("code"), weir::row_of(way.code).name) << way.what;
  EXPECT_NE(body->at("error").text("message"), "") << way.what;
}

using RowKey = std::pair<int, Errc>;

TEST(ErrorTable, each_row_is_answered_in_one_form_and_nothing_else_is) {
  auto server = Server::start(
      {.request_time_max = milliseconds(300), .body_limit = [](auto&&, auto) { return BodyLimit{1000}; }},
      handle);
  ASSERT_TRUE(server.ok());
  std::set<RowKey> seen, rows;
  for (const ErrorRow& row : error_table) rows.insert({row.status, row.code});
  for (const Provoked& way : all_ways()) {
    RawConnection connection(server->port());
    connection.say(way.bytes);
    if (way.status != 408) connection.say_no_more();
    expect_error(way, connection.hear_all());
    seen.insert({way.status, way.code});
  }
  EXPECT_EQ(seen, rows);
}

TEST(ErrorTable, a_status_has_one_row_and_that_the_code_of_its_kind) {
  std::set<RowKey> rows;
  for (const ErrorRow& row : error_table) {
    EXPECT_TRUE(rows.insert({row.status, row.code}).second) << row.status;
    EXPECT_FALSE(row.summary.empty());
  }
  EXPECT_EQ(row_of_status(408)->code, Errc::unavailable);
  EXPECT_EQ(row_of_status(500)->code, Errc::corrupt);
  EXPECT_EQ(row_of_status(418), nullptr);
}

}  // namespace
}  // namespace weir::http
