#include <gtest/gtest.h>

#include "crypto/signature.h"
#include "jobs/reconcile.h"
#include "store/view_exposure.h"
#include "store/view_runtime.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

using runtime::Instance;
using runtime::Report;
using test::Answer;

// A reporter with a key of its own, whose reports are signed and chained as an agent's are.
class Reports : public testing::Test {
 protected:
  Reports() {
    EXPECT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201);
    const Answer issued = api_.post("environments/prod/join-tokens");
    const runtime::Enrolment enrolment{.environment = "prod",
                                       .host = "web1",
                                       .public_key = encode_base64(signer_.public_key()),
                                       .token = std::string(issued.json.text("token"))};
    EXPECT_EQ(signed_post("reporters", format::encode(enrolment)).status, 201);
  }

  Answer signed_post(const std::string& resource, std::string body) {
    http::Request request{.method = "POST", .path = "/v1/orgs/org/" + resource};
    request.headers = {{"weir-signature", encode_base64(signer_.sign(body))},
                       {"weir-reporter", to_hex(crypto::sha256(signer_.public_key()))}};
    request.body = std::move(body);
    return api_.send(std::move(request));
  }

  Answer send(Report report, const std::vector<std::string>& started) {
    report.environment = "prod";
    report.host = "web1";
    report.incarnation = "i";
    report.sequence = ++sequence_;
    report.previous = previous_;
    report.sent_at = now();
    for (const std::string& name : started)
      report.started.push_back({.id = name,
                                .name = "/opt/" + name,
                                .digests = {crypto::sha256(name)},
                                .started_at = Instant{now().micros - seconds(60).micros}});
    const std::string body = format::encode(report);
    previous_ = crypto::sha256(body);
    Answer answer = signed_post("reports", body);
    EXPECT_EQ(answer.status, 200) << answer.response.body;
    return answer;
  }
  static bool wants_full(const Answer& answer) { return answer.json.at("send_full") == format::Json(true); }
  Answer heartbeat() {
    const runtime::Heartbeat beat{.incarnation = "i", .sequence = sequence_, .sent_at = now()};
    return signed_post("heartbeats", format::encode(beat));
  }
  bool heartbeat_wants_full() { return wants_full(heartbeat()); }
  std::unique_ptr<store::Database> reader() {
    return std::move(api_.ledger().connect(store::OpenMode::read_only)).value();
  }

  Instant now() { return api_.ledger().clock().now(); }
  std::vector<std::string> strings(std::string_view sql) {
    const auto db = api_.ledger().connect(store::OpenMode::read_only);
    EXPECT_TRUE(db.ok());
    return store::query(**db, sql, [](const store::Row& row) { return row.string(0); }).value();
  }
  std::vector<std::string> live() {
    return strings("SELECT id FROM instance WHERE ended_at IS NULL ORDER BY id");
  }

  test::ApiFixture api_;
  crypto::Signer signer_ = crypto::Signer::generate();
  std::int64_t sequence_ = 0;
  std::optional<Sha256> previous_;
};

using Names = std::vector<std::string>;

TEST_F(Reports, in_parts_end_what_is_in_none_of_them_when_the_last_has_come) {
  send({.full = true}, {"a", "b", "gone"});
  send({.full = true, .part = 1}, {"a"});
  send({.full = true, .part = 2}, {"b"});
  EXPECT_EQ(live(), (Names{"a", "b", "gone"}));
  EXPECT_FALSE(wants_full(send({.full = true, .part = 3, .parts = 3}, {"c"})));
  EXPECT_EQ(live(), (Names{"a", "b", "c"}));
  EXPECT_FALSE(heartbeat_wants_full());
}

TEST_F(Reports, in_full_of_what_had_ended_by_that_id_show_another_run_and_keep_the_one_that_ended) {
  send({.full = true}, {"a"});
  send({.ended = {{"a", now()}}}, {"a-2"});
  send({.ended = {}}, {"a"});
  EXPECT_EQ(live(), std::vector<std::string>{"a-2"}) << "told once more, and not by a full report";
  for (int i = 0; i < 2; ++i) {
    send({.full = true}, {"a"});
    EXPECT_EQ(live(), std::vector<std::string>{"a"});
    EXPECT_EQ(strings("SELECT id FROM instance").size(), 3U);
  }
  EXPECT_EQ(strings("SELECT name FROM workload WHERE live=1"), std::vector<std::string>{"/opt/a"});
}

TEST_F(Reports, of_which_a_part_got_lost_end_nothing_and_another_full_one_is_asked_for) {
  send({.full = true}, {"a", "b"});
  send({.full = true, .part = 1}, {"a"});
  EXPECT_TRUE(wants_full(send({.full = true, .part = 3, .parts = 3}, {"c"})));
  EXPECT_EQ(live(), (Names{"a", "b", "c"}));
  EXPECT_TRUE(heartbeat_wants_full());
  EXPECT_TRUE(wants_full(send({.full = true, .part = 2}, {}))) << "a late part mends nothing";
  send({.full = true, .part = 1}, {"a"});
  EXPECT_FALSE(wants_full(send({.full = true, .part = 2, .parts = 2}, {"c"})));
  EXPECT_EQ(live(), (Names{"a", "c"}));
}

TEST_F(Reports, whose_last_part_never_comes_end_nothing_and_the_next_heartbeat_is_told) {
  send({.full = true}, {"a", "b"});
  EXPECT_FALSE(wants_full(send({.full = true, .part = 1}, {"a"}))) << "the others are on their way";
  EXPECT_TRUE(heartbeat_wants_full());
  EXPECT_EQ(live(), (Names{"a", "b"}));
  send({.full = true}, {"a"});
  EXPECT_EQ(live(), (Names{"a"}));
  EXPECT_FALSE(heartbeat_wants_full());
}

TEST_F(Reports, between_parts_apply_and_what_starts_in_them_does_not_end_with_the_last_part) {
  send({.full = true}, {"a", "b", "c"});
  send({.full = true, .part = 1}, {"a"});
  send({.ended = {{.id = "b", .ended_at = now()}}}, {"new"});
  send({.full = true, .part = 2, .parts = 2}, {"c"});
  EXPECT_EQ(live(), (Names{"a", "c", "new"}));
}

TEST_F(Reports, in_parts_at_first_sight_are_one_first_sight) {
  send({.full = true, .part = 1}, {"a"});
  send({}, {"between"});
  send({.full = true, .part = 2, .parts = 2}, {"b"});
  send({}, {"later"});
  EXPECT_EQ(strings("SELECT name FROM workload WHERE first_sight=1 ORDER BY name"),
            (Names{"/opt/a", "/opt/b"}));
}

TEST_F(Reports, with_arguments_are_refused_where_the_environment_does_not_allow_them) {
  const auto allowed = [](const Answer& answer) { return answer.json.at("arguments") == format::Json(true); };
  EXPECT_FALSE(allowed(send({.full = true}, {"a"})));
  const Instance job{.id = "job", .name = "/opt/job", .digests = {crypto::sha256("job")},
                     .started_at = Instant{now().micros - seconds(60).micros}, .arguments = {"job", "--key=x"}};
  Report report{.environment = "prod", .host = "web1", .incarnation = "i", .sequence = 2, .previous = previous_};
  report.sent_at = now();
  report.started = {job};
  const Answer refused = signed_post("reports", format::encode(report));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.json.at("error").text("field"), "started.arguments");
  EXPECT_EQ(live(), Names{"a"});
  EXPECT_EQ(api_.put("environments/prod", R"({"kind":"host","arguments":true})").status, 201);
  EXPECT_TRUE(allowed(send({.started = {job}}, {}))) << "the refusal broke no chain";
  ASSERT_TRUE(api_.ledger().alter("DELETE FROM unjudged").ok());  // a read waits for the judge, and none is here
  const Answer shown = api_.get("environments/prod/workloads?instances=true&q=/opt/job");
  const auto instance = shown.json.items("workloads").front().items("instances").front();
  EXPECT_EQ(dump(instance.at("arguments")), R"(["job","--key=x"])") << shown.response.body;
}

runtime::InventoryClaim packages_in(const std::string& document, Instant at) {
  return {.parts = {crypto::sha256(document)}, .components = 1, .distribution = "debian-12", .taken_at = at};
}
constexpr std::string_view empty_bill = R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[]})";

TEST_F(Reports, claim_what_is_installed_once_the_documents_are_here) {
  const auto asks = [](const Answer& answer) {
    return answer.json.at("send_inventory") == format::Json(true);
  };
  EXPECT_TRUE(asks(send({.full = true}, {"a"}))) << "nothing is known of the host";
  const std::string document(empty_bill);
  EXPECT_TRUE(asks(send({.inventories = {packages_in(document, now())}}, {}))) << "the document is not here";
  EXPECT_EQ(strings("SELECT host FROM host_inventory"), Names{});
  EXPECT_EQ(signed_post("inventories", document).status, 200);
  EXPECT_FALSE(asks(send({.inventories = {packages_in(document, now())}}, {})));
  send({.inventories = {packages_in(document, now())}}, {});
  EXPECT_EQ(strings("SELECT environment || '/' || host FROM host_inventory"), Names{"prod/web1"})
      << "said once";

  const runtime::InventoryClaim program{.kind = runtime::InventoryKind::program,
                                        .instances = {"a"},
                                        .parts = {crypto::sha256(document)},
                                        .taken_at = now()};
  send({.inventories = {program}}, {});
  EXPECT_EQ(strings("SELECT instance FROM program_bill"), Names{"a"});
  const Answer hosts = api_.get("hosts?environment=prod");
  ASSERT_EQ(hosts.json.items("hosts").size(), 1u) << hosts.response.body;
  EXPECT_EQ(hosts.json.items("hosts")[0].at("programs"), format::Json(1));
  EXPECT_EQ(api_.get("hosts/web1/inventory").json.items("running")[0].text("name"), "/opt/a");

  const std::string other = document + " ";
  EXPECT_EQ(signed_post("inventories", other).status, 200);
  send({.inventories = {packages_in(other, now())}}, {});
  EXPECT_EQ(strings("SELECT kind FROM host_inventory WHERE replaced IS NULL ORDER BY kind"),
            (Names{"packages", "program"}));
}

std::string bill_of(std::initializer_list<std::pair<std::string_view, std::string_view>> packages) {
  std::string components;
  for (const auto& [name, version] : packages)
    components += fmt::format(
        R"({}{{"type":"library","name":"{}","version":"{}","purl":"pkg:deb/debian/{}@{}?distro=debian-12"}})",
        components.empty() ? "" : ",", name, version, name, version);
  return fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}})", components);
}

TEST_F(Reports, tell_what_came_to_a_host_since_it_was_first_seen) {
  const auto news = [&] { return dump(api_.get("hosts/web1/news").json.at("news")); };
  send({.full = true}, {"a"});
  for (const std::string& bill :
       {bill_of({{"curl", "7"}, {"vim", "9"}}), bill_of({{"curl", "8"}, {"nmap", "1"}})}) {
    EXPECT_EQ(signed_post("inventories", bill).status, 200);
    if (sequence_ > 1) EXPECT_EQ(news(), "[]");
    send({.inventories = {packages_in(bill, now())}}, {});
  }
  EXPECT_EQ(news(), R"([{"name":"curl","before":"7","now":"8"},{"name":"nmap","before":"","now":"1"},)"
                    R"({"name":"vim","before":"9","now":""}])");
}

TEST_F(Reports, count_short_runs_by_the_hour_and_the_counts_are_shown) {
  const Instant hour{now().micros - now().micros % hours(1).micros};
  send(
      {.full = true, .counts = {{.hour = hour, .name = "/usr/bin/date", .package = "coreutils", .count = 3}}},
      {"a"});
  send({.counts = {{.hour = hour, .name = "/usr/bin/date", .package = "coreutils", .count = 4}}}, {});
  const Answer counts = api_.get("environments/prod/run-counts");
  ASSERT_EQ(counts.json.items("run-counts").size(), 1u) << counts.response.body;
  EXPECT_EQ(counts.json.items("run-counts")[0].at("count"), format::Json(7));
  EXPECT_EQ(counts.json.items("run-counts")[0].text("host"), "web1");
}

runtime::Exposure listening(std::string instance, std::string endpoint) {
  return {.instance = std::move(instance), .network = runtime::Network::host, .listens = {{std::move(endpoint)}}};
}

TEST_F(Reports, say_from_where_what_runs_can_be_reached_then_and_now) {
  const auto db = api_.ledger().connect(store::OpenMode::read_only).value();
  const auto reach_of = [&](const std::string& name, std::optional<Instant> at) {
    const auto ids = strings("SELECT id FROM workload WHERE name='" + name + "'");
    return format::name_of(store::exposure_of(*db, ids.at(0), at)->reach);
  };
  send({.full = true}, {"a", "b", "c"});
  EXPECT_EQ(reach_of("/opt/a", std::nullopt), "unknown") << "an agent that does not say it";
  send({.exposures = {listening("a", "tcp 0.0.0.0:80"), listening("b", "tcp 127.0.0.1:80"),
                      listening("nobody", "tcp 0.0.0.0:80")}},
       {});
  EXPECT_EQ(reach_of("/opt/a", std::nullopt), "network");
  EXPECT_EQ(reach_of("/opt/b", std::nullopt), "loopback");
  EXPECT_EQ(reach_of("/opt/c", std::nullopt), "unknown");
  const Instant then = now();
  api_.ledger().clock().pass(seconds(1));
  send({.exposures = {listening("a", "tcp 127.0.0.1:80"), listening("b", "tcp 127.0.0.1:80")}}, {});
  EXPECT_EQ(strings("SELECT instance FROM exposure ORDER BY instance, entry"), (Names{"a", "a", "b"})) << "b: no news";
  EXPECT_EQ(reach_of("/opt/a", std::nullopt), "loopback");
  EXPECT_EQ(reach_of("/opt/a", then), "network");
  EXPECT_EQ(store::reaches(*db)->size(), 2u);
  send({.ended = {{.id = "a", .ended_at = now()}}}, {});
  EXPECT_EQ(store::reaches(*db)->size(), 1u);
  EXPECT_EQ(strings("SELECT instance FROM exposure WHERE until_at IS NULL"), Names{"b"});
}

TEST_F(Reports, documents_of_strangers_and_what_is_no_bill_are_refused) {
  const auto refused = [&](const std::string& body) { return signed_post("inventories", body).status; };
  for (const std::string body :
       {"", "{", "[]", "{}", R"({"bomFormat":"SPDX"})", R"({"bomFormat":"CycloneDX","components":7})"})
    EXPECT_EQ(refused(body), 400) << body;
  http::Request request{.method = "POST", .path = "/v1/orgs/org/inventories"};
  request.headers = {{"weir-signature", encode_base64(crypto::Signer::generate().sign(empty_bill))},
                     {"weir-reporter", to_hex(crypto::sha256(signer_.public_key()))}};
  request.body = empty_bill;
  EXPECT_EQ(api_.send(std::move(request)).status, 401);
}

TEST_F(Reports, with_claims_beyond_bounds_are_refused_whole) {
  const auto status_of = [&](runtime::InventoryClaim claim) {
    const Report report{.environment = "prod",
                        .host = "web1",
                        .incarnation = "i",
                        .sequence = sequence_ + 1,
                        .previous = previous_,
                        .sent_at = now(),
                        .inventories = {std::move(claim)}};
    return signed_post("reports", format::encode(report)).status;
  };
  EXPECT_EQ(status_of({.parts = {}, .taken_at = now()}), 400);
  EXPECT_EQ(status_of({.parts = std::vector<Sha256>(257), .taken_at = now()}), 400);
  EXPECT_EQ(status_of({.instances = {"a"}, .parts = std::vector<Sha256>(1), .taken_at = now()}), 400);
  EXPECT_EQ(
      status_of(
          {.kind = runtime::InventoryKind::program, .parts = std::vector<Sha256>(1), .taken_at = now()}),
      400);
  EXPECT_EQ(status_of({.parts = std::vector<Sha256>(1), .taken_at = now() + days(3)}), 400);
}

TEST_F(Reports, enrolment_without_a_token_that_opens_its_environment_is_refused_before_anything_waits) {
  const auto enrol = [&](const std::string& token, const std::string& environment) {
    const crypto::Signer key = crypto::Signer::generate();
    const runtime::Enrolment enrolment{.environment = environment,
                                       .host = "web2",
                                       .public_key = encode_base64(key.public_key()),
                                       .token = token};
    http::Request request{.method = "POST", .path = "/v1/orgs/org/reporters"};
    request.body = format::encode(enrolment);
    request.headers = {{"weir-signature", encode_base64(key.sign(request.body))}};
    return api_.send(std::move(request)).status;
  };
  const auto issue = [&](const std::string& body) {
    return api_.post("environments/prod/join-tokens", body).json;
  };
  ASSERT_EQ(api_.put("environments/other", R"({"kind":"host"})").status, 201);
  const auto good = issue("{}"), revoked = issue("{}");
  const auto ends = issue(fmt::format(R"({{"expires_at":"{}"}})", to_string(now() + seconds(1))));
  const std::int64_t revoked_entry = *revoked.at("receipt").at("index").integer();
  ASSERT_EQ(api_.call("DELETE", fmt::format("environments/prod/join-tokens/{}", revoked_entry)).status, 201);
  EXPECT_EQ(enrol(std::string(ends.text("token")), "prod"), 201);
  api_.ledger().clock().pass(seconds(1));
  const std::int64_t size = api_.ledger().sequencer().size();
  EXPECT_EQ(enrol(std::string(ends.text("token")), "prod"), 401);
  EXPECT_EQ(enrol(std::string(revoked.text("token")), "prod"), 401);
  EXPECT_EQ(enrol(std::string(good.text("token")), "other"), 401);
  EXPECT_EQ(enrol("weir_join_guess", "prod"), 401);
  api_.ledger().sequencer().stop_writes("a test");
  EXPECT_EQ(enrol("weir_join_guess", "prod"), 401) << "the sequencer would have said that it is damaged";
  EXPECT_EQ(api_.ledger().sequencer().size(), size);
}

TEST_F(Reports, of_what_ran_at_first_sight_and_starts_again_after_its_end_are_news) {
  const auto at_first_sight = [&] {
    return strings("SELECT name FROM workload WHERE first_sight=1 ORDER BY name");
  };
  const auto again = [&](const std::string& name) {
    Report report;
    report.started.push_back({.id = name + "-again",
                              .name = "/opt/" + name,
                              .digests = {crypto::sha256(name)},
                              .started_at = now()});
    send(std::move(report), {});
  };
  send({.full = true}, {"daemon", "malware"});
  send({.ended = {{.id = "malware", .ended_at = now()}}}, {});
  EXPECT_EQ(at_first_sight(), (Names{"/opt/daemon", "/opt/malware"}));
  again("daemon");
  EXPECT_EQ(at_first_sight(), (Names{"/opt/daemon", "/opt/malware"})) << "one more of what still runs";
  again("malware");
  EXPECT_EQ(at_first_sight(), (Names{"/opt/daemon"}));
}

TEST_F(Reports, of_reporters_that_are_not_enrolled_may_only_be_small) {
  const auto limit = [&](const char* resource, const std::string& id) {
    const http::Request head{.method = "POST",
                             .path = fmt::format("/v1/orgs/org/{}", resource),
                             .headers = {{"weir-reporter", id}}};
    return api_.service().body_limit(head, limits::report_bytes_max).value().bytes_max;
  };
  EXPECT_EQ(limit("reports", to_hex(crypto::sha256(signer_.public_key()))), limits::report_bytes_max);
  for (const char* resource : {"reports", "heartbeats", "reporters"})
    EXPECT_EQ(limit(resource, "somebody"), limits::stranger_body_bytes_max) << resource;
}

TEST_F(Reports, heartbeats_that_come_again_keep_nobody_alive) {
  send({.full = true}, {"a"});
  const auto seen = [&] { return strings("SELECT CAST(seen_at AS TEXT) FROM heartbeat"); };
  const auto beat = [&] {
    return format::encode(runtime::Heartbeat{.incarnation = "i", .sequence = sequence_, .sent_at = now()});
  };
  api_.ledger().clock().pass(seconds(5));
  const std::string recorded = beat();
  EXPECT_FALSE(wants_full(signed_post("heartbeats", recorded)));
  const Names at = seen();
  api_.ledger().clock().pass(seconds(60));
  EXPECT_TRUE(wants_full(signed_post("heartbeats", recorded)));
  EXPECT_EQ(seen(), at);
  EXPECT_FALSE(wants_full(signed_post("heartbeats", beat())));
  EXPECT_NE(seen(), at);
  send({}, {});
  EXPECT_TRUE(wants_full(signed_post("heartbeats", recorded))) << "older than the last report";
}

TEST_F(Reports, that_come_again_whole_are_an_answer_that_was_lost) {
  send({.full = true}, {"a"});
  Report report{
      .environment = "prod", .host = "web1", .incarnation = "i", .sequence = 2, .previous = previous_};
  report.sent_at = now();
  const std::string body = format::encode(report);
  EXPECT_EQ(signed_post("reports", body).status, 200);
  const std::int64_t size = api_.ledger().sequencer().size();
  EXPECT_EQ(signed_post("reports", body).status, 200);
  EXPECT_EQ(api_.ledger().sequencer().size(), size) << "recorded once, and no fault";
  EXPECT_EQ(strings("SELECT fault FROM reporter"), Names{""});
}

TEST_F(Reports, that_do_not_follow_the_one_before_are_told_apart) {
  struct Case {
    std::int64_t sequence;
    std::string_view incarnation;
    bool follows;  // it names the report before
    std::string fault;
  };
  for (const Case& row :
       {Case{3, "i", true, "replay"}, Case{2, "i", true, "backwards"}, Case{5, "i", true, "gap"},
        Case{4, "i", false, "gap"}, Case{1, "j", false, "backwards"}}) {
    SCOPED_TRACE(row.fault);
    for (int i = 0; i < 3; ++i) send({.full = i == 0}, {});
    const std::int64_t offset = sequence_ - 3;
    Report report{.environment = "prod",
                  .host = "web1",
                  .incarnation = std::string(row.incarnation),
                  .sequence = row.sequence == 1 ? 1 : row.sequence + offset,
                  .previous = row.follows ? previous_ : crypto::sha256("another")};
    report.sent_at = now();
    const Answer refused = signed_post("reports", format::encode(report));
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(*refused.json.at("expected_sequence").integer(), sequence_ + 1);
    EXPECT_EQ(strings("SELECT fault FROM reporter"), Names{row.fault});
    EXPECT_EQ(strings("SELECT cause FROM alert WHERE state='open' AND cause LIKE 'reporter-%' ORDER BY id "
                      "DESC LIMIT 1"),
              Names{"reporter-" + row.fault});
  }
}

TEST_F(Reports, by_a_clock_that_is_a_day_off_are_refused) {
  for (const Duration off : {seconds(86'401), seconds(-86'401)}) {
    Report report{.environment = "prod", .host = "web1", .incarnation = "i", .sequence = 1};
    report.sent_at = now() + off;
    const Answer refused = signed_post("reports", format::encode(report));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.json.at("error").text("field"), "sent_at");
    EXPECT_NE(refused.response.body.find("clock is 86401 s off"), std::string::npos) << refused.response.body;
  }
  send({.full = true}, {"a"});
}

TEST_F(Reports, with_parts_that_make_no_sense_are_refused_and_change_nothing) {
  send({.full = true}, {"a"});
  const auto refused = [&](Report report) {
    report.environment = "prod", report.host = "web1", report.incarnation = "i";
    report.sequence = sequence_ + 1, report.previous = previous_, report.sent_at = now();
    return signed_post("reports", format::encode(report)).status;
  };
  EXPECT_EQ(refused({.full = true, .part = -1}), 400);
  EXPECT_EQ(refused({.full = true, .part = 1, .parts = 2}), 400);
  EXPECT_EQ(refused({.full = false, .part = 1}), 400);
  EXPECT_EQ(live(), (Names{"a"}));
}

TEST_F(Reports, are_answered_with_the_receipt_of_what_was_recorded) {
  const Answer answer = send({.full = true}, {"a"});
  const format::Json& receipt = answer.json.at("receipt");
  EXPECT_EQ(receipt.at("index"), format::Json(store::query_count(*reader(),
                                                                 "SELECT min(idx) FROM entry WHERE idx IN "
                                                                 "(SELECT entry FROM workload)")
                                                  .value()));
  EXPECT_FALSE(receipt.text("checkpoint").empty());
  EXPECT_TRUE(heartbeat().json.at("receipt").is_null()) << "a heartbeat is no entry";
}

TEST_F(Reports, of_a_removed_reporter_are_refused_and_what_it_watched_is_in_sight_no_more) {
  send({.full = true}, {"a", "b"});
  const std::string id = to_hex(crypto::sha256(signer_.public_key()));
  EXPECT_EQ(api_.post("reporters/" + std::string(64, 'f') + "/remove", R"({"reason":"x"})").status, 404);
  const Answer removed = api_.post("reporters/" + id + "/remove", R"({"reason":"host is gone"})");
  EXPECT_EQ(removed.status, 201) << removed.response.body;
  EXPECT_EQ(removed.json.at("reporter").text("state"), "removed");
  EXPECT_EQ(api_.post("reporters/" + id + "/remove", R"({"reason":"x"})").status, 409);
  EXPECT_EQ(live(), Names{});
  ASSERT_TRUE(
      api_.ledger().alter("DELETE FROM unjudged").ok());  // a read waits for the judge, and none is here
  EXPECT_TRUE(api_.get("environments/prod").json.items("reporters").empty());
  EXPECT_EQ(api_.get("reporters").json.items("reporters").front().text("removed_reason"), "host is gone");
  EXPECT_EQ(heartbeat().status, 401);
  EXPECT_EQ(signed_post("reports", "{}").status, 401);
  const Answer token = api_.post("environments/prod/join-tokens");
  const runtime::Enrolment again{.environment = "prod",
                                 .host = "web1",
                                 .public_key = encode_base64(signer_.public_key()),
                                 .token = std::string(token.json.text("token"))};
  const Answer enrolled = signed_post("reporters", format::encode(again));
  EXPECT_EQ(enrolled.status, 409);
  EXPECT_NE(enrolled.response.body.find("delete its state directory"), std::string::npos);
}

// One that was declared, approved and seen, and the watch that holds it against what runs.
class Deployed : public Reports {
 protected:
  Answer deploy(const std::string& program, std::string_view more = "") {
    const std::string digest = to_string(crypto::sha256(program));
    EXPECT_EQ(
        api_.post("approvals", fmt::format(R"({{"artifact":"{}","environment":"prod"}})", digest)).status,
        201);
    return api_.post("deployments",
                     fmt::format(R"({{"artifact":"{}","environment":"prod"{}}})", digest, more));
  }
  std::int64_t id_of(const Answer& declared) { return *declared.json.at("deployment").at("id").integer(); }
  void look(Duration later = {}) {
    api_.ledger().clock().pass(later);
    ASSERT_TRUE(watch_->tick(now()).ok());
  }
  Names alarms() { return strings("SELECT cause FROM alert WHERE state='open' ORDER BY id"); }
  std::string shown(std::int64_t id, std::string_view member) {
    const Answer listed = api_.get("deployments");
    for (const format::Json& each : listed.json.items("deployments"))
      if (each.at("id") == format::Json(id)) return std::string(each.text(member));
    return "nothing";
  }

  std::unique_ptr<jobs::Job> watch_ =
      jobs::make_deployment_watch({api_.ledger().sequencer(), api_.ledger().actor()}, reader());
};

TEST_F(Deployed, is_no_longer_watched_rather_than_gone_when_a_scope_rule_leaves_it_out) {
  const std::int64_t id = id_of(deploy("a"));
  send({.full = true}, {"a"});
  look();
  ASSERT_EQ(shown(id, "state"), "observed");
  ASSERT_EQ(api_.put("environments/prod/scopes", R"({"id":"s","effect":"exclude","path":"/opt/*"})").status,
            201);
  send({.full = true}, {});
  look();
  EXPECT_EQ(alarms(), Names{});
  EXPECT_EQ(shown(id, "unwatched"), "no longer watched: scope rule s of ada excludes it");
  ASSERT_EQ(api_.call("DELETE", "environments/prod/scopes/s").status, 201);
  look();
  EXPECT_EQ(alarms(), Names{"deployment-gone"});
  EXPECT_EQ(shown(id, "unwatched"), "");
}

TEST_F(Deployed, is_no_longer_watched_rather_than_gone_when_its_reporter_is_removed) {
  const std::int64_t id = id_of(deploy("a"));
  send({.full = true}, {"a"});
  look();
  api_.post("reporters/" + to_hex(crypto::sha256(signer_.public_key())) + "/remove", R"({"reason":"moved"})");
  look();
  EXPECT_EQ(alarms(), Names{});
  EXPECT_EQ(shown(id, "unwatched"), "no longer watched: the reporter of web1 was removed");
}

TEST_F(Deployed, ends_when_somebody_says_so_and_its_alert_with_it) {
  const std::int64_t id = id_of(deploy("a", R"(,"within_us":1000000)"));
  look(seconds(2));
  EXPECT_EQ(alarms(), Names{"deployment-missed"});
  const std::string path = fmt::format("deployments/{}/end", id);
  EXPECT_EQ(api_.post(path, R"({"reason":"withdrawn"})").status, 201);
  EXPECT_EQ(alarms(), Names{});
  EXPECT_EQ(shown(id, "state"), "ended");
  EXPECT_EQ(shown(id, "reason"), "withdrawn");
  EXPECT_EQ(api_.post(path, R"({"reason":"again"})").status, 409);
  EXPECT_EQ(api_.post("deployments/999999/end", R"({"reason":"x"})").status, 404);
  look(seconds(2));
  EXPECT_EQ(alarms(), Names{});
}

TEST_F(Deployed, by_a_rollback_sees_the_later_one_run_on) {
  for (const std::string program : {"a", "b"})
    ASSERT_TRUE(api_.ledger()
                    .append(artifact::ArtifactRecorded{
                        .flow = "f", .trail = "t", .name = "app", .digest = crypto::sha256(program)})
                    .ok());
  constexpr std::string_view soon = R"(,"within_us":1000000)";
  deploy("a", soon);
  send({.full = true}, {"a"});
  look();
  deploy("b", soon);
  send({.full = true}, {"b"});
  look(seconds(2));
  ASSERT_EQ(alarms(), Names{});
  deploy("a", std::string(soon) + R"(,"rollback":true)");
  const Instance again{.id = "a-again", .name = "/opt/a", .digests = {crypto::sha256("a")}, .started_at = now()};
  send({.full = true, .started = {again}}, {"b"});
  look();
  look(seconds(2));
  EXPECT_EQ(alarms(), Names{"superseded-still-running"});
  send({.full = true, .started = {again}}, {});
  look();
  EXPECT_EQ(alarms(), Names{});
}

TEST_F(Deployed, lists_what_it_could_go_back_to_where_that_is_asked_for) {
  for (const std::string program : {"a", "b"})
    ASSERT_TRUE(api_.ledger()
                    .append(artifact::ArtifactRecorded{
                        .flow = "f", .trail = "t", .name = "app", .digest = crypto::sha256(program)})
                    .ok());
  deploy("a");
  send({.full = true}, {"a"});
  look();
  deploy("b");
  deploy("b");
  std::size_t targets = 0;
  for (const std::string path : {"deployments", "deployments?rollback=true"})
    for (const Answer listed = api_.get(path); const format::Json& each : listed.json.items("deployments"))
      targets += each.at("rollback_target").text("artifact") == to_string(crypto::sha256("a"));
  EXPECT_EQ(targets, 2U) << "of both declarations of b, when it is asked for";
}

}  // namespace
}  // namespace weir::api
