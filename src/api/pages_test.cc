#include "api/pages.h"

#include <gtest/gtest.h>

#include "page/asset.h"

namespace weir::api {
namespace {

http::Response at(std::string path, std::vector<http::Field> headers = {}) {
  http::Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.headers = std::move(headers);
  return page_response(request);
}

TEST(Pages, an_address_that_is_no_page_is_told_by_the_page_to_who_browses) {
  const http::Field browser{"accept", "text/html,application/xhtml+xml,*/*;q=0.8"};
  EXPECT_EQ(at("/environments/prod", {browser}).status, 200);
  const auto lost = at("/nothing/here", {browser});
  EXPECT_EQ(lost.status, 404);
  EXPECT_EQ(lost.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(lost.content(), page::find_asset("/")->plain);
  const auto again = at("/nothing/here", {browser, {"if-none-match", std::string(page::find_asset("/")->etag)}});
  EXPECT_EQ(again.status, 404) << "what a browser keeps of it is no page either";
}

TEST(Pages, a_program_gets_the_error) {
  for (const auto& headers : {std::vector<http::Field>{}, {{"accept", "*/*"}}, {{"accept", "image/png"}}}) {
    const auto lost = at("/assets/none.js", headers);
    EXPECT_EQ(lost.status, 404);
    EXPECT_EQ(lost.content_type, "application/json");
  }
}

}  // namespace
}  // namespace weir::api
