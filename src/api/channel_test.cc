#include "alert/channel.h"

#include <gtest/gtest.h>

#include "support/api_fixture.h"

namespace weir::api {
namespace {

using format::Json;
using test::Answer;

class Channels : public testing::Test {
 protected:
  Channels() { EXPECT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201); }

  std::string kept(std::string_view column) {
    return query_one(*api_.ledger().reader(),
                     fmt::format("SELECT {} FROM channel_secret WHERE channel='hook'", column),
                     [](const store::Row& row) { return row.string(0); })
        .value()
        .value_or("");
  }
  Json listed() { return api_.get("channels").json.items("channels").at(0); }
  std::int64_t open_alert() {
    const alert::AlertOpened opened{.key = "k",
                                    .cause = "unknown-digest",
                                    .title = "Unknown program",
                                    .origin = {.environment = "prod"},
                                    .incident = "i"};
    return api_.ledger().append(opened)->appended.front().index;
  }

  test::ApiFixture api_;
};

constexpr std::string_view address = "http://127.0.0.1:9/hook";

TEST_F(Channels, show_the_secret_they_made_once) {
  const Answer made = api_.put("channels/hook", R"({"url":"http://127.0.0.1:9/hook?token=hidden"})");
  ASSERT_EQ(made.status, 201) << made.response.body;
  const std::string secret(made.json.text("secret"));
  EXPECT_TRUE(alert::decode_secret(secret).ok());
  EXPECT_EQ(made.json.at("channel").text("url"), address);
  EXPECT_EQ(api_.get("channels").response.body.find(secret), std::string::npos);
  EXPECT_EQ(listed().text("state"), "unused");
  EXPECT_EQ(api_.put("channels/hook", R"({"url":"http://127.0.0.1:9/hook?token=hidden"})").status, 200)
      << "nothing new to record";
  EXPECT_EQ(kept("url"), "http://127.0.0.1:9/hook?token=hidden");
}

TEST_F(Channels, keep_secrets_and_queries_out_of_the_ledger) {
  const Answer made = api_.put("channels/hook", R"({"url":"http://127.0.0.1:9/hook?token=hidden"})");
  const auto db = api_.ledger().reader();
  const std::int64_t index = *made.json.at("receipt").at("index").integer();
  const auto entry = sequencer::read_entry(*db, api_.ledger().blobs(), index).value();
  ASSERT_TRUE(entry.payload.has_value());
  EXPECT_EQ(entry.payload->find("hidden"), std::string::npos);
  EXPECT_EQ(entry.payload->find("whsec_"), std::string::npos);
}

TEST_F(Channels, are_called_what_is_called) {
  EXPECT_EQ(api_.put("channels/hook", R"({"url":"http://127.0.0.1:9?@hooks.example/T0"})")
                .json.at("channel")
                .text("url"),
            "http://127.0.0.1:9");
  EXPECT_EQ(
      api_.put("channels/hook", R"({"url":"http://127.0.0.1:9/@team?x=/y"})").json.at("channel").text("url"),
      "http://127.0.0.1:9/@team");
}

TEST_F(Channels, sign_with_two_secrets_at_most_and_keep_their_address_when_rotated) {
  const std::string first(
      api_.put("channels/hook", R"({"url":"http://127.0.0.1:9/hook?token=hidden","environments":["prod"]})")
          .json.text("secret"));
  const Answer rotated = api_.put("channels/hook", fmt::format(R"({{"url":"{}","rotate":true}})", address));
  ASSERT_EQ(rotated.status, 201) << rotated.response.body;
  const std::string second(rotated.json.text("secret"));
  EXPECT_NE(first, second);
  EXPECT_EQ(kept("secrets"), format::encode(std::vector{second, first}));
  EXPECT_EQ(kept("url"), "http://127.0.0.1:9/hook?token=hidden");
  EXPECT_EQ(listed().items("environments").size(), 1u);
  EXPECT_EQ(listed().at("secrets"), Json(2));
  const std::string third(api_.put("channels/hook", R"({"rotate":true})").json.text("secret"));
  EXPECT_EQ(kept("secrets"), format::encode(std::vector{third, second}));
}

TEST_F(Channels, take_a_secret_that_is_given_and_do_not_repeat_it) {
  const std::string secret = "whsec_" + encode_base64(std::string(32, 's'));
  const Answer made =
      api_.put("channels/hook", fmt::format(R"({{"url":"{}","secret":"{}"}})", address, secret));
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.response.body.find(secret), std::string::npos);
  EXPECT_EQ(kept("secrets"), format::encode(std::vector{secret}));
}

TEST_F(Channels, of_all_or_other_environments_are_not_an_administrators_of_a_part) {
  ASSERT_EQ(api_.put("environments/test", R"({"kind":"host"})").status, 201);
  const Answer made = api_.post("people", R"({"name":"eve","roles":["admin"],"environments":["test"]})");
  const std::string part(made.json.text("token"));
  const std::string mine = fmt::format(R"({{"url":"{}","environments":["test"]}})", address);
  for (const char* environments : {"", R"(,"environments":["prod"])"}) {
    const auto body = fmt::format(R"({{"url":"{}"{}}})", address, environments);
    ASSERT_EQ(api_.put("channels/hook", body).status, 201);
    EXPECT_EQ(api_.call("PUT", "channels/hook", body, part).status, 403);
    EXPECT_EQ(api_.call("PUT", "channels/hook", mine, part).status, 403);
    EXPECT_EQ(api_.call("PUT", "channels/hook", R"({"rotate":true})", part).status, 403);
    EXPECT_EQ(api_.call("PUT", "channels/hook", R"({"rotate":true,"url":"http://elsewhere/"})", part).status,
              403);
    EXPECT_EQ(api_.call("POST", "channels/hook/test", "", part).status, 403);
    ASSERT_EQ(api_.post("channels/hook/test").status, 200);
    const std::int64_t id = *api_.get("deliveries").json.items("deliveries").at(0).at("id").integer();
    EXPECT_EQ(api_.call("POST", fmt::format("deliveries/{}/retry", id), "", part).status, 403);
    EXPECT_EQ(api_.call("DELETE", "channels/hook", "", part).status, 403);
    ASSERT_EQ(api_.call("DELETE", "channels/hook").status, 201);
  }
  EXPECT_EQ(api_.call("PUT", "channels/hook", mine, part).status, 201);
  EXPECT_EQ(api_.call("PUT", "channels/hook", R"({"rotate":true,"environments":[]})", part).status, 403);
  EXPECT_EQ(api_.call("PUT", "channels/hook", R"({"rotate":true})", part).status, 201);
  EXPECT_EQ(api_.call("DELETE", "channels/hook", "", part).status, 201);
}

TEST_F(Channels, refuse_addresses_that_are_no_webhook) {
  for (const std::string_view url :
       {"", "unix:/run/docker.sock", "ftp://host/", "http://", "http://user:word@host/", "http://host:0/",
        "/hook", "http://127.0.0.1:9/#@hooks.example/T0", "http://127.0.0.1:9#@hooks.example/T0",
        "http://127.0.0.1:9?@hooks.example#/T0"}) {
    const Answer refused = api_.put("channels/hook", fmt::format(R"({{"url":"{}"}})", url));
    EXPECT_EQ(refused.status, 400) << url;
    EXPECT_EQ(refused.json.at("error").text("field"), "url") << url;
  }
  EXPECT_EQ(api_.put("channels/hook", R"({"url":"http://host/","secret":"short"})").status, 400);
  EXPECT_EQ(api_.put("channels/hook", R"({"url":"http://host/","environments":["nowhere"]})").status, 404);
  EXPECT_EQ(api_.put("channels/hook", R"({"rotate":true})").status, 404);
  EXPECT_TRUE(api_.get("channels").json.items("channels").empty());
}

TEST_F(Channels, queue_a_test_message) {
  EXPECT_EQ(api_.post("channels/hook/test").status, 404);
  ASSERT_EQ(api_.put("channels/hook", fmt::format(R"({{"url":"{}"}})", address)).status, 201);
  const Answer answer = api_.post("channels/hook/test");
  EXPECT_EQ(answer.status, 200);
  const Json delivery = api_.get("deliveries?channel=hook").json.items("deliveries").at(0);
  EXPECT_EQ(dump(delivery), dump(answer.json.at("delivery")));
  EXPECT_EQ(delivery.text("state"), "pending");
  EXPECT_EQ(delivery.text("change"), "test");
}

TEST_F(Channels, try_a_dead_delivery_again_and_never_one_that_arrived) {
  ASSERT_EQ(api_.put("channels/hook", fmt::format(R"({{"url":"{}"}})", address)).status, 201);
  open_alert();
  ASSERT_TRUE(api_.ledger().alter("UPDATE delivery SET state='dead', attempts=12, last_status=500").ok());
  const std::int64_t id =
      *api_.get("deliveries?state=dead").json.items("deliveries").at(0).at("id").integer();
  EXPECT_EQ(listed().at("dead"), Json(1));
  const Answer again = api_.post(fmt::format("deliveries/{}/retry", id));
  EXPECT_EQ(again.status, 200) << again.response.body;
  const Json delivery = api_.get("deliveries?state=pending").json.items("deliveries").at(0);
  EXPECT_EQ(delivery.at("attempts"), Json(0));
  ASSERT_TRUE(api_.ledger().alter("UPDATE delivery SET state='delivered'").ok());
  EXPECT_EQ(api_.post(fmt::format("deliveries/{}/retry", id)).status, 409);
  EXPECT_EQ(api_.post("deliveries/999/retry").status, 404);
}

TEST_F(Channels, are_removed_with_their_secrets_and_what_waits) {
  ASSERT_EQ(api_.put("channels/hook", fmt::format(R"({{"url":"{}"}})", address)).status, 201);
  open_alert();
  EXPECT_EQ(api_.call("DELETE", "channels/hook").status, 201);
  EXPECT_EQ(kept("secrets"), "");
  EXPECT_TRUE(api_.get("deliveries").json.items("deliveries").empty());
  EXPECT_EQ(api_.call("DELETE", "channels/hook").status, 404);
}

TEST_F(Channels, are_for_administrators) {
  const std::string token = api_.add_account("ci", "recorder");
  EXPECT_EQ(api_.call("PUT", "channels/hook", fmt::format(R"({{"url":"{}"}})", address), token).status, 403);
}

}  // namespace
}  // namespace weir::api
