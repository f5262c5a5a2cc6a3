// What Dependency-Track's upload clients send is taken and answered as they expect.
#include "api/compat/dependency_track.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/name.h"
#include "support/api_fixture.h"

namespace weir::api::compat {
namespace {

using format::Json;
using test::Answer;

constexpr std::string_view bill =
    R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a","purl":"pkg:npm/a@1"}]})";

class DependencyTrack : public testing::Test {
 protected:
  Answer call(std::string_view method, std::string_view path, std::string body,
              std::vector<http::Field> headers) {
    const std::size_t mark = std::min(path.find('?'), path.size());
    http::Request request{.method = std::string(method), .path = std::string(path.substr(0, mark))};
    if (mark < path.size()) request.query_fields = http::parse_query(path.substr(mark + 1)).value();
    request.headers = std::move(headers);
    request.body = std::move(body);
    return api_.send(std::move(request));
  }
  Answer call(std::string_view method, std::string_view path, std::string body = "") {
    return call(method, path, std::move(body), {{"x-api-key", token_}});
  }
  Answer upload(const std::string& members, std::string_view content = bill) {
    return call("PUT", "/api/v1/bom", fmt::format(R"({{{},"bom":"{}"}})", members, encode_base64(content)));
  }
  Json newest() { return api_.get("attestations?limit=1").json.items("attestations").at(0); }

  test::ApiFixture api_;
  std::string token_ = api_.add_account("ci", "recorder");
};

const std::string shop = R"("projectName":"shop","projectVersion":"1.0","autoCreate":true)";

}  // namespace

TEST_F(DependencyTrack, an_upload_makes_flow_and_trail_and_records_the_bill) {
  const Answer answer = upload(shop);
  ASSERT_EQ(answer.status, 200) << answer.response.body;
  const std::string token(answer.json.text("token"));
  EXPECT_EQ(token.size(), 36u);
  EXPECT_FALSE(answer.json.at("receipt").is_null());
  const Json attestation = newest();
  EXPECT_EQ(attestation.text("flow"), "shop");
  EXPECT_EQ(attestation.text("trail"), "1.0");
  EXPECT_EQ(attestation.text("type"), "sbom");
  EXPECT_EQ(attestation.text("actor"), "ci");
  EXPECT_EQ(*attestation.at("summary").at("components").integer(), 1);
  EXPECT_EQ(attestation.text("content_digest"), to_string(crypto::sha256(bill)));
  EXPECT_EQ(call("GET", "/api/v1/bom/token/" + token).response.body, R"({"processing":false})");
  EXPECT_EQ(call("GET", "/api/v1/event/token/" + token).status, 200);
  EXPECT_EQ(call("GET", "/api/v1/bom/token/c0ffee00-0000-4000-8000-00000000000a").status, 200) << "as there";
  EXPECT_EQ(call("GET", "/api/v1/bom/token/nonsense").status, 400);
  ASSERT_EQ(upload(R"("projectName":"shop","projectVersion":"1.0","autoCreate":false)").status, 200);
}

TEST_F(DependencyTrack, a_bill_is_of_the_one_artifact_of_its_trail) {
  const auto build = [&](std::string_view name) {
    const std::string digest = to_string(crypto::sha256(name));
    const auto made = api_.post(
        "artifacts", fmt::format(R"({{"flow":"shop","trail":"1.0","name":"{}","kind":"file","digest":"{}"}})",
                                 name, digest));
    ASSERT_EQ(made.status, 201) << made.response.body;
  };
  ASSERT_EQ(upload(shop).status, 200);
  EXPECT_TRUE(newest().at("artifact").is_null());
  build("one");
  ASSERT_EQ(upload(shop).status, 200);
  EXPECT_EQ(newest().text("artifact"), to_string(crypto::sha256("one")));
  build("two");
  ASSERT_EQ(upload(shop).status, 200);
  EXPECT_TRUE(newest().at("artifact").is_null()) << "which of the two it is of is not said";
}

TEST_F(DependencyTrack, a_flow_that_stands_stays_as_it_is) {
  ASSERT_EQ(api_.put("flows/shop", R"({"description":"ours"})").status, 201);
  ASSERT_EQ(upload(shop).status, 200);
  EXPECT_EQ(api_.get("flows/shop").json.text("description"), "ours");
}

TEST_F(DependencyTrack, a_project_is_found_by_name_and_by_id) {
  const std::string web =
      R"j("projectName":"My Shop / web","projectVersion":"1.0 (main)","autoCreate":"true")j";
  ASSERT_EQ(upload(web).status, 200);
  const std::string flow(newest().text("flow")), trail(newest().text("trail"));
  EXPECT_EQ(flow, "My-Shop-web-af39eb16");
  const Answer found = call("GET", "/api/v1/project/lookup?name=My+Shop+/+web&version=1.0+(main)");
  ASSERT_EQ(found.status, 200) << found.response.body;
  EXPECT_EQ(found.json.text("name"), "My Shop / web");
  const std::string id(found.json.text("uuid"));
  ASSERT_EQ(upload(fmt::format(R"("project":"{}")", id)).status, 200);
  EXPECT_EQ(newest().text("trail"), trail);
  ASSERT_EQ(api_.put("flows/" + flow + "/trails/" + trail, R"({"commit":"c0ffee"})").status, 201);
  EXPECT_EQ(upload(fmt::format(R"("project":"{}")", id)).status, 200) << "an older id stands for it";
  EXPECT_EQ(call("GET", "/api/v1/project/" + id).json.text("name"), flow);
  EXPECT_EQ(call("GET", "/api/v1/project/x").status, 404);
  const Answer unknown = call("GET", "/api/v1/project/lookup?name=none&version=1");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.response.body, "The project could not be found.");
  for (const std::string_view project :
       {"70726f6a-0000-8000-8000-000000000000", "70726f6a-0000-8000-8000-00000000ffff",
        "c0ffee00-0000-0000-0000-000000000000", "x"})
    EXPECT_EQ(upload(fmt::format(R"("project":"{}")", project)).status, 404) << project;
}

TEST_F(DependencyTrack, a_form_is_taken_like_json) {
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=\"autoCreate\"\r\n\r\ntrue\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"projectName\"\r\n\r\nshop\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"bom\"; filename=\"bom.json\"\r\nContent-Type: "
      "application/json\r\n\r\n" +
      std::string(bill) + "\r\n--b--\r\n";
  const Answer answer = call("POST", "/api/v1/bom", form,
                             {{"x-api-key", token_}, {"content-type", "multipart/form-data; boundary=b"}});
  ASSERT_EQ(answer.status, 200) << answer.response.body;
  EXPECT_EQ(newest().text("trail"), "unversioned");
  EXPECT_EQ(newest().text("content_digest"), to_string(crypto::sha256(bill)));
  EXPECT_EQ(call("GET", "/api/v1/project/lookup?name=shop").status, 200);
}

TEST_F(DependencyTrack, what_is_wrong_is_said_as_its_clients_expect) {
  const auto detail = [](const Answer& answer) {
    EXPECT_EQ(answer.response.content_type, "application/problem+json");
    EXPECT_EQ(*answer.json.at("status").integer(), answer.status);
    return std::string(answer.json.text("detail"));
  };
  const std::int64_t entries = *api_.get("ledger/entries?limit=1").json.at("size").integer();
  const Answer missing = upload(R"("projectName":"shop","projectVersion":"1.0","autoCreate":false)");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.response.content_type, "text/plain");
  EXPECT_EQ(missing.response.body, "The project could not be found.");
  EXPECT_NE(detail(upload(shop, "no bill")), "");
  EXPECT_NE(detail(upload(shop, "")).find("'bom' is missing"), std::string::npos);
  EXPECT_NE(detail(call("PUT", "/api/v1/bom", "{" + shop + R"(,"bom":"***"})")).find("base64"),
            std::string::npos);
  EXPECT_NE(detail(call("PUT", "/api/v1/bom", "[]")), "");
  EXPECT_NE(detail(upload(R"("projectVersion":"1.0","autoCreate":true)")).find("projectName"),
            std::string::npos);
  EXPECT_NE(detail(upload(R"("projectName":"///","autoCreate":true)")).find("projectName"),
            std::string::npos);
  EXPECT_NE(detail(call("POST", "/api/v1/bom", "x")).find("multipart"), std::string::npos);
  EXPECT_EQ(*api_.get("ledger/entries?limit=1").json.at("size").integer(), entries) << "nothing was recorded";
}

TEST_F(DependencyTrack, a_key_of_some_flows_reaches_no_other) {
  token_ = api_.add_account("narrow", "recorder", "web");
  EXPECT_EQ(upload(shop).status, 403);
  EXPECT_EQ(upload(shop).response.body, "");
  EXPECT_EQ(upload(R"("projectName":"web","autoCreate":true)").status, 200);
}

TEST_F(DependencyTrack, every_role_gets_what_the_table_says_and_nothing_else) {
  std::size_t walked = 0;
  const std::string id = id_of_entry(IdKind::token, 1);
  for (const std::string_view role : {"admin", "recorder", "reporter", "auditor"}) {
    token_ = api_.add_account(fmt::format("as-{}", role), role);
    for (const Route& route : routes()) {
      if (route.door != Door::api_key) continue;
      std::string path(route.pattern);
      if (const std::size_t open = path.find('{'); open != path.npos) path.replace(open, path.npos, id);
      const bool may = route.permission == access::Permission::read || role == "admin" || role == "recorder";
      const Answer answer = call(route.method, path, "{");
      EXPECT_EQ(answer.status == 403, !may) << route.method << ' ' << path << " as " << role;
      EXPECT_LT(answer.status, 500);
      EXPECT_NE(answer.status, 401);
      EXPECT_EQ(call(route.method, path, "{", {{"authorization", "Bearer " + token_}}).status, answer.status);
      EXPECT_EQ(call(route.method, path, "{", {}).status, 401);
      api_.ledger().clock().pass(minutes(2));  // guesses are counted per minute
      ++walked;
    }
  }
  EXPECT_EQ(walked, 4u * 8u);
}

TEST_F(DependencyTrack, an_api_key_opens_no_other_door) {
  const Answer answer = call("GET", "/v1/orgs/org/me");
  EXPECT_EQ(answer.status, 401);
}

TEST_F(DependencyTrack, a_client_sees_version_projects_and_what_it_may) {
  const Answer about = call("GET", "/api/version", "", {});
  EXPECT_EQ(about.status, 200);
  EXPECT_EQ(about.json.text("version"), dependency_track_version);
  ASSERT_EQ(upload(shop).status, 200);
  ASSERT_EQ(upload(R"("projectName":"web","projectVersion":"2","autoCreate":true)").status, 200);
  const Answer first = call("GET", "/api/v1/project?limit=1&excludeInactive=true&page=1");
  ASSERT_EQ(first.json.array()->size(), 1u);
  EXPECT_EQ(first.json.array()->front().text("name"), "web");
  EXPECT_EQ(call("GET", "/api/v1/project?limit=1&page=2").json.array()->front().text("name"), "shop");
  EXPECT_TRUE(call("GET", "/api/v1/project?limit=1&page=3").json.array()->empty());
  const Answer listed = call(
      "GET", "/api/v1/project?pageNumber=1&pageSize=500&excludeInactive=true&sortName=name&sortOrder=asc");
  EXPECT_EQ(listed.json.array()->size(), 2u);
  const std::vector<http::Field>& headers = listed.response.headers;
  EXPECT_NE(std::ranges::find(headers, http::Field{"x-powered-by", "Dependency-Track v4.11.0"}),
            headers.end());
  EXPECT_NE(call("GET", "/api/v1/team/self").response.body.find("BOM_UPLOAD"), std::string::npos);
  token_ = api_.add_account("eve", "auditor");
  EXPECT_EQ(call("GET", "/api/v1/team/self").response.body.find("BOM_UPLOAD"), std::string::npos);
}

TEST(DependencyTrackNames, a_title_becomes_a_name) {
  EXPECT_EQ(*name_of_title("shop-1.0_a~b", "name"), "shop-1.0_a~b");
  std::set<std::string> names;
  const std::vector<std::string_view> titles{"a b", "a/b", "a-b", "@a/b", "a..b", "a b ", "v1.0+build 5"};
  for (const std::string_view title : titles) {
    const auto made = name_of_title(title, "name");
    ASSERT_TRUE(made.ok()) << title;
    EXPECT_TRUE(check_name(*made, "name").ok()) << *made;
    names.insert(*made);
  }
  EXPECT_EQ(names.size(), titles.size());
  EXPECT_EQ(name_of_title("a b", "name")->substr(0, 4), "a-b-");
  for (const std::string_view title : {"", "///", "\n", "."})
    EXPECT_FALSE(name_of_title(title, "name").ok()) << title;
  EXPECT_FALSE(name_of_title(std::string(300, 'a'), "name").ok());
  for (const std::int64_t entry : {std::int64_t{0}, std::int64_t{77}, std::int64_t{1} << 40})
    EXPECT_EQ(entry_of_id(IdKind::token, id_of_entry(IdKind::token, entry)), entry);
  EXPECT_FALSE(entry_of_id(IdKind::project, id_of_entry(IdKind::token, 1)).has_value());
  EXPECT_FALSE(entry_of_id(IdKind::token, "746f6b65-0000-8000-8000-00000000000G").has_value());
}

TEST_F(DependencyTrack, names_in_a_form_that_are_no_utf8_are_refused) {
  for (const std::string_view field : {"projectName", "projectVersion"}) {
    std::string form;
    const auto add = [&](std::string_view name, std::string_view value) {
      form += fmt::format("--X\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", name, value);
    };
    for (const std::string_view name : {"projectName", "projectVersion"})
      add(name, name == field ? "sh\xffop" : "shop");
    add("autoCreate", "true");
    add("bom", bill);
    const Answer answer = call("POST", "/api/v1/bom", form + "--X--\r\n",
                               {{"x-api-key", token_}, {"content-type", "multipart/form-data; boundary=X"}});
    EXPECT_EQ(answer.status, 400) << answer.response.body;
  }
  EXPECT_TRUE(api_.get("attestations?limit=1").json.items("attestations").empty());
}

}  // namespace weir::api::compat
