// What is said of errors says the same everywhere: the table, the OpenAPI document, docs/api.md.
#include "http/error_table.h"

#include <gtest/gtest.h>

#include <set>

#include "api/routes.h"
#include "format/json.h"
#include "support/scratch_directory.h"

namespace weir::api {
namespace {

using format::Json;

TEST(Errors, stand_in_the_document_of_the_api_row_by_row) {
  const std::string text = test::read_file("docs/api.md");
  const std::size_t begin = text.find("| status | code | when |\n"), end = text.find("\n\n", begin);
  ASSERT_NE(begin, std::string::npos);
  std::multiset<std::string> said, wanted;
  std::string_view lines = std::string_view(text).substr(begin, end + 1 - begin);
  for (int number = 0; !lines.empty(); ++number) {
    const std::size_t length = lines.find('\n');
    if (number >= 2) said.emplace(lines.substr(0, length));
    lines.remove_prefix(length + 1);
  }
  for (const http::ErrorRow& row : http::error_table)
    wanted.insert(fmt::format("| {} | {} | {} |", row.status, row_of(row.code).name, row.summary));
  EXPECT_EQ(said, wanted);
}

TEST(Errors, of_each_operation_are_rows_of_the_table_and_each_row_is_of_some) {
  const Json document = format::parse_json(openapi_document("1")).value();
  std::set<int> seen, rows;
  for (const http::ErrorRow& row : http::error_table) rows.insert(row.status);
  for (const auto& [path, item] : *document.at("paths").object())
    for (const auto& [method, operation] : *item.object()) {
      const Json& responses = operation.at("responses");
      for (const char* of_all : {"408", "417", "431", "default"})
        EXPECT_NE(responses.find(of_all), nullptr) << method << " " << path << " " << of_all;
      EXPECT_NE(responses.at("default").text("description").find("405"), std::string::npos);
      for (const auto& [status, answer] : *responses.object()) {
        const int number = status == "default" ? 405 : std::stoi(status);
        if (number < 400) continue;
        EXPECT_TRUE(rows.contains(number)) << method << " " << path << " " << status;
        seen.insert(number);
      }
    }
  EXPECT_EQ(seen, rows);
}

}  // namespace
}  // namespace weir::api
