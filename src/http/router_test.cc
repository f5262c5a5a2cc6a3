#include "http/router.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::http {
namespace {

constexpr std::array rows{
    RouteRow{"GET", "/", 0},
    RouteRow{"GET", "/healthz", 1},
    RouteRow{"GET", "/v1/orgs/{org}/flows", 2},
    RouteRow{"GET", "/v1/orgs/{org}/flows/{flow}", 3},
    RouteRow{"PUT", "/v1/orgs/{org}/flows/{flow}", 4},
    RouteRow{"POST", "/v1/orgs/{org}/flows/search", 5},
    RouteRow{"PUT", "/v1/orgs/{org}/flows/{flow}/trails/{trail}", 6},
    RouteRow{"GET", "/v1/tile/{path...}", 7},
    RouteRow{"DELETE", "/v1/orgs/{org}/other/{name}", 8},
};

struct Answer {
  int status = 200;
  std::size_t index = 0;
  std::string allow = {};
  std::string parameters = {};
};

Answer ask(std::string_view method, std::string_view path) {
  static const Router router(rows);
  Request request{.method = std::string(method), .path = std::string(path)};
  const auto matched = router.match(request);
  if (const auto* refused = std::get_if<RouteRefused>(&matched))
    return {refusal_response(*refused).status, 0, refused->allow};
  std::string parameters;
  for (const Parameter& parameter : request.parameters)
    parameters += fmt::format("{}={};", parameter.name, parameter.value);
  return {200, std::get<RouteFound>(matched).index, {}, parameters};
}

TEST(Router, finds_the_row_and_its_parameters) {
  struct Case {
    std::string_view method, path;
    std::size_t index;
    std::string_view parameters;
  };
  for (const Case& c : {
           Case{"GET", "/", 0, ""},
           Case{"GET", "/healthz", 1, ""},
           Case{"HEAD", "/healthz", 1, ""},
           Case{"GET", "/v1/orgs/acme/flows", 2, "org=acme;"},
           Case{"GET", "/v1/orgs/acme/flows/f", 3, "org=acme;flow=f;"},
           Case{"GET", "/v1/orgs/acme/flows/search", 3, "org=acme;flow=search;"},
           Case{"POST", "/v1/orgs/acme/flows/search", 5, "org=acme;"},
           Case{"PUT", "/v1/orgs/a/flows/f/trails/t%20%C3%A4", 6, "org=a;flow=f;trail=t ä;"},
           Case{"PUT", "/v1/orgs/a/flows/x%2Fy/trails/%7E%31", 6, "org=a;flow=x/y;trail=~1;"},
           Case{"GET", "/v1/%74ile/a", 7, "path=a;"},
           Case{"GET", "/v1/tile/8/1/x001/067.p", 7, "path=8/1/x001/067.p;"},
       }) {
    const Answer answer = ask(c.method, c.path);
    EXPECT_EQ(answer.status, 200) << c.path;
    EXPECT_EQ(answer.index, c.index) << c.path;
    EXPECT_EQ(answer.parameters, c.parameters) << c.path;
  }
}

TEST(Router, refuses_paths_that_lead_out_or_are_malformed) {
  for (const std::string path : {
           "",
           "v1",
           "//",
           "/v1/",
           "/v1//flows",
           "/v1/orgs/./flows",
           "/v1/orgs/../flows",
           "/v1/orgs/%2e%2E/flows",
           "/v1/orgs/..%2f..%2Fetc/flows",
           "/v1/orgs/a%2f..%2fb/flows",
           "/v1/orgs/%2Fetc/flows",
           "/v1/orgs/a%2f/flows",
           "/v1/orgs/a%00b/flows",
           "/v1/orgs/a%0ab/flows",
           "/v1/orgs/%7f/flows",
           "/v1/orgs/a%5c..%5cb/flows",
           "/v1/orgs/a%/flows",
           "/v1/orgs/a%2/flows",
           "/v1/orgs/a%zz/flows",
           "/v1/orgs/%ff/flows",
           "/v1/orgs/%C0%AE/flows",
           "/v1/orgs/%ED%A0%80/flows",
           "/v1/orgs/%F4%90%80%80/flows",
           "/v1/orgs/%E4%B8/flows",
           "/v1/tile/a/../b",
           "/v1/tile/",
           "/v1/tile/a/%2e%2e/b",
       })
    EXPECT_EQ(ask("GET", path).status, 400) << path;
  std::string deep;
  for (int i = 0; i < 33; ++i) deep += "/a";
  EXPECT_EQ(ask("GET", deep).status, 400);
  EXPECT_EQ(ask("GET", deep.substr(2)).status, 404);
}

TEST(Router, tells_an_unknown_path_from_an_impossible_method) {
  EXPECT_EQ(ask("GET", "/nothing").status, 404);
  EXPECT_EQ(ask("GET", "/v1").status, 404);
  EXPECT_EQ(ask("GET", "/v1/orgs/acme").status, 404);
  EXPECT_EQ(ask("GET", "/v1/orgs/acme/flows/f/trails").status, 404);
  EXPECT_EQ(ask("GET", "/V1/orgs/acme/flows").status, 404);
  EXPECT_EQ(ask("DELETE", "/healthz").status, 405);
  EXPECT_EQ(ask("DELETE", "/healthz").allow, "GET, HEAD");
  EXPECT_EQ(ask("DELETE", "/v1/orgs/acme/flows/search").allow, "GET, HEAD, POST, PUT");
  EXPECT_EQ(ask("HEAD", "/v1/orgs/a/other/n").status, 405);
  EXPECT_EQ(ask("get", "/healthz").status, 405);
}

TEST(Router, refusals_become_answers_with_allow) {
  const Response response = refusal_response({invalid("no"), "GET, HEAD"});
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers, (std::vector<Field>{{"allow", "GET, HEAD"}}));
  EXPECT_EQ(response.body, R"({"error":{"code":"invalid","message":"no"}})");
}

}  // namespace
}  // namespace weir::http
