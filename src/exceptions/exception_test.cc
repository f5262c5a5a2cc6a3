#include "exceptions/exception.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/words.h"

namespace weir::exceptions {
namespace {

constexpr Instant now = Instant{} + seconds(1000);
Instant second(std::int64_t n) { return Instant{} + seconds(n); }
const Sha256 api = crypto::sha256("api");

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> all;
  for (const std::string_view part : test::split(text, ',')) all.emplace_back(part);
  return all;
}

// "w1,w2" as workloads of those ids, "a,b" as digests of those contents.
Coverage coverage(std::string_view workloads, std::string_view digests) {
  Coverage made;
  for (const std::string& id : split(workloads)) made.workloads.push_back({id, "api", "host-" + id});
  for (const std::string& content : split(digests)) made.digests.push_back(crypto::sha256(content));
  return made;
}

ExceptionRequest request_of(std::string_view text) {
  ExceptionRequest request{.environment = "prod",
                           .owner = "payments",
                           .reason = "no fix yet",
                           .compensating_control = "behind the proxy",
                           .until = second(5000)};
  for (const auto& [key, value] : test::words(text)) {
    if (key == "rule") request.rule = value == "long" ? std::string(300, 'r') : std::string(value);
    if (key == "policy") request.policy = std::string(value);
    if (key == "finding") request.finding = std::string(value);
    if (key == "workload") request.workload = std::string(value);
    if (key == "artifact") request.artifact = crypto::sha256(value);
    if (key == "until") request.until = second(test::number(value));
    if (key == "env") request.environment = std::string(value);
    if (key == "no") {
      (value == "owner"    ? request.owner
       : value == "reason" ? request.reason
                           : request.compensating_control)
          .clear();
    }
    if (key == "renews") request.renews = 3;
    if (key == "ends_on")
      for (const std::string& name : split(value))
        request.ends_on.push_back(*format::enum_from<EndsOn>(name));
    if (key == "shown") request.scope = crypto::sha256(value);
  }
  return request;
}

struct AskCase {
  std::string_view given;
  std::optional<Errc> refused;
  std::string_view field = {};
};

TEST(Ask, accepts_or_refuses_as_the_table_says) {
  const std::array cases{
      AskCase{"rule=tests-pass artifact=api", {}},
      AskCase{"rule=no.such-rule@7 artifact=api", {}},  // whether there is such a rule is not ours to know
      AskCase{"rule=tests-pass policy=production artifact=api", {}},
      AskCase{"finding=CVE-2026-1 artifact=api", {}},
      AskCase{"workload=w1", {}},
      AskCase{"finding=CVE-2026-1 artifact=api "
              "ends_on=fix-available,known-exploitation,scope-growth,evidence-change",
              {}},
      AskCase{"rule=a artifact=api ends_on=scope-growth,evidence-change", {}},
      AskCase{"rule=a artifact=api ends_on=fix-available", Errc::invalid, "ends_on"},
      AskCase{"workload=w1 ends_on=known-exploitation", Errc::invalid, "ends_on"},
      AskCase{"rule=a artifact=api until=31537000", {}},
      AskCase{"rule=a artifact=api until=31537001", Errc::invalid, "until"},
      AskCase{"rule=a artifact=api until=1000", Errc::invalid, "until"},
      AskCase{"rule=a artifact=api until=999", Errc::invalid, "until"},
      AskCase{"artifact=api", Errc::invalid, "rule"},
      AskCase{"rule=a finding=b artifact=api", Errc::invalid, "rule"},
      AskCase{"rule=a workload=w1 artifact=api", Errc::invalid, "rule"},
      AskCase{"rule=a", Errc::invalid, "artifact"},
      AskCase{"finding=b policy=p artifact=api", Errc::invalid, "policy"},
      AskCase{"rule=long artifact=api", Errc::too_large, "rule"},
      AskCase{"rule=a artifact=api no=owner", Errc::invalid, "owner"},
      AskCase{"rule=a artifact=api no=reason", Errc::invalid, "reason"},
      AskCase{"rule=a artifact=api no=control", Errc::invalid, "compensating_control"},
      AskCase{"rule=a artifact=api ends_on=scope-growth,scope-growth", Errc::invalid, "ends_on"},
      AskCase{"rule=a artifact=api env=*", Errc::invalid, "environment"},
      AskCase{"rule=a artifact=api env=staging", Errc::not_found},
      AskCase{"workload=w9", Errc::not_found},
      AskCase{"rule=a artifact=api shown=else", Errc::conflict, "scope"},
      AskCase{"rule=a artifact=api renews", {}},
      AskCase{"rule=b artifact=api renews", Errc::conflict, "renews"},
  };
  const Exception earlier{
      .id = 3,
      .asked = {.scope = {.environment = "prod", .artifact = api, .rule = "a"}, .renewals = 2},
      .granted = 4};
  for (const AskCase& row : cases) {
    SCOPED_TRACE(row.given);
    const ExceptionRequest request = request_of(row.given);
    AskFacts facts{.environment_exists = request.environment == "prod",
                   .workload_exists = request.workload == "w1",
                   .coverage = coverage("w1,w2", "api")};
    if (request.renews) facts.renewed = earlier;
    const auto asked = ask(request, facts, now);
    ASSERT_EQ(asked.ok(), !row.refused.has_value()) << (asked.ok() ? "" : asked.error().message);
    if (row.refused) {
      EXPECT_EQ(asked.error().code, *row.refused);
      EXPECT_EQ(asked.error().field, row.field);
      continue;
    }
    EXPECT_EQ(asked->renewals, request.renews ? 3 : 0);
    EXPECT_EQ(asked->scope.workloads.size(), 2u);
    EXPECT_EQ(asked->scope_digest, digest_of(asked->scope));
  }
}

TEST(Ask, is_bounded_in_what_one_exception_covers) {
  AskFacts facts{.environment_exists = true};
  facts.coverage.workloads.resize(1001);
  EXPECT_EQ(ask(request_of("rule=a artifact=api"), facts, now).error().code, Errc::too_large);
}

TEST(Scope, has_a_digest_that_every_member_changes) {
  const AskFacts facts{.environment_exists = true, .coverage = coverage("w1", "api")};
  const auto digest = [&](std::string_view text) { return ask(request_of(text), facts, now)->scope_digest; };
  const Sha256 first = digest("rule=a artifact=api");
  EXPECT_EQ(digest("rule=a artifact=api"), first);
  for (const std::string_view other : {"rule=b artifact=api", "finding=a artifact=api", "rule=a artifact=web",
                                       "rule=a policy=p artifact=api", "rule=a artifact=api until=5001",
                                       "rule=a artifact=api ends_on=scope-growth"})
    EXPECT_NE(digest(other), first) << other;
  AskFacts grown = facts;
  grown.coverage = coverage("w1,w2", "api");
  EXPECT_NE(ask(request_of("rule=a artifact=api"), grown, now)->scope_digest, first);
}

// Asked by ada at 900 for workload w1 and content api until 5000; "granted" at 1000 by the entry 20.
Exception exception(std::string_view text) {
  const AskFacts facts{.environment_exists = true, .coverage = coverage("w1", "api")};
  Exception made{
      .id = 7,
      .asked = ask(request_of(fmt::format("finding=a artifact=api {}", text)), facts, second(900)).value(),
      .account = "ada",
      .requested_at = second(900)};
  made.until = made.asked.scope.until;
  for (const auto& [key, value] : test::words(text)) {
    if (key == "granted") {
      made.state = State::in_force;
      made.granted = 20;
      made.decided_at = second(1000);
    }
    if (key == "refused") made.state = State::refused;
    if (key == "ended") made.state = State::ended;
  }
  return made;
}

struct GrantCase {
  std::string_view name, exception, by, workloads, digests;
  std::string_view request;
  std::optional<Errc> refused;
};

TEST(Grant, is_of_exactly_what_was_shown) {
  const std::array cases{
      GrantCase{"as shown", "", "bob", "w1", "api", "", {}},
      GrantCase{"what it covered has gone", "", "bob", "", "api", "", {}},
      GrantCase{"by who asked", "", "ada", "w1", "api", "", Errc::forbidden},
      GrantCase{"of another scope", "", "bob", "w1", "api", "scope=else", Errc::conflict},
      GrantCase{"one workload more has come", "", "bob", "w1,w2", "api", "", Errc::conflict},
      GrantCase{"one digest more has come", "", "bob", "w1", "api,web", "", Errc::conflict},
      GrantCase{"for less time", "", "bob", "w1", "api", "until=2000", {}},
      GrantCase{"for more time", "", "bob", "w1", "api", "until=5001", Errc::conflict},
      GrantCase{"until the past", "", "bob", "w1", "api", "until=1000", Errc::invalid},
      GrantCase{"twice", "granted", "bob", "w1", "api", "", Errc::conflict},
      GrantCase{"after it was refused", "refused", "bob", "w1", "api", "", Errc::conflict},
      GrantCase{"when its time is over", "until=1000", "bob", "w1", "api", "", Errc::conflict},
  };
  for (const GrantCase& row : cases) {
    SCOPED_TRACE(row.name);
    const Exception asked = exception(row.exception);
    GrantRequest request{.scope = asked.asked.scope_digest};
    for (const auto& [key, value] : test::words(row.request)) {
      if (key == "scope") request.scope = crypto::sha256(value);
      if (key == "until") request.until = second(test::number(value));
    }
    const auto granted = grant(asked, {std::string(row.by), std::string(row.by)}, request,
                               coverage(row.workloads, row.digests), now);
    ASSERT_EQ(granted.ok(), !row.refused.has_value()) << (granted.ok() ? "" : granted.error().message);
    if (row.refused) {
      EXPECT_EQ(granted.error().code, *row.refused);
    } else {
      EXPECT_EQ(granted->until, request.until.value_or(second(5000)));
    }
  }
}

TEST(Refuse, is_for_another_person_and_while_it_is_asked_for) {
  EXPECT_TRUE(refuse(exception(""), {"bob", "bob"}, "no", now).ok());
  EXPECT_EQ(refuse(exception(""), {"ada", "ada"}, "no", now).error().code, Errc::forbidden);
  EXPECT_EQ(refuse(exception("granted"), {"bob", "bob"}, "no", now).error().code, Errc::conflict);
}

TEST(End, is_for_anybody_and_by_a_condition_only_if_it_was_told_to) {
  EXPECT_TRUE(end(exception(""), Ending::person, "mended", now).ok());
  EXPECT_TRUE(end(exception("granted"), Ending::person, "mended", now).ok());
  EXPECT_TRUE(end(exception("granted ends_on=fix-available"), Ending::fix_available, "", now).ok());
  EXPECT_EQ(end(exception("granted"), Ending::fix_available, "", now).error().code, Errc::invalid);
  EXPECT_EQ(end(exception("granted"), Ending::renewed, "", now).error().code, Errc::invalid);
  EXPECT_EQ(end(exception("ended"), Ending::person, "", now).error().code, Errc::conflict);
  EXPECT_EQ(end(exception("granted until=1000"), Ending::person, "", now).error().code, Errc::conflict);
}

struct EndingCase {
  std::string_view exception, facts, ending;
};

TEST(Exception, ends_by_what_it_was_told_to_end_on_and_by_nothing_else) {
  constexpr std::string_view all =
      "granted ends_on=fix-available,known-exploitation,scope-growth,evidence-change,likelihood-rise";
  const std::array cases{
      EndingCase{"granted", "", ""},
      EndingCase{"granted until=1001", "", ""},
      EndingCase{"granted until=1000", "", "time"},
      EndingCase{"granted", "fix exploited evidence=21 workloads=w1,w2 digests=api,web", ""},
      EndingCase{all, "", ""},
      EndingCase{all, "evidence=19", ""},  // it was there when it was granted
      EndingCase{all, "evidence=21", "evidence-change"},
      EndingCase{all, "fix", "fix-available"},
      EndingCase{all, "no-fix", ""},
      EndingCase{all, "exploited fix", "known-exploitation"},
      EndingCase{all, "risen", "likelihood-rise"},
      EndingCase{"granted ends_on=likelihood-rise", "fix exploited", ""},
      EndingCase{all, "workloads=w1 digests=api", ""},
      EndingCase{all, "workloads=w1,w2", "scope-growth"},
      EndingCase{all, "digests=api,web", "scope-growth"},
  };
  for (const EndingCase& row : cases) {
    SCOPED_TRACE(row.facts);
    Facts facts;
    std::string_view workloads, digests;
    for (const auto& [key, value] : test::words(row.facts)) {
      if (key == "fix") facts.fix_available = true;
      if (key == "no-fix") facts.fix_available = false;
      if (key == "exploited") facts.known_exploited = true;
      if (key == "risen") facts.likelihood_risen = true;
      if (key == "evidence") facts.newest_evidence = test::number(value);
      if (key == "workloads") workloads = value;
      if (key == "digests") digests = value;
    }
    facts.coverage = coverage(workloads, digests);
    const auto ended = ending_of(exception(row.exception), facts, now);
    EXPECT_EQ(ended ? format::name_of(ended->how) : "", row.ending);
  }
}

TEST(Exception, is_warned_of_a_week_before_its_end_or_a_tenth_of_its_length) {
  Exception long_one{.decided_at = now, .until = now + days(365)},
      short_one{.decided_at = now, .until = now + days(10)};
  EXPECT_EQ(warn_at(long_one), now + days(358));
  EXPECT_EQ(warn_at(short_one), now + days(9));
}

TEST(Exception, that_is_over_has_ended_before_anybody_says_so) {
  EXPECT_EQ(state_at(exception("granted"), now), State::in_force);
  EXPECT_EQ(state_at(exception("granted until=1000"), now), State::ended);
  EXPECT_EQ(state_at(exception("until=1000"), now), State::ended);
  EXPECT_EQ(state_at(exception("refused until=1000"), now), State::refused);
}

}  // namespace
}  // namespace weir::exceptions
