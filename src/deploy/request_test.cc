#include "deploy/request.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/words.h"

namespace weir::deploy {
namespace {

constexpr Instant now = Instant{} + seconds(200);
Instant second(std::int64_t n) { return Instant{} + seconds(n); }

std::vector<std::string> names(std::string_view text) {
  std::vector<std::string> all;
  for (const std::string_view part : test::split(text, ',')) all.emplace_back(part);
  return all;
}

struct AskCase {
  std::string_view given;  // members of the request
  std::optional<Errc> refused;
  std::string_view field = {};
  std::int64_t expires = 0;
};

AskRequest request_of(std::string_view text) {
  AskRequest request{.artifact = crypto::sha256("api"), .environment = "prod", .reason = "release"};
  for (const auto& [key, value] : test::words(text)) {
    if (key == "from") request.from = second(test::number(value));
    if (key == "until") request.until = second(test::number(value));
    if (key == "expires") request.expires_at = second(test::number(value));
    if (key == "n") request.approvals = test::number(value);
    if (key == "groups") request.groups = names(value);
    if (key == "env") request.environment = std::string(value);
  }
  return request;
}

TEST(Ask, accepts_or_refuses_as_the_table_says) {
  constexpr std::int64_t day = 86'400;
  const std::array cases{
      AskCase{"", {}, "", 200 + day},
      AskCase{"expires=300", {}, "", 300},
      AskCase{"until=250", {}, "", 250},
      AskCase{"until=250 expires=240", {}, "", 240},
      AskCase{"n=3 groups=security,risk", {}, "", 200 + day},
      AskCase{"n=0", Errc::invalid, "approvals"},
      AskCase{"n=21", Errc::invalid, "approvals"},
      AskCase{"until=200", Errc::invalid, "until"},
      AskCase{"from=300 until=300", Errc::invalid, "until"},
      AskCase{"expires=200", Errc::invalid, "expires_at"},
      AskCase{"expires=99999999", Errc::invalid, "expires_at"},
      AskCase{"groups=nobody", Errc::not_found},
      AskCase{"env=a/b", Errc::invalid, "environment"},
      AskCase{"env=staging", Errc::not_found},
  };
  for (const AskCase& row : cases) {
    SCOPED_TRACE(row.given);
    const AskRequest request = request_of(row.given);
    AskFacts facts{.environment_exists = request.environment == "prod", .commit = "c0ffee", .tree = "7ree"};
    for (const std::string& group : request.groups)
      if (group == "nobody") facts.unknown_groups.push_back(group);
    const auto asked = ask(request, facts, now);
    ASSERT_EQ(asked.ok(), !row.refused.has_value()) << (asked.ok() ? "" : asked.error().message);
    if (row.refused) {
      EXPECT_EQ(asked.error().code, *row.refused);
      EXPECT_EQ(asked.error().field, row.field);
      continue;
    }
    EXPECT_EQ(asked->expires_at, second(row.expires));
    EXPECT_EQ(asked->commit, "c0ffee");
    EXPECT_EQ(asked->tree, "7ree");
  }
}

// Asked by ada at second 100 for one consent, open until 1000, from commit c0ffee.
RequestedApproval requested(std::string_view text) {
  RequestedApproval request{.id = 7,
                            .asked = {.artifact = crypto::sha256("api"),
                                      .environment = "prod",
                                      .reason = "release",
                                      .expires_at = second(1000),
                                      .commit = "c0ffee"},
                            .account = "ada",
                            .requested_at = second(100)};
  for (const auto& [key, value] : test::words(text)) {
    if (key == "n") request.asked.approvals = test::number(value);
    if (key == "groups") request.asked.groups = names(value);
    if (key == "expires") request.asked.expires_at = second(test::number(value));
    if (key == "tree") request.asked.tree = std::string(value);
    if (key == "until") request.asked.until = second(test::number(value));
    if (key == "ended") request.ended = format::enum_from<RequestEnding>(value);
    if (key == "consent" || key == "refuse") {  // consent=bob:security,risk
      const std::size_t colon = std::min(value.find(':'), value.size());
      const std::string account(value.substr(0, colon));
      request.ballots.push_back(
          {.account = account,
           .actor = account,
           .vote = *format::enum_from<Vote>(key),
           .groups = colon < value.size() ? names(value.substr(colon + 1)) : names("")});
    }
  }
  return request;
}

struct VoteCase {
  std::string_view name, request, voter, outcome;
};

std::string outcome_of(const Result<Voted>& voted) {
  if (!voted.ok()) return std::string(row_of(voted.error().code).name);
  std::string text = "counted";
  if (voted->ended) text = std::string(format::name_of(voted->ended->how));
  return text + (voted->approval ? " and allowed" : "");
}

TEST(Vote, counts_as_the_table_says) {
  const std::array cases{
      VoteCase{"one is asked for", "", "bob approver", "approved and allowed"},
      VoteCase{"the first of two", "n=2", "bob approver", "counted"},
      VoteCase{"the second of two", "n=2 consent=cid", "bob approver", "approved and allowed"},
      VoteCase{"twice the same person", "n=2 consent=bob", "bob approver", "conflict"},
      VoteCase{"the requester himself", "", "ada approver", "forbidden"},
      VoteCase{"the requester refuses", "", "ada approver refuse", "forbidden"},
      VoteCase{"a service account", "", "ci approver service", "forbidden"},
      VoteCase{"a service account of the group", "groups=risk", "ci service groups=risk", "forbidden"},
      VoteCase{"no approver", "", "bob", "forbidden"},
      VoteCase{"no approver, of another group", "groups=risk", "bob groups=security", "forbidden"},
      VoteCase{"of the group asked for", "groups=risk", "bob groups=risk", "approved and allowed"},
      VoteCase{"an approver who is not of the group", "groups=risk", "bob approver", "counted"},
      VoteCase{"the group after the approver", "groups=risk consent=cid", "bob groups=risk",
               "approved and allowed"},
      VoteCase{"two groups need two persons", "groups=risk,security", "bob groups=risk,security", "counted"},
      VoteCase{"one of both, then one of the first", "groups=risk,security consent=cid:risk,security",
               "bob groups=risk", "approved and allowed"},
      VoteCase{"both of the same group", "groups=risk,security consent=cid:risk", "bob groups=risk",
               "counted"},
      VoteCase{"a refusal ends it", "n=2 consent=cid", "bob approver refuse", "refused"},
      VoteCase{"after a refusal", "ended=refused", "bob approver", "conflict"},
      VoteCase{"after it was approved", "ended=approved", "bob approver", "conflict"},
      VoteCase{"after it was withdrawn", "ended=withdrawn", "bob approver", "conflict"},
      VoteCase{"after it expired", "expires=200", "bob approver", "conflict"},
      VoteCase{"just before it expires", "expires=201", "bob approver", "approved and allowed"},
      VoteCase{"when its window is over", "until=200", "bob approver", "conflict"},
      VoteCase{"from another commit", "", "bob approver commit=bad", "conflict"},
      VoteCase{"reviewed as another tree", "tree=7ree", "bob approver tree=0ther", "conflict"},
      VoteCase{"reviewed as the same tree", "tree=7ree", "bob approver tree=7ree", "approved and allowed"},
      VoteCase{"not reviewed when it was asked for", "", "bob approver tree=7ree", "approved and allowed"},
      VoteCase{"a group named twice needs two of it", "groups=risk,risk", "bob groups=risk", "counted"},
      VoteCase{"the second of it", "groups=risk,risk consent=cid:risk", "bob groups=risk",
               "approved and allowed"},
  };
  for (const VoteCase& row : cases) {
    SCOPED_TRACE(row.name);
    Voter voter{.kind = access::AccountKind::person};
    VoteGiven wanted;
    VoteFacts facts{.commit = "c0ffee"};
    for (const auto& [key, value] : test::words(row.voter)) {
      if (key == "approver") voter.approves = true;
      else if (key == "service") voter.kind = access::AccountKind::service;
      else if (key == "refuse") wanted.vote = Vote::refuse;
      else if (key == "groups") voter.groups = names(value);
      else if (key == "commit") facts.commit = std::string(value);
      else if (key == "tree") facts.tree = std::string(value);
      else voter.account = voter.name = std::string(key);
    }
    EXPECT_EQ(outcome_of(vote(requested(row.request), voter, wanted, facts, now)), row.outcome);
  }
}

TEST(Vote, gives_an_approval_of_exactly_what_was_asked_and_cites_the_request) {
  RequestedApproval request = requested("n=2 until=900 consent=cid:risk");
  request.asked.from = second(300);
  request.asked.change = "normal";
  const auto voted =
      vote(request,
           {.account = "bob", .kind = access::AccountKind::person, .approves = true, .groups = {"security"}},
           {}, {.commit = "c0ffee"}, now);
  ASSERT_TRUE(voted.ok() && voted->approval);
  EXPECT_EQ(
      format::encode(*voted->approval),
      fmt::format(R"({{"artifact":"{}","environment":"prod","from":"{}","until":"{}","reason":"release",)"
                  R"("groups":["risk","security"],"request":7,"change":"normal"}})",
                  to_string(crypto::sha256("api")), to_string(second(300)), to_string(second(900))));
  EXPECT_EQ(format::encode(voted->vote), R"({"request":7,"vote":"consent","groups":["security"]})");
}

TEST(Withdraw, is_for_who_asked_and_while_it_is_open) {
  EXPECT_TRUE(withdraw(requested(""), "ada", "", now).ok());
  EXPECT_EQ(withdraw(requested(""), "bob", "", now).error().code, Errc::forbidden);
  EXPECT_EQ(withdraw(requested("expires=200"), "ada", "", now).error().code, Errc::conflict);
  EXPECT_EQ(withdraw(requested("ended=refused"), "ada", "", now).error().code, Errc::conflict);
}

TEST(RequestState, is_what_its_end_and_its_expiry_make_it) {
  EXPECT_EQ(state_at(requested(""), now), RequestState::open);
  EXPECT_EQ(state_at(requested("expires=200"), now), RequestState::expired);
  EXPECT_EQ(state_at(requested("expires=200 ended=approved"), now), RequestState::approved);
  EXPECT_EQ(state_at(requested("ended=withdrawn"), now), RequestState::withdrawn);
}

}  // namespace
}  // namespace weir::deploy
