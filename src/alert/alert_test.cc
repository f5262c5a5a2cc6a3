#include "alert/alert.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "runtime/environment.h"

namespace weir::alert {
namespace {

using runtime::ReasonCode;
using runtime::WorkloadKind;

constexpr Instant now = Instant{} + seconds(200);

JudgedWorkload judged(ReasonCode code, std::string_view content = "eve") {
  JudgedWorkload workload{.id = "w1",
                          .environment = "prod",
                          .host = "web1",
                          .name = "/tmp/eve/miner",
                          .digests = {crypto::sha256(content)},
                          .origin = {.user = "app",
                                     .login_user = "eve",
                                     .unit = "session-4.scope",
                                     .session = 4711,
                                     .directory = "/tmp/eve",
                                     .parents = {{.pid = 9, .name = "/bin/bash", .user = "app"}}},
                          .started_at = Instant{} + seconds(100)};
  workload.judgement = {runtime::row_of(code).verdict, {{code, "why", {}}}};
  return workload;
}

TEST(AlertFor, opens_exactly_for_reasons_that_have_a_severity) {
  for (const runtime::ReasonRow& row : runtime::reason_table) {
    const auto alert = alert_for(judged(row.code));
    ASSERT_EQ(alert.has_value(), !row.severity.empty()) << row.name;
    if (!alert) continue;
    EXPECT_EQ(alert->cause, row.name);
    EXPECT_EQ(format::name_of(alert->severity), row.severity);
    EXPECT_EQ(alert->remedy, row.remedy);
  }
}

TEST(AlertFor, asks_for_nothing_while_there_is_no_verdict) {
  JudgedWorkload workload = judged(ReasonCode::unknown_digest);
  workload.judgement.reasons.clear();
  EXPECT_FALSE(alert_for(workload).has_value());
}

TEST(AlertFor, tells_what_where_who_and_why) {
  const auto alert = alert_for(judged(ReasonCode::unknown_digest));
  ASSERT_TRUE(alert.has_value());
  EXPECT_EQ(alert->title, "Unknown program /tmp/eve/miner on web1");
  EXPECT_EQ(alert->who, "user app (logged in as eve) ← /bin/bash ← session-4.scope");
  EXPECT_EQ(alert->why, "why");
  EXPECT_EQ(alert->workload, "w1");
  EXPECT_EQ(alert->started_at, Instant{} + seconds(100));
  EXPECT_EQ(alert->origin.directory, "/tmp");
}

TEST(AlertFor, is_one_for_all_replicas_and_one_more_for_each_content_and_origin) {
  const auto key_of = [](auto change) {
    JudgedWorkload workload = judged(ReasonCode::unknown_digest);
    change(workload);
    return alert_for(workload)->key;
  };
  const std::string key = key_of([](auto&) {});
  EXPECT_EQ(key_of([](auto& w) {
              w.id = "w2";
              w.started_at = now;
            }),
            key);
  EXPECT_EQ(key_of([](auto& w) { w.name = "/tmp/eve/renamed"; }), key);
  EXPECT_EQ(key_of([](auto& w) { w.judgement.reasons[0].message = "other words"; }), key);
  EXPECT_NE(key_of([](auto& w) { w.digests = {crypto::sha256("other")}; }), key);
  EXPECT_NE(key_of([](auto& w) { w.origin.user = "root"; }), key);
  EXPECT_NE(key_of([](auto& w) { w.origin.session = 4712; }), key);
  EXPECT_NE(key_of([](auto& w) { w.environment = "test"; }), key);
}

// As an agent without rights sees other users' processes.
TEST(AlertFor, programs_out_of_sight_gather_by_user_in_one_incident_of_medium_severity) {
  const auto hidden = [](std::string_view name, std::int64_t session) {
    JudgedWorkload workload = judged(ReasonCode::unhashed);
    workload.name = name;
    workload.digests.clear();
    workload.origin = {.user = "bob", .unit = "cron.service", .session = session};
    return workload;
  };
  const auto date = alert_for(hidden("[date]", 1)), sleep = alert_for(hidden("[sleep]", 2));
  EXPECT_EQ(date->incident, sleep->incident);
  EXPECT_NE(date->key, sleep->key) << "machines receive each";
  EXPECT_EQ(date->severity, Severity::medium);
  EXPECT_EQ(date->origin.directory, "");
  EXPECT_EQ(incident_title(date->origin), "User bob on web1, cron.service");
  JudgedWorkload other = hidden("[date]", 1);
  other.origin.user = "eve";
  EXPECT_NE(alert_for(other)->incident, date->incident);
  JudgedWorkload file = judged(ReasonCode::unhashed);
  file.digests.clear();
  EXPECT_EQ(alert_for(file)->severity, Severity::high) << "a file that was there and could not be read";
  EXPECT_EQ(alert_for(file)->origin.directory, "/tmp");
}

TEST(AlertFor, a_container_is_one_alert_on_however_many_hosts) {
  JudgedWorkload first = judged(ReasonCode::not_approved_here), second = first;
  first.kind = second.kind = WorkloadKind::container;
  second.host = "web2";
  second.origin.container = "another run";
  EXPECT_EQ(alert_for(first)->key, alert_for(second)->key);
}

// What stands alone gathers; what differs in host, user, anchor or directory does not.
TEST(Incident, gathers_by_origin) {
  const IncidentOrigin session{
      .environment = "prod", .host = "web1", .user = "ada", .directory = "/home/ada", .session = 7};
  const auto with = [&](auto change) {
    IncidentOrigin made = session;
    change(made);
    return incident_key(made);
  };
  const std::string key = incident_key(session);
  EXPECT_EQ(with([](auto& o) { o.login_user = "ada"; }), key);
  EXPECT_EQ(with([](auto& o) { o.unit = "session-7.scope"; }), key)
      << "a scope is no narrower than its session";
  EXPECT_NE(with([](auto& o) { o.session = 8; }), key);
  EXPECT_NE(with([](auto& o) { o.user = "root"; }), key);
  EXPECT_NE(with([](auto& o) { o.host = "web2"; }), key);
  EXPECT_NE(with([](auto& o) { o.directory = "/opt/api"; }), key);
  EXPECT_NE(with([](auto& o) { o.unit = "api.service"; }), key);
  EXPECT_NE(with([](auto& o) { o.container = "c1"; }), key);
}

TEST(Incident, of_a_service_unit_does_not_depend_on_the_session) {
  IncidentOrigin first{.environment = "prod", .host = "web1", .unit = "ci.service", .session = 1},
      second = first;
  second.session = 2;
  EXPECT_EQ(incident_key(first), incident_key(second));
  first.unit = second.unit = "user@1000.service";
  EXPECT_NE(incident_key(first), incident_key(second)) << "a user's manager holds all of his sessions";
}

TEST(Incident, title_says_who_where_and_from_what) {
  EXPECT_EQ(incident_title({.environment = "prod",
                            .host = "web1",
                            .user = "ada",
                            .unit = "ci.service",
                            .directory = "/home/ada"}),
            "User ada in /home/ada on web1, ci.service");
  EXPECT_EQ(incident_title({.environment = "prod", .container = "0123456789abcdef"}),
            "Something on prod, container 0123456789ab");
}

TEST(GatheringDirectory, is_two_components_or_the_shared_one) {
  constexpr std::array<std::array<std::string_view, 2>, 14> cases{{
      {"/home/ada/project/src", "/home/ada"},
      {"/home/ada", "/home/ada"},
      {"/home", "/home"},
      {"/opt/api/bin/api", "/opt/api"},
      {"/tmp", "/tmp"},
      {"/tmp/a/b/c", "/tmp"},
      {"/tmpfoo/a/b", "/tmpfoo/a"},
      {"/var/tmp/x/y", "/var/tmp"},
      {"/var/lib/x/y", "/var/lib"},
      {"/dev/shm/x", "/dev/shm"},
      {"/run/user/1000/x", "/run"},
      {"/", "/"},
      {"", ""},
      {"memfd:x", "memfd:x"},
  }};
  for (const auto& [path, directory] : cases) EXPECT_EQ(gathering_directory(path), directory) << path;
}

TEST(SuggestScope, programs_out_of_sight_are_meant_together) {
  std::vector<runtime::Instance> alerted;
  for (const char* name : {"[date]", "[sleep]", "[ended]"}) {
    alerted.push_back({.id = name, .name = name, .seen = runtime::Seen::unhashed});
    alerted.back().origin.user = "bob";
  }
  const runtime::ScopeRule rule = suggest_scope({.environment = "prod", .host = "web1", .user = "bob"}, alerted, now);
  EXPECT_EQ(rule.path, "[*]");
  EXPECT_EQ(rule.user, "bob");
  for (const runtime::Instance& instance : alerted) EXPECT_TRUE(matches(rule, instance)) << instance.name;
}

TEST(SuggestScope, covers_its_incident_and_ends_after_a_week) {
  const auto workload = judged(ReasonCode::unknown_digest);
  const runtime::ScopeRule rule = suggest_scope(alert_for(workload)->origin, now);
  EXPECT_EQ(rule.effect, runtime::ScopeEffect::exclude);
  EXPECT_EQ(rule.expires_at, now + days(7));
  EXPECT_TRUE(check(rule).ok());
  const runtime::Instance instance{.name = workload.name, .origin = workload.origin};
  EXPECT_TRUE(matches(rule, instance));
  runtime::Instance other = instance;
  other.origin.user = "root";
  EXPECT_FALSE(matches(rule, other));
  other = instance;
  other.name = "/opt/api";
  EXPECT_FALSE(matches(rule, other));
}

TEST(SuggestScope, names_the_narrowest_thing_that_is_known) {
  const auto container = suggest_scope({.user = "app", .unit = "ci.service", .container = "c1"}, now);
  EXPECT_EQ(container.container, "c1");
  EXPECT_EQ(container.unit, "");
  const auto unit = suggest_scope({.user = "app", .unit = "ci.service", .directory = "/opt/ci"}, now);
  EXPECT_EQ(unit.unit, "ci.service");
  EXPECT_EQ(unit.path, "/opt/ci/**");
  EXPECT_EQ(suggest_scope({.user = "app", .unit = "session-1.scope", .directory = "/"}, now).path, "");
}

TEST(SuggestScope, of_an_incident_silences_the_most_of_its_alerts) {
  const IncidentOrigin origin{.user = "app", .directory = "/srv/ci"};
  const auto at = [](std::string name, runtime::Seen seen = runtime::Seen::whole) {
    return runtime::Instance{.name = std::move(name), .seen = seen, .origin = {.user = "app"}};
  };
  const auto path_for = [&](std::vector<runtime::Instance> alerted) {
    return suggest_scope(origin, alerted, now).path;
  };
  EXPECT_EQ(path_for({at("/srv/ci/a"), at("/home/app/b")}), "/srv/ci/**") << "a draw is the origin's";
  EXPECT_EQ(path_for({at("/srv/ci/a"), at("/home/app/b"), at("/home/app/c/d")}), "/home/app/**");
  EXPECT_EQ(path_for({at("/usr/bin/bash", runtime::Seen::unseen)}), "/usr/bin/bash") << "not all of /usr/bin";
  EXPECT_EQ(path_for({at("memfd:x")}), "memfd:x");
  EXPECT_EQ(path_for({}), "/srv/ci/**");
  EXPECT_EQ(suggest_scope(origin, std::vector{at("/home/app/b")}, now).user, "app");
}

TEST(SuggestScope, of_a_container_means_its_image_and_nothing_else) {
  runtime::Instance container{.kind = WorkloadKind::container, .name = "localhost/app:latest"};
  const auto rule = suggest_scope({.environment = "prod"}, std::vector{container}, now);
  EXPECT_EQ(rule.path, "localhost/app:latest");
  EXPECT_TRUE(check(rule).ok());
  EXPECT_TRUE(matches(rule, container));
  container.name = "localhost/other:latest";
  EXPECT_FALSE(matches(rule, container));
}

}  // namespace
}  // namespace weir::alert
