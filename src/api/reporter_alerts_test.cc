// Two keys that speak for one host, through the API: what is said of it, and what ends it.
#include <gtest/gtest.h>

#include "crypto/signature.h"
#include "runtime/report.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

using format::Json;
using test::Answer;

class SecondKey : public testing::Test {
 protected:
  SecondKey() {
    EXPECT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201);
    token_ = std::string(api_.post("environments/prod/join-tokens").json.text("token"));
  }
  static std::string id_of(const crypto::Signer& key) { return to_hex(crypto::sha256(key.public_key())); }
  Answer enrol(const crypto::Signer& key, const std::string& host) {
    const runtime::Enrolment enrolment{
        .environment = "prod", .host = host, .public_key = encode_base64(key.public_key()), .token = token_};
    http::Request request{.method = "POST", .path = "/v1/orgs/org/reporters"};
    request.body = format::encode(enrolment);
    request.headers = {{"weir-signature", encode_base64(key.sign(request.body))}};
    return api_.send(std::move(request));
  }
  Answer remove(const crypto::Signer& key) {
    return api_.post("reporters/" + id_of(key) + "/remove", R"({"reason":"gone"})");
  }
  // Subjects of the open alerts, the oldest first.
  std::vector<std::string> alarms() {
    std::vector<std::string> subjects;
    const Json listed = api_.get("alerts?state=open").json;
    for (const Json& each : listed.items("alerts")) {
      EXPECT_EQ(each.text("cause"), "reporter-second-key");
      subjects.insert(subjects.begin(), std::string(each.text("subject")));
    }
    return subjects;
  }
  std::string subject(const crypto::Signer& key) { return "reporter " + id_of(key); }

  using Names = std::vector<std::string>;
  test::ApiFixture api_;
  std::string token_;
  const crypto::Signer first_ = crypto::Signer::generate(), second_ = crypto::Signer::generate(),
                       third_ = crypto::Signer::generate();
};

TEST_F(SecondKey, under_the_name_of_a_known_host_is_an_alert_that_says_what_to_do_and_both_stay) {
  EXPECT_EQ(enrol(first_, "web1").status, 201);
  EXPECT_EQ(enrol(first_, "web1").status, 201) << "the same key again";
  EXPECT_EQ(enrol(third_, "web2").status, 201) << "another host";
  EXPECT_EQ(alarms(), Names{});
  EXPECT_EQ(enrol(second_, "web1").status, 201);
  EXPECT_EQ(alarms(), Names{subject(second_)});
  const Json alert = api_.get("alerts?state=open").json.items("alerts")[0];
  EXPECT_EQ(alert.text("severity"), "high");
  EXPECT_EQ(alert.text("title"), "Second key for host web1");
  EXPECT_NE(alert.at("story").text("why").find(id_of(first_)), std::string::npos);
  EXPECT_NE(alert.at("story").text("remedy").find("weir reporter remove"), std::string::npos);
  EXPECT_EQ(api_.get("reporters").json.items("reporters").size(), 3U);
  EXPECT_EQ(enrol(second_, "web1").status, 201);
  EXPECT_EQ(alarms().size(), 1U) << "it is known by now";
}

TEST_F(SecondKey, is_settled_when_one_of_the_two_is_removed) {
  for (const bool newer_stays : {true, false}) {
    const std::string host = newer_stays ? "web1" : "web2";
    const crypto::Signer older = crypto::Signer::generate(), newer = crypto::Signer::generate();
    enrol(older, host);
    enrol(newer, host);
    EXPECT_EQ(alarms(), Names{subject(newer)});
    EXPECT_EQ(remove(newer_stays ? older : newer).status, 201);
    EXPECT_EQ(alarms(), Names{});
  }
}

TEST_F(SecondKey, goes_on_being_one_while_two_others_are_left) {
  enrol(first_, "web1");
  enrol(second_, "web1");
  enrol(third_, "web1");
  EXPECT_EQ(alarms(), (Names{subject(second_), subject(third_)}));
  EXPECT_EQ(remove(first_).status, 201);
  EXPECT_EQ(alarms(), (Names{subject(second_), subject(third_)}));
  EXPECT_EQ(remove(third_).status, 201);
  EXPECT_EQ(alarms(), Names{});
}

TEST_F(SecondKey, comes_with_the_name_that_a_known_key_takes_and_does_not_end_itself_by_another) {
  enrol(first_, "web1");
  enrol(second_, "web2");
  EXPECT_EQ(alarms(), Names{});
  EXPECT_EQ(enrol(second_, "web1").status, 201);
  EXPECT_EQ(alarms(), Names{subject(second_)});
  EXPECT_EQ(enrol(second_, "web3").status, 201);
  EXPECT_EQ(alarms(), Names{subject(second_)});
  EXPECT_EQ(remove(second_).status, 201);
  EXPECT_EQ(alarms(), Names{});
}

}  // namespace
}  // namespace weir::api
