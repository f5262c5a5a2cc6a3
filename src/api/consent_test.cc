// Requests, votes, exceptions and break-glass through the API: who may, what follows, what the followers end.
#include <gtest/gtest.h>

#include "jobs/reconcile.h"
#include "store/view_exception.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

using format::Json;
using test::Answer;

const Sha256 app = crypto::sha256("app");
std::string digest() { return to_string(app); }

class Consent : public testing::Test {
 protected:
  Consent() {
    EXPECT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201);
    EXPECT_EQ(api_.put("flows/shop").status, 201);
    EXPECT_EQ(api_.put("flows/shop/trails/t1", R"({"commit":"c0ffee"})").status, 201);
    record("app");
    for (const std::string_view name : {"bob", "cid"})
      tokens_[std::string(name)] = person(name, R"(["approver"])");
    tokens_["dev"] = person("dev", R"(["recorder"])");
    tokens_["ada"] = test::ApiFixture::admin_token;
    tokens_["ci"] = api_.add_account("ci", "recorder");
  }

  void record(std::string_view content) {
    const Answer recorded = api_.post(
        "artifacts",
        fmt::format(R"({{"flow":"shop","trail":"t1","name":"app","digest":"{}","commit":"c0ffee"}})",
                    to_string(crypto::sha256(content))));
    EXPECT_EQ(recorded.status, 201) << recorded.response.body;
  }
  std::string person(std::string_view name, std::string_view roles) {
    const Answer made = api_.post("people", fmt::format(R"({{"name":"{}","roles":{}}})", name, roles));
    EXPECT_EQ(made.status, 201);
    return std::string(made.json.text("token"));
  }
  Answer as(std::string_view name, std::string_view path, std::string body = "{}") {
    return api_.call("POST", path, std::move(body), tokens_.at(std::string(name)));
  }
  std::int64_t ask(std::string_view more = "", std::string_view by = "dev") {
    const Answer asked = as(by, "approval-requests",
                            fmt::format(R"({{"artifact":"{}","environment":"prod"{}}})", digest(), more));
    EXPECT_EQ(asked.status, 201) << asked.response.body;
    return *asked.json.at("approval_request").at("id").integer();
  }
  Answer vote(std::string_view by, std::int64_t request, std::string_view vote = "consent") {
    return as(by, fmt::format("approval-requests/{}/votes", request),
              fmt::format(R"({{"vote":"{}"}})", vote));
  }
  std::string exception_body(std::string_view more = "") {
    return fmt::format(
        R"({{"rule":"tests-pass","artifact":"{}","environment":"prod","owner":"o","reason":"r",)"
        R"("compensating_control":"c","until":"{}"{}}})",
        digest(), to_string(now() + days(10)), more);
  }
  Json asked_exception(std::string_view more = "", std::string_view by = "dev") {
    const Answer asked = as(by, "exceptions", exception_body(more));
    EXPECT_EQ(asked.status, 201) << asked.response.body;
    return asked.json.at("exception");
  }
  Answer grant(std::string_view by, const Json& exception) {
    return as(by, fmt::format("exceptions/{}/grant", dump(exception.at("id"))),
              fmt::format(R"({{"scope":"{}"}})", exception.text("scope_digest")));
  }
  std::vector<store::ExceptionInForce> in_force() {
    return store::exceptions_in_force(*api_.ledger().reader(), app, "prod", now()).value();
  }
  Json alerts(std::string_view state) {
    return api_.get(fmt::format("alerts?state={}", state)).json.at("alerts");
  }
  void tick(auto make) {
    const auto job = make({api_.ledger().sequencer(), api_.ledger().actor()}, api_.ledger().reader());
    while (job->tick(now()).value() == jobs::Step::more) {
    }
  }
  Instant now() { return api_.ledger().clock().now(); }

  test::ApiFixture api_;
  std::map<std::string, std::string> tokens_;
};

TEST_F(Consent, of_enough_people_is_an_approval_that_cites_the_request) {
  const std::int64_t request = ask(R"(,"approvals":2,"reason":"release")");
  EXPECT_EQ(vote("bob", request).json.at("approval_request").text("state"), "open");
  EXPECT_EQ(api_.get("approvals").json.items("approvals").size(), 0u);
  const Answer second = vote("cid", request);
  ASSERT_EQ(second.status, 201) << second.response.body;
  const Json& shown = second.json.at("approval_request");
  EXPECT_EQ(shown.text("state"), "approved");
  const Json approval = api_.get("approvals?state=active").json.items("approvals").at(0);
  EXPECT_EQ(approval.at("request"), Json(request));
  EXPECT_EQ(approval.at("id"), shown.at("approval"));
  EXPECT_EQ(approval.text("reason"), "release");
  EXPECT_EQ(dump(api_.get(fmt::format("approval-requests/{}", request)).json.at("votes")),
            dump(shown.at("votes")));
}

TEST_F(Consent, is_neither_the_requesters_own_nor_a_machines_nor_given_twice) {
  EXPECT_EQ(vote("ada", ask("", "ada")).status, 403) << "she asked herself";
  const std::int64_t request = ask(R"(,"approvals":2)");
  EXPECT_EQ(vote("ci", request).status, 403) << "a service account";
  EXPECT_EQ(vote("dev", request).status, 403) << "asked, and is no approver";
  EXPECT_EQ(vote("bob", request).status, 201);
  EXPECT_EQ(vote("bob", request).status, 409) << "twice";
  EXPECT_EQ(vote("bob", 1).status, 404);
}

TEST_F(Consent, of_a_group_counts_by_the_membership_of_its_time) {
  tokens_["sue"] = person("sue", R"(["auditor"])");
  EXPECT_EQ(as("dev", "approval-requests",
               fmt::format(R"({{"artifact":"{}","environment":"prod","groups":["security"]}})", digest()))
                .status,
            404);
  EXPECT_EQ(api_.put("groups/security", R"({"members":["sue"]})").status, 201);
  const std::int64_t request = ask(R"(,"groups":["security"])");
  EXPECT_EQ(vote("bob", request).json.at("approval_request").text("state"), "open") << "he is none of them";
  EXPECT_EQ(api_.put("groups/security", R"({"members":[]})").status, 201);
  EXPECT_EQ(vote("sue", request).status, 403) << "she is no longer";
  EXPECT_EQ(api_.put("groups/security", R"({"members":["sue"]})").status, 201);
  const Answer voted = vote("sue", request);
  EXPECT_EQ(voted.json.at("approval_request").text("state"), "approved") << voted.response.body;
  EXPECT_EQ(dump(voted.json.at("approval_request").items("votes").back().at("groups")), R"(["security"])");
}

TEST_F(Consent, belongs_to_an_account_and_not_to_its_name) {
  tokens_["sue"] = person("sue", R"(["auditor"])");
  EXPECT_EQ(api_.put("groups/security", R"({"members":["sue"],"roles":["approver"]})").status, 201);
  EXPECT_EQ(
      as("sue", "approvals", fmt::format(R"({{"artifact":"{}","environment":"prod"}})", digest())).status,
      201)
      << "the group's role is hers";
  EXPECT_EQ(api_.call("DELETE", "accounts/sue").status, 201);
  tokens_["sue"] = person("sue", R"(["auditor"])");
  EXPECT_EQ(vote("sue", ask(R"(,"groups":["security"])")).status, 403) << "another sue";
  EXPECT_EQ(api_.get("groups").json.items("groups").at(0).items("members").size(), 0u);
}

TEST_F(Consent, comes_too_late_when_the_request_has_expired) {
  const std::int64_t request = ask();
  api_.ledger().clock().pass(hours(24));
  EXPECT_EQ(vote("bob", request).status, 409);
  EXPECT_EQ(api_.get(fmt::format("approval-requests/{}", request)).json.text("state"), "expired");
  tick(jobs::make_request_watch);
  const Json ended = api_.get(fmt::format("approval-requests/{}", request)).json;
  EXPECT_EQ(ended.text("state"), "expired");
  EXPECT_FALSE(ended.at("ended_at").is_null());
}

TEST_F(Consent, is_not_carried_to_content_of_another_commit) {
  const std::int64_t request = ask();
  EXPECT_EQ(api_.post("artifacts", fmt::format(R"({{"flow":"shop","trail":"t1","name":"app","digest":"{}",)"
                                               R"("commit":"other"}})",
                                               digest()))
                .status,
            201);
  EXPECT_EQ(vote("bob", request).status, 409);
}

TEST_F(Consent, link_shows_the_request_to_who_holds_it_and_nothing_to_others) {
  const Answer asked =
      as("dev", "approval-requests", fmt::format(R"({{"artifact":"{}","environment":"prod"}})", digest()));
  const std::string link(asked.json.at("approval_request").text("link"));
  const std::string path = "approval-links/" + link.substr(link.find('#') + 1);
  const Answer shown = api_.call("GET", path, "", "weir_nobody");
  EXPECT_EQ(shown.status, 200) << shown.response.body;
  EXPECT_EQ(shown.json.at("id"), asked.json.at("approval_request").at("id"));
  EXPECT_EQ(api_.call("GET", path.substr(0, path.size() - 1) + "_", "", "weir_nobody").status, 403);
  EXPECT_EQ(api_.call("POST", path, "{}", "weir_nobody").status, 405) << "it never acts";
  api_.ledger().clock().pass(hours(24));
  EXPECT_EQ(api_.call("GET", path, "", "weir_nobody").status, 403) << "expired";
}

TEST_F(Consent, request_shows_what_it_differs_in) {
  EXPECT_EQ(
      api_.post("attestations", fmt::format(R"({{"flow":"shop","trail":"t1","name":"bom","type":"sbom",)"
                                            R"("artifact":"{}","content":"{}"}})",
                                            digest(),
                                            encode_base64(R"({"bomFormat":"CycloneDX","specVersion":"1.5",)"
                                                          R"("components":[{"name":"a","version":"1",)"
                                                          R"("purl":"pkg:npm/a@1"}]})")))
          .status,
      201);
  const Json difference = api_.get(fmt::format("approval-requests/{}", ask())).json.at("difference");
  EXPECT_TRUE(difference.at("before").is_null()) << "nothing of this name runs there";
  EXPECT_EQ(difference.at("after").text("commit"), "c0ffee");
  EXPECT_EQ(dump(difference.at("evidence").array()->at(0).at("before")), "null");
  EXPECT_EQ(difference.at("components").items("added").at(0).text("component"), "pkg:npm/a");
  EXPECT_TRUE(difference.at("configuration").is_null()) << "it is no image";
  EXPECT_TRUE(difference.at("vulnerabilities").is_null());
}

TEST_F(Consent, exception_is_granted_by_another_person_who_saw_its_scope) {
  tokens_["eve"] = person("eve", R"(["recorder","approver"])");
  const Json asked = asked_exception("", "eve");
  EXPECT_EQ(grant("eve", asked).status, 403) << "she asked herself";
  EXPECT_EQ(grant("ci", asked).status, 403) << "a service account";
  Json wider = asked;
  wider.set("scope_digest", to_string(app));
  EXPECT_EQ(grant("bob", wider).status, 409) << "not what was shown";
  EXPECT_TRUE(in_force().empty());
  EXPECT_EQ(grant("bob", asked).status, 201);
  ASSERT_EQ(in_force().size(), 1u);
  EXPECT_EQ(in_force()[0].rule, "tests-pass");
  EXPECT_EQ(Json(in_force()[0].id), asked.at("id"));
}

// The maker of an account is shown its token.
TEST_F(Consent, of_two_people_is_not_given_by_one_through_an_account_of_his_making) {
  tokens_["eve"] = person("eve", R"(["admin","approver"])");
  EXPECT_EQ(grant("bob", asked_exception("", "ada")).status, 403) << "ada made bob";
  EXPECT_EQ(grant("ada", asked_exception("", "ci")).status, 403) << "ada made the pipeline";
  tokens_["own"] =
      std::string(api_.call("POST", "people", R"({"name":"own","roles":["approver","recorder"]})", tokens_["eve"])
                      .json.text("token"));
  EXPECT_EQ(grant("ada", asked_exception("", "own")).status, 403) << "through another that she made";
  EXPECT_EQ(grant("bob", asked_exception("", "own")).status, 201);
  const std::int64_t request = ask(R"(,"approvals":2)");
  EXPECT_EQ(vote("eve", request).status, 201);
  EXPECT_EQ(vote("own", request).status, 403);
  EXPECT_EQ(vote("bob", request).json.at("approval_request").text("state"), "approved");
  const std::string glass =
      dump(as("own", "break-glass",
              fmt::format(R"({{"artifact":"{}","environment":"prod","for_us":3600000000,)"
                          R"("reason":"outage"}})",
                          digest()))
               .json.at("break_glass")
               .at("id"));
  const Answer refused = as("eve", fmt::format("break-glass/{}/review", glass), R"({"note":"fine"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.response.body.find("neither of them made"), std::string::npos) << refused.response.body;
  EXPECT_EQ(as("bob", fmt::format("break-glass/{}/review", glass), R"({"note":"fine"})").status, 201);
}

TEST_F(Consent, exception_asked_wider_than_shown_is_refused) {
  const Answer preview = as("dev", "exceptions?preview=true", exception_body());
  EXPECT_EQ(preview.status, 200) << preview.response.body;
  const std::string shown = fmt::format(R"(,"scope":"{}")", preview.json.text("scope_digest"));
  EXPECT_EQ(as("dev", "exceptions", exception_body(R"(,"ends_on":["scope-growth"])" + shown)).status, 409);
  EXPECT_EQ(as("dev", "exceptions", exception_body(shown)).status, 201);
}

TEST_F(Consent, exception_lasts_a_year_at_most_and_never_backwards) {
  const auto status = [&](Instant until) {
    std::string body = exception_body();
    const std::string usual = to_string(now() + days(10));
    body.replace(body.find(usual), usual.size(), to_string(until));
    return as("dev", "exceptions", body).status;
  };
  EXPECT_EQ(status(now() - seconds(1)), 400);
  EXPECT_EQ(status(now() + days(366)), 400);
  EXPECT_EQ(status(now() + days(364)), 201);
}

TEST_F(Consent, exception_is_warned_about_and_ends_when_due) {
  const Json asked = asked_exception();
  EXPECT_EQ(grant("bob", asked).status, 201);
  tick(jobs::make_exception_watch);
  EXPECT_TRUE(alerts("open").array()->empty());
  api_.ledger().clock().pass(days(9));
  tick(jobs::make_exception_watch);
  ASSERT_EQ(alerts("open").array()->size(), 1u);
  EXPECT_EQ(alerts("open").array()->at(0).text("cause"), "exception-ending");
  api_.ledger().clock().pass(days(1));
  EXPECT_TRUE(in_force().empty()) << "exactly when due";
  tick(jobs::make_exception_watch);
  EXPECT_TRUE(alerts("open").array()->empty());
  const Json ended = api_.get(fmt::format("exceptions/{}", dump(asked.at("id")))).json;
  EXPECT_EQ(ended.text("state"), "ended");
  EXPECT_EQ(ended.text("ended"), "time");
}

TEST_F(Consent, exception_ends_at_once_by_newer_evidence) {
  const Json asked = asked_exception(R"(,"ends_on":["evidence-change"],"evidence":"generic")");
  EXPECT_EQ(grant("bob", asked).status, 201);
  const auto attest = [&](std::string_view type) {
    return api_.post("attestations",
                     fmt::format(R"({{"flow":"shop","trail":"t1","name":"n","type":"{}",)"
                                 R"("artifact":"{}","compliant":true,"predicate":{{"a":1}}}})",
                                 type, digest()));
  };
  EXPECT_EQ(attest("ticket").status, 201);
  EXPECT_EQ(in_force().size(), 1u) << "the rule does not look at it";
  EXPECT_EQ(attest("generic").status, 201);
  EXPECT_TRUE(in_force().empty()) << "before any follower looked";
  tick(jobs::make_exception_watch);
  EXPECT_EQ(api_.get(fmt::format("exceptions/{}", dump(asked.at("id")))).json.text("ended"),
            "evidence-change");
}

TEST_F(Consent, exception_that_is_renewed_ends_and_is_counted) {
  const Json first = asked_exception();
  EXPECT_EQ(grant("bob", first).status, 201);
  const Json second = asked_exception(fmt::format(R"(,"renews":{})", dump(first.at("id"))));
  EXPECT_EQ(second.at("renewals"), Json(1));
  EXPECT_EQ(grant("bob", second).status, 201);
  ASSERT_EQ(in_force().size(), 1u);
  EXPECT_EQ(Json(in_force()[0].id), second.at("id"));
  EXPECT_EQ(api_.get(fmt::format("exceptions/{}", dump(first.at("id")))).json.text("ended"), "renewed");
}

TEST_F(Consent, break_glass_is_an_approval_and_an_alarm_until_another_person_looks) {
  const std::string opening = fmt::format(
      R"({{"artifact":"{}","environment":"prod","for_us":3600000000,"reason":"outage"}})", digest());
  EXPECT_EQ(as("dev", "break-glass", opening).status, 403);
  EXPECT_EQ(as("ci", "break-glass", opening).status, 403);
  const Answer broken = as("bob", "break-glass", opening);
  ASSERT_EQ(broken.status, 201) << broken.response.body;
  const Json& glass = broken.json.at("break_glass");
  const Json approval = api_.get("approvals?state=active").json.items("approvals").at(0);
  EXPECT_EQ(approval.at("break_glass"), glass.at("id"));
  EXPECT_EQ(approval.at("id"), glass.at("approval"));
  ASSERT_EQ(alerts("open").array()->size(), 1u);
  EXPECT_EQ(alerts("open").array()->at(0).text("severity"), "critical");
  const std::string review = fmt::format("break-glass/{}/review", dump(glass.at("id")));
  EXPECT_EQ(as("bob", review, R"({"note":"fine"})").status, 403) << "his own";
  api_.ledger().clock().pass(hours(2));
  EXPECT_EQ(api_.get("approvals?state=active").json.items("approvals").size(), 0u);
  EXPECT_EQ(alerts("open").array()->size(), 1u) << "until it is reviewed";
  EXPECT_EQ(as("cid", review, R"({"note":"fine"})").status, 201);
  EXPECT_TRUE(alerts("open").array()->empty());
}

TEST_F(Consent, break_glass_lets_in_without_what_is_asked_for_while_it_lasts_and_past_no_freeze) {
  const std::string source =
      "apiVersion: weir/v1\nkind: Policy\nrules:\n  - {id: tested, require: {attestation: {type: test}}}\n";
  EXPECT_EQ(api_.put("policies/safe", dump(Json::object({{"source", source}}))).status, 201);
  EXPECT_EQ(api_.put("policies/safe/attachments", R"({"environment":"prod","mode":"enforce"})").status, 201);
  const auto gate = [&] { return api_.get("gate?environment=prod&artifact=" + digest()).json; };
  EXPECT_EQ(gate().text("verdict"), "undecided");
  const std::string there = fmt::format(R"({{"artifact":"{}","environment":"prod"}})", digest());
  EXPECT_EQ(as("bob", "approvals", there).status, 201);
  EXPECT_EQ(gate().text("verdict"), "undecided") << "an approval alone is not what the policy asks for";
  const Answer broken =
      as("bob", "break-glass",
         fmt::format(R"({{"artifact":"{}","environment":"prod","for_us":3600000000,"reason":"outage"}})",
                     digest()));
  ASSERT_EQ(broken.status, 201) << broken.response.body;
  const Json open = gate();
  EXPECT_EQ(open.text("verdict"), "allow");
  EXPECT_EQ(open.items("rules").at(0).text("result"), "excepted");
  EXPECT_NE(open.items("rules").at(0).text("message").find("break-glass by bob until"),
            std::string_view::npos);
  EXPECT_EQ(as("dev", "deployments", there).status, 201);
  const Answer frozen =
      api_.post("freezes", fmt::format(R"({{"environment":"prod","until":"{}","reason":"audit"}})",
                                       to_string(now() + minutes(10))));
  EXPECT_EQ(frozen.status, 201) << frozen.response.body;
  EXPECT_EQ(gate().text("verdict"), "deny");
  api_.ledger().clock().pass(minutes(20));
  EXPECT_EQ(gate().text("verdict"), "allow");
  api_.ledger().clock().pass(hours(1));
  EXPECT_EQ(gate().text("verdict"), "undecided") << "its time is over";
}

}  // namespace
}  // namespace weir::api
