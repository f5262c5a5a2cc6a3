// Changes of policies as proposals, through the API: who may speak, what comes in force, what ends.
#include "api/proposal.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "crypto/signature.h"
#include "format/dsse.h"
#include "policy/statement.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

using format::Json;
using test::Answer;

std::string policy_asking_for(std::string_view type) {
  return fmt::format(
      "apiVersion: weir/v1\nkind: Policy\nrules:\n  - id: {0}-there\n    message: \"{0} must be there\"\n    "
      "require:\n      attestation: {{type: {0}}}\n",
      type);
}
const std::string lenient = "apiVersion: weir/v1\nkind: Policy\nrules: []\n";

class PolicyProposals : public testing::Test {
 protected:
  PolicyProposals() {
    EXPECT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201);
    EXPECT_EQ(api_.put("flows/shop").status, 201);
    EXPECT_EQ(api_.put("flows/shop/trails/t1", R"({"commit":"c0ffee"})").status, 201);
    tokens_["ada"] = test::ApiFixture::admin_token;
    tokens_["ci"] = api_.add_account("ci", "recorder");
    person("dev", "recorder");
    for (const char* name : {"sec", "rik", "both"}) person(name, "auditor");
    EXPECT_EQ(api_.put("groups/security", R"({"members":["sec","both","dev"]})").status, 201);
    EXPECT_EQ(api_.put("groups/risk", R"({"members":["rik","both"]})").status, 201);
    EXPECT_EQ(api_.put("policy-roles", R"({"roles":["security","risk"]})").status, 201);
  }

  void person(const std::string& name, std::string_view role) {
    const Answer made = api_.post("people", fmt::format(R"({{"name":"{}","roles":["{}"]}})", name, role));
    EXPECT_EQ(made.status, 201);
    tokens_[name] = std::string(made.json.text("token"));
  }
  Answer as(std::string_view name, std::string_view path, const Json& body = Json::object({})) {
    return api_.call("POST", path, dump(body), tokens_.at(std::string(name)));
  }
  Answer create(const std::string& source, bool confirm = false) {
    return api_.put("policies/safe", dump(Json::object({{"source", source}, {"confirm", confirm}})));
  }
  Answer attach(std::string_view mode) {
    return api_.put("policies/safe/attachments",
                    fmt::format(R"({{"environment":"prod","mode":"{}"}})", mode));
  }
  Answer propose_change(const Json& change, std::string_view by = "dev") {
    return as(by, "policy-proposals", change);
  }
  // What all roles consent to.
  void pass(const Json& change) {
    const Answer made = propose_change(change);
    ASSERT_EQ(made.status, 201) << made.response.body;
    const std::int64_t id = *made.json.at("proposal").at("id").integer();
    EXPECT_EQ(say("sec", id).status, 201);
    const Answer last = say("rik", id);
    EXPECT_EQ(last.json.at("proposal").text("state"), "in-force") << last.response.body;
  }
  static Json attachment(std::optional<std::string_view> mode) {
    Json place = Json::object({{"environment", "prod"}});
    if (mode) place.set("mode", *mode);
    return Json::object({{"policy", "safe"}, {"attachment", std::move(place)}});
  }
  void enforce() { pass(attachment("enforce")); }
  std::string mode_now() {
    const Json policy = newest();
    return policy.items("attachments").empty() ? "none"
                                               : std::string(policy.items("attachments")[0].text("mode"));
  }
  Answer propose(const std::string& source, std::string_view by = "dev") {
    return as(by, "policy-proposals", Json::object({{"policy", "safe"}, {"source", source}}));
  }
  std::int64_t proposed(const std::string& source) {
    const Answer answer = propose(source);
    EXPECT_EQ(answer.status, 201) << answer.response.body;
    return *answer.json.at("proposal").at("id").integer();
  }
  Answer say(std::string_view by, std::int64_t id, Json body = Json::object({})) {
    return as(by, fmt::format("policy-proposals/{}/voices", id), body);
  }
  Json shown(std::int64_t id, std::string_view by = "ada") {
    return api_.call("GET", fmt::format("policy-proposals/{}", id), "", tokens_.at(std::string(by))).json;
  }
  std::string state(std::int64_t id) { return std::string(shown(id).text("state")); }
  Json newest() { return api_.get("policies/safe").json; }

  // One artifact without evidence, asked about, so that there is a decision to try a policy on.
  void decide_once() { decide_on("app"); }
  void decide_on(const std::string& content) {
    const std::string digest = to_string(crypto::sha256(content));
    EXPECT_EQ(api_.post("artifacts",
                        fmt::format(R"({{"flow":"shop","trail":"t1","name":"{}","digest":"{}"}})", content, digest))
                  .status,
              201);
    EXPECT_EQ(api_.get("gate?environment=prod&artifact=" + digest).status, 200);
  }
  std::vector<std::string> needs_of(std::string_view name) {
    std::vector<std::string> found;
    const Json overview = api_.call("GET", "overview", "", tokens_.at(std::string(name))).json;
    for (const Json& need : overview.items("needs"))
      found.push_back(fmt::format("{} {}", need.text("kind"), dump(need.at("id"))));
    return found;
  }

  test::ApiFixture api_;
  std::map<std::string, std::string> tokens_;
};

TEST_F(PolicyProposals, come_in_force_once_each_role_has_consented_by_another_person) {
  EXPECT_EQ(create(policy_asking_for("test")).status, 201);
  const std::int64_t id = proposed(policy_asking_for("scan"));
  EXPECT_EQ(say("dev", id).status, 403) << "she proposed it, and is of security";
  EXPECT_EQ(say("ci", id).status, 403) << "a service account";
  EXPECT_EQ(say("ada", id).status, 403) << "an administrator is of no role by that";
  EXPECT_EQ(say("both", id).status, 400) << "of two roles: which";
  EXPECT_EQ(say("both", id, Json::object({{"role", "security"}})).status, 201);
  EXPECT_EQ(say("both", id, Json::object({{"role", "risk"}})).status, 403) << "nobody speaks for two";
  EXPECT_EQ(say("sec", id).status, 403) << "security has consented";
  EXPECT_EQ(say("sec", id, Json::object({{"voice", "comment"}, {"comment", "fine"}})).status, 201);
  EXPECT_EQ(newest().at("version"), Json(1));
  const Answer last = say("rik", id, Json::object({{"comment", "looked at"}}));
  ASSERT_EQ(last.status, 201) << last.response.body;
  EXPECT_EQ(last.json.at("proposal").text("state"), "in-force");
  EXPECT_EQ(newest().at("version"), Json(2));
  EXPECT_EQ(newest().at("proposal"), Json(id));
  EXPECT_EQ(dump(shown(id).at("voices")), dump(last.json.at("proposal").at("voices")));
  EXPECT_EQ(say("rik", id).status, 409) << "it has ended";
}

TEST_F(PolicyProposals, are_recorded_in_the_order_voice_end_version) {
  const std::int64_t id = proposed(lenient);
  say("sec", id);
  const std::int64_t before = api_.ledger().sequencer().size();
  say("rik", id);
  std::vector<std::string> types;
  const Json entries = api_.get(fmt::format("ledger/entries?from={}", before)).json;
  for (const Json& entry : entries.items("entries"))
    types.emplace_back(entry.text("type"));
  EXPECT_EQ(types, (std::vector<std::string>{"policy-consented", "policy-proposal-ended", "policy-created"}));
}

TEST_F(PolicyProposals, come_from_people_of_the_whole_organization_alone) {
  EXPECT_EQ(propose(lenient, "ci").status, 403) << "the other hand of somebody who consents";
  const Answer part = api_.post("people", R"({"name":"part","roles":["admin"],"environments":["prod"]})");
  ASSERT_EQ(part.status, 201);
  tokens_["part"] = std::string(part.json.text("token"));
  EXPECT_EQ(propose(lenient, "part").status, 403);
  const auto put = [&](std::string_view path, const Json& body) {
    return api_.call("PUT", std::string(path), dump(body), tokens_.at("part")).status;
  };
  EXPECT_EQ(put("groups/security", Json::object({{"members", Json::Array{Json("part")}}})), 403);
  EXPECT_EQ(put("policies/safe", Json::object({{"source", lenient}})), 403);
}

TEST_F(PolicyProposals, made_before_other_roles_were_named_are_void) {
  const std::int64_t id = proposed(lenient);
  pass(Json::object({{"named_roles", Json::Array{Json("risk")}}}));
  EXPECT_EQ(say("rik", id).status, 409);
  EXPECT_EQ(state(id), "open");
}

TEST_F(PolicyProposals, same_key_twice_is_one_voice) {
  const std::int64_t id = proposed(lenient);
  http::Request request{.method = "POST", .path = fmt::format("/v1/orgs/org/policy-proposals/{}/voices", id)};
  request.headers = {{"authorization", fmt::format("Bearer {}", tokens_["sec"])}, {"idempotency-key", "k"}};
  request.body = R"({"voice":"consent"})";
  EXPECT_EQ(api_.send(request).status, 201);
  EXPECT_NE(api_.send(request).status, 403) << "the same act, not a second one";
  EXPECT_EQ(shown(id).items("voices").size(), 1u);
}

TEST_F(PolicyProposals, end_by_a_refusal_or_by_who_made_them) {
  const std::int64_t first = proposed(lenient), second = proposed(lenient);
  EXPECT_EQ(say("sec", first, Json::object({{"voice", "refuse"}, {"comment", "no"}})).status, 201);
  EXPECT_EQ(state(first), "refused");
  EXPECT_EQ(shown(first).text("ended_reason"), "no");
  EXPECT_EQ(say("rik", first).status, 409);
  EXPECT_EQ(as("ada", fmt::format("policy-proposals/{}/withdraw", second)).status, 403);
  EXPECT_EQ(as("dev", fmt::format("policy-proposals/{}/withdraw", second)).status, 201);
  EXPECT_EQ(state(second), "withdrawn");
  EXPECT_EQ(api_.get("policies/safe").status, 404) << "it never was in force";
  EXPECT_EQ(api_.get("policy-proposals?state=refused").json.items("policy-proposals").size(), 1u);
  EXPECT_EQ(api_.get("policy-proposals?policy=other").json.items("policy-proposals").size(), 0u);
}

TEST_F(PolicyProposals, are_outdated_by_another_version) {
  const std::int64_t first = proposed(policy_asking_for("test")),
                     second = proposed(policy_asking_for("scan"));
  EXPECT_EQ(create(lenient).status, 201) << "it is enforced nowhere";
  EXPECT_EQ(state(first), "outdated");
  EXPECT_EQ(say("sec", first).status, 409);
  const std::int64_t third = proposed(policy_asking_for("test")),
                     fourth = proposed(policy_asking_for("scan"));
  say("sec", third), say("rik", third);
  EXPECT_EQ(state(third), "in-force");
  EXPECT_EQ(state(fourth), "outdated");
  EXPECT_EQ(shown(second).text("ended_reason"), "version 1 came before it");
  const Answer late = as("dev", "policy-proposals",
                         Json::object({{"policy", "safe"}, {"source", lenient}, {"base_version", 1}}));
  EXPECT_EQ(late.status, 409) << "made from a version that is not the newest";
}

TEST_F(PolicyProposals, are_the_way_to_change_what_is_enforced_where_roles_are_named) {
  EXPECT_EQ(create(lenient).status, 201);
  EXPECT_EQ(attach("warn").status, 201);
  EXPECT_EQ(create(policy_asking_for("test")).status, 201) << "it decides nothing";
  enforce();
  const Answer refused = create(lenient);
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.response.body.find("weir policy propose safe FILE"), std::string::npos);
  EXPECT_EQ(create(policy_asking_for("test")).status, 200) << "nothing new";
  EXPECT_EQ(api_.put("policy-roles", R"({"roles":[]})").status, 409);
  pass(Json::object({{"named_roles", Json::Array{}}}));
  EXPECT_EQ(create(lenient).status, 201) << "none are named";
}

TEST_F(PolicyProposals, that_would_let_nothing_through_are_confirmed_by_the_last_voice) {
  EXPECT_EQ(create(lenient).status, 201);
  enforce();
  decide_once();
  const std::int64_t id = proposed(policy_asking_for("test"));
  const Json simulation = shown(id).at("simulation");
  EXPECT_EQ(simulation.at("decisions"), Json(1));
  EXPECT_EQ(simulation.at("passes_anything"), Json(false));
  EXPECT_EQ(say("sec", id).status, 201) << "not the last";
  const Answer held = say("rik", id);
  EXPECT_EQ(held.status, 409) << held.response.body;
  EXPECT_EQ(held.json.at("error").text("field"), "confirm");
  EXPECT_EQ(shown(id).items("voices").size(), 1u) << "nothing was recorded";
  EXPECT_EQ(say("rik", id, Json::object({{"confirm", true}})).status, 201);
  EXPECT_EQ(newest().at("version"), Json(2));
}

TEST_F(PolicyProposals, are_the_way_to_change_what_decides_and_who_consents) {
  struct Row {
    std::string what, method, path, body, command;
  };
  EXPECT_EQ(create(policy_asking_for("test")).status, 201);
  EXPECT_EQ(attach("shadow").status, 201);
  const std::string there = "policies/safe/attachments",
                    place = "weir policy attach safe --environment prod --mode ";
  const auto refuses = [&](const Row& row) {
    const Answer answer = api_.call(row.method, row.path, row.body);
    EXPECT_EQ(answer.status, 409) << row.what;
    EXPECT_NE(answer.json.at("error").text("message").find("consent of security, risk: propose it with `" +
                                                           row.command),
              std::string_view::npos)
        << row.what << answer.response.body;
  };
  refuses({"shadow, then enforced", "PUT", there, R"({"environment":"prod","mode":"enforce"})",
           place + "enforce --propose"});
  EXPECT_EQ(attach("warn").status, 201) << "it decides nothing";
  enforce();
  EXPECT_EQ(mode_now(), "enforce");
  EXPECT_EQ(attach("enforce").status, 200) << "as it is";
  refuses(
      {"warned of alone", "PUT", there, R"({"environment":"prod","mode":"warn"})", place + "warn --propose"});
  refuses({"in shadow alone", "PUT", there, R"({"environment":"prod","mode":"shadow"})",
           place + "shadow --propose"});
  refuses({"detached", "DELETE", there + "?environment=prod", "",
           "weir policy detach safe --environment prod --propose"});
  refuses(
      {"other roles", "PUT", "policy-roles", R"({"roles":["risk"]})", "weir policy roles risk --propose"});
  refuses({"no roles", "PUT", "policy-roles", R"({"roles":[]})", "weir policy roles --none --propose"});
  refuses({"others of the group", "PUT", "groups/security", R"({"members":["ada"]})",
           "weir group create security"});
  refuses({"more rights of the group", "PUT", "groups/risk",
           R"({"members":["both","rik"],"roles":["admin"]})", "weir group create risk"});
  EXPECT_EQ(api_.put("groups/risk", R"({"members":["rik","both"],"description":"who bears it"})").status,
            201);
  EXPECT_EQ(api_.put("groups/other", R"({"members":["ada"]})").status, 201) << "nobody asks it";
  pass(attachment("warn"));
  EXPECT_EQ(mode_now(), "warn");
  EXPECT_EQ(api_.call("DELETE", there + "?environment=prod").status, 201) << "it decides nothing any more";
}

TEST_F(PolicyProposals, of_where_a_policy_counts_show_how_it_stood_and_what_would_flip) {
  EXPECT_EQ(create(policy_asking_for("test")).status, 201);
  decide_once();
  const Answer made = propose_change(attachment("enforce"));
  ASSERT_EQ(made.status, 201) << made.response.body;
  const std::int64_t id = *made.json.at("proposal").at("id").integer();
  const Json seen = shown(id);
  EXPECT_EQ(seen.text("title"), "policy safe in environment prod: enforce");
  EXPECT_NE(seen.text("difference")
                .find("-policy safe in environment prod: not attached\n"
                      "+policy safe in environment prod: enforce\n"),
            std::string_view::npos)
      << seen.text("difference");
  EXPECT_EQ(seen.at("simulation").at("passes_anything"), Json(false)) << dump(seen.at("simulation"));
  EXPECT_EQ(say("sec", id).status, 201);
  EXPECT_EQ(say("rik", id).json.at("error").text("field"), "confirm") << "it lets nothing through";
  EXPECT_EQ(create(lenient).status, 201) << "attached nowhere yet";
  EXPECT_EQ(state(id), "outdated") << "what they looked at is another version";
  EXPECT_EQ(propose_change(attachment(std::nullopt)).status, 409) << "it is not attached";
  Json two = attachment("enforce");
  two.set("source", lenient);
  EXPECT_EQ(propose_change(two).status, 400) << "one change each";
  EXPECT_EQ(
      propose_change(Json::object({{"policy", "none"}, {"attachment", attachment("warn").at("attachment")}}))
          .status,
      404);
}

TEST_F(PolicyProposals, of_people_hold_for_accounts_and_not_for_their_names) {
  person("sam", "auditor");
  const auto of_security = [](Json::Array members) {
    return Json::object({{"group", Json::object({{"name", "security"}, {"members", std::move(members)}})}});
  };
  pass(of_security({"sam", "sec"}));
  EXPECT_EQ(dump(api_.get("groups").json.items("groups").at(1).at("members")), R"(["sam","sec"])");
  person("bob", "auditor");
  const Answer made = propose_change(of_security({"bob", "sec"}));
  ASSERT_EQ(made.status, 201) << made.response.body;
  const std::int64_t id = *made.json.at("proposal").at("id").integer();
  EXPECT_EQ(shown(id).text("title"), "group security: bob, sec");
  EXPECT_EQ(say("sec", id).status, 201);
  EXPECT_EQ(api_.call("DELETE", "accounts/bob").status, 201);
  person("bob", "auditor");
  EXPECT_EQ(say("rik", id).json.at("proposal").text("state"), "outdated") << "another bob";
}

TEST_F(PolicyProposals, of_a_role_that_has_nobody_left_wait_three_days_with_an_alarm_for_an_administrator) {
  EXPECT_EQ(create(policy_asking_for("test")).status, 201);
  enforce();
  const std::int64_t before = proposed(lenient);
  for (const char* name : {"rik", "both"})
    EXPECT_EQ(api_.call("DELETE", fmt::format("accounts/{}", name)).status, 201);
  person("amy", "admin");
  EXPECT_EQ(say("sec", before).status, 201);
  api_.ledger().clock().pass(days(4));
  EXPECT_EQ(say("amy", before).status, 403) << "it had somebody when it was proposed";
  const Answer made = propose_change(attachment("warn"));
  const std::int64_t id = *made.json.at("proposal").at("id").integer();
  EXPECT_EQ(dump(shown(id).at("vacant")), R"(["risk"])");
  const auto alerts = [&] { return api_.get("alerts?state=open").json.items("alerts"); };
  ASSERT_EQ(alerts().size(), 1u);
  EXPECT_EQ(alerts()[0].text("cause"), "consent-vacant");
  EXPECT_EQ(alerts()[0].text("severity"), "critical");
  EXPECT_EQ(say("sec", id).status, 201);
  EXPECT_EQ(say("amy", id).status, 403) << "not at once";
  api_.ledger().clock().pass(days(3));
  EXPECT_EQ(dump(shown(id, "amy").at("may_speak")), R"(["risk"])");
  const Answer last = say("amy", id);
  EXPECT_EQ(last.json.at("proposal").text("state"), "in-force") << last.response.body;
  EXPECT_EQ(mode_now(), "warn");
  EXPECT_TRUE(alerts().empty());
}

// Each decision it is tried on costs it most of what one evaluation may take; twenty of them are more than the
// sequencer gives it.
const std::string slow =
    "package slow\n\nviolation contains {\"msg\": \"never\"} if {\n"
    "  some i in numbers.range(1, 700)\n  count([j | some j in numbers.range(1, 700); (i * j) % 7 == 8]) > 0\n}\n";

TEST_F(PolicyProposals, that_take_too_long_are_refused_and_others_are_not_kept_waiting_for_long) {
  pass(Json::object({{"named_roles", Json::Array{}}}));
  EXPECT_EQ(create(lenient).status, 201);
  EXPECT_EQ(attach("enforce").status, 201);
  for (int i = 0; i < 100; ++i) decide_on(fmt::format("app-{}", i));
  const auto began = std::chrono::steady_clock::now();
  const Answer held = api_.put("policies/safe", dump(Json::object({{"source", slow}, {"form", "rego"}})));
  const auto took = std::chrono::steady_clock::now() - began;
  ASSERT_EQ(held.status, 409) << held.response.body;
  EXPECT_NE(held.json.at("error").text("message").find("takes too long"), std::string_view::npos)
      << held.response.body;
  EXPECT_LT(took, std::chrono::seconds(5));
  EXPECT_EQ(newest().at("version"), Json(1));
  EXPECT_EQ(api_.put("flows/other").status, 201) << "the sequencer serves on";
}

TEST_F(PolicyProposals, are_tried_by_half_of_the_workers_at_most) {
  Seats simulating("others are at it");
  auto first = simulating.take(4), second = simulating.take(4);
  EXPECT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(simulating.take(4).error().code, Errc::unavailable);
  first->reset();
  EXPECT_TRUE(simulating.take(4).ok());
  second->reset();
  const auto only = simulating.take(1);
  EXPECT_TRUE(only.ok()) << "one may always";
  EXPECT_FALSE(simulating.take(1).ok());
}

TEST_F(PolicyProposals, show_difference_and_who_may_speak) {
  EXPECT_EQ(create(policy_asking_for("test")).status, 201);
  const std::int64_t id = proposed(policy_asking_for("scan"));
  EXPECT_NE(
      shown(id).text("difference").find("-      attestation: {type: test}\n+      attestation: {type: scan}"),
      std::string::npos);
  EXPECT_EQ(dump(shown(id, "both").at("may_speak")), R"(["security","risk"])");
  EXPECT_EQ(dump(shown(id, "dev").at("may_speak")), "[]") << "her own";
  EXPECT_EQ(dump(shown(id, "ci").at("may_speak")), "[]");
  EXPECT_EQ(propose(policy_asking_for("test")).status, 409) << "in force already";
  EXPECT_EQ(propose("rules: 1\n").status, 400);
  EXPECT_EQ(say("sec", 1).status, 404);
}

TEST_F(PolicyProposals, become_signed_objects_that_anybody_can_check) {
  EXPECT_EQ(create(lenient).status, 201);
  const Json envelope = api_.get("policies/safe/versions/1/signed").json;
  const Bytes payload = decode_base64(envelope.text("payload")).value();
  const auto policy = policy::read_policy_statement(payload);
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->source, lenient);
  EXPECT_EQ(policy->version, 1);
  const Bytes signature = decode_base64(envelope.items("signatures").at(0).text("sig")).value();
  const Bytes said = format::dsse_signed_bytes(envelope.text("payloadType"), payload);
  EXPECT_TRUE(crypto::verify_ed25519(api_.ledger().signer().public_key(), said, signature));
  EXPECT_EQ(api_.get("policies/safe/versions/2/signed").status, 404);
}

TEST_F(PolicyProposals, without_roles_need_one_other_person_who_may_change_policies) {
  pass(Json::object({{"named_roles", Json::Array{}}}));
  const std::int64_t id = proposed(lenient);
  EXPECT_EQ(say("sec", id).status, 403);
  EXPECT_EQ(say("ada", id).status, 201);
  EXPECT_EQ(state(id), "in-force");
}

TEST_F(PolicyProposals, roles_are_groups_that_exist) {
  EXPECT_EQ(api_.put("policy-roles", R"({"roles":["nobody"]})").status, 404);
  EXPECT_EQ(api_.put("policy-roles", R"({"roles":["risk","risk"]})").status, 400);
  EXPECT_EQ(api_.put("policy-roles", R"({"roles":["security","risk"]})").status, 200) << "as they are";
  EXPECT_EQ(dump(api_.get("policy-roles").json.at("roles")), R"(["security","risk"])");
  EXPECT_EQ(api_.get("policy-roles").json.text("actor"), "ada");
}

TEST_F(PolicyProposals, and_what_else_waits_stand_in_the_queue_of_who_may_act) {
  const std::int64_t id = proposed(lenient);
  const std::vector<std::string> waiting{fmt::format("proposal {}", id)}, nothing;
  EXPECT_EQ(needs_of("sec"), waiting);
  EXPECT_EQ(needs_of("dev"), nothing) << "her own";
  EXPECT_EQ(needs_of("ada"), nothing) << "of no role";
  say("sec", id);
  EXPECT_EQ(needs_of("sec"), nothing) << "has spoken";
  EXPECT_EQ(needs_of("both"), waiting) << "risk is open";
  person("bob", "approver");
  const Answer asked = as("dev", "exceptions",
                          Json::object({{"rule", "tests"},
                                        {"artifact", to_string(crypto::sha256("app"))},
                                        {"environment", "prod"},
                                        {"owner", "o"},
                                        {"reason", "r"},
                                        {"compensating_control", "c"},
                                        {"until", to_string(api_.ledger().clock().now() + days(10))}}));
  ASSERT_EQ(asked.status, 201) << asked.response.body;
  const std::string exception = "exception " + dump(asked.json.at("exception").at("id"));
  EXPECT_EQ(needs_of("bob"), std::vector<std::string>{exception});
  EXPECT_EQ(needs_of("dev"), nothing) << "who asked grants nothing";
  const Answer broken = as("bob", "break-glass",
                           Json::object({{"artifact", to_string(crypto::sha256("app"))},
                                         {"environment", "prod"},
                                         {"for_us", 3'600'000'000},
                                         {"reason", "outage"}}));
  ASSERT_EQ(broken.status, 201) << broken.response.body;
  const std::string glass = "break-glass " + dump(broken.json.at("break_glass").at("id"));
  const auto holds = [&](std::string_view name, const std::string& need) {
    const auto all = needs_of(name);
    return std::find(all.begin(), all.end(), need) != all.end();
  };
  EXPECT_TRUE(holds("ada", glass));
  EXPECT_TRUE(holds("ada", exception));
  EXPECT_FALSE(holds("bob", glass)) << "his own";
  EXPECT_FALSE(holds("sec", glass)) << "no approver";
}

}  // namespace
}  // namespace weir::api
