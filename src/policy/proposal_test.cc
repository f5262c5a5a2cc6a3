#include "policy/proposal.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "policy/difference.h"
#include "policy/statement.h"

namespace weir::policy {
namespace {

const std::string source = "apiVersion: weir/v1\nkind: Policy\nrules: []\n";

access::Actor person(const std::string& name) {
  return {.id = "id of " + name, .name = name, .kind = access::AccountKind::person};
}

Proposal open_proposal() {
  return {.id = 7,
          .account = "id of ann",
          .proposer = "ann",
          .proposed = {.policy = "p", .base_version = 2, .source = source, .roles = {"security", "risk"}}};
}

}  // namespace

TEST(Proposal, each_role_consents_by_another_person) {
  Proposal proposal = open_proposal();
  const auto say = [&](VoiceRequest request, const access::Actor& actor,
                       const std::vector<std::string>& groups) {
    auto given = give_voice(request, proposal, actor, groups, Instant{});
    if (given.ok())
      proposal.voices.push_back({actor.id, actor.name, given->voice, given->role, given->comment, Instant{}, 0});
    return given.ok() ? "as " + given->role : given.error().message;
  };
  EXPECT_EQ(say({}, person("ann"), {"security"}), "who proposes a change does not consent to it");
  EXPECT_EQ(say({}, {.name = "ci"}, {"security"}), "only people consent; this is a service account");
  EXPECT_EQ(say({}, person("bob"), {"development"}),
      "the consent that is missing is of security, risk; you are of none of them");
  EXPECT_EQ(say({}, person("eve"), {"security", "risk"}), "say in which role you speak: security, risk");
  EXPECT_EQ(say({.voice = Voice::comment}, person("bob"), {}), "a comment needs words");
  EXPECT_EQ(say({.voice = Voice::comment, .comment = "hm"}, person("bob"), {}), "as ");
  EXPECT_EQ(end_of(proposal, {.newest_version = 2}), std::nullopt);
  EXPECT_EQ(say({.role = "security"}, person("eve"), {"security", "risk"}), "as security");
  EXPECT_EQ(say({.role = "risk"}, person("eve"), {"security", "risk"}), "you have spoken on this proposal already");
  EXPECT_EQ(end_of(proposal, {.newest_version = 2}), std::nullopt);
  EXPECT_EQ(say({}, person("joe"), {"security", "risk"}), "as risk");
  EXPECT_EQ(end_of(proposal, {.newest_version = 2}), ProposalEnd::in_force);
  EXPECT_EQ(end_of(proposal, {.newest_version = 3}), ProposalEnd::outdated);
}

TEST(Proposal, a_refusal_ends_it) {
  Proposal proposal = open_proposal();
  proposal.voices.push_back({.actor = "eve", .voice = Voice::refuse, .role = "security"});
  EXPECT_EQ(end_of(proposal, {.newest_version = 2}), ProposalEnd::refused);
  proposal.ended = ProposalEnd::refused;
  EXPECT_EQ(give_voice({}, proposal, person("joe"), {"risk"}, Instant{}).error().code, Errc::conflict);
}

TEST(Proposal, is_withdrawn_by_who_made_it) {
  Proposal proposal = open_proposal();
  EXPECT_EQ(withdraw(proposal, "id of eve", "").error().code, Errc::forbidden);
  EXPECT_EQ(withdraw(proposal, "id of ann", "later")->reason, "later");
  proposal.ended = ProposalEnd::refused;
  EXPECT_EQ(withdraw(proposal, "id of ann", "").error().code, Errc::conflict);
}

TEST(Proposal, is_open_to_those_whose_consent_is_missing) {
  Proposal proposal = open_proposal();
  const auto open_to = [&](const std::string& name, const std::vector<std::string>& groups) {
    return voices_open_to(proposal, person(name), groups, Instant{});
  };
  using Roles = std::vector<std::string>;
  EXPECT_EQ(open_to("ann", {"security"}), Roles{}) << "she proposed it";
  EXPECT_EQ(open_to("bob", {"development"}), Roles{});
  EXPECT_EQ(open_to("eve", {"risk", "security"}), (Roles{"security", "risk"}));
  proposal.voices.push_back({.account = "id of eve", .role = "security"});
  EXPECT_EQ(open_to("eve", {"risk"}), Roles{}) << "nobody speaks twice";
  EXPECT_EQ(open_to("joe", {"risk", "security"}), Roles{"risk"});
}

TEST(Proposal, comments_are_bounded_for_each_and_never_shut_a_consent_out) {
  Proposal proposal = open_proposal();
  const VoiceRequest comment{.voice = Voice::comment, .comment = "again"};
  for (std::size_t i = 0; i < comments_of_one_max; ++i) {
    EXPECT_TRUE(give_voice(comment, proposal, person("eve"), {}, Instant{}).ok()) << i;
    proposal.voices.push_back({.account = "id of eve", .voice = Voice::comment});
  }
  EXPECT_EQ(give_voice(comment, proposal, person("eve"), {}, Instant{}).error().code, Errc::conflict);
  EXPECT_TRUE(give_voice(comment, proposal, person("joe"), {}, Instant{}).ok())
      << "another one is still heard";
  EXPECT_TRUE(give_voice({.role = "risk"}, proposal, person("eve"), {"risk"}, Instant{}).ok())
      << "she may still consent";
  while (proposal.voices.size() < proposal_comments_max)
    proposal.voices.push_back({.account = "many", .voice = Voice::comment});
  EXPECT_EQ(give_voice(comment, proposal, person("joe"), {}, Instant{}).error().code, Errc::conflict);
  EXPECT_TRUE(give_voice({.role = "risk"}, proposal, person("joe"), {"risk"}, Instant{}).ok());
}

TEST(Proposal, roles_are_groups_each_named_once) {
  EXPECT_TRUE(check_roles({"risk", "security"}, {}).ok());
  EXPECT_EQ(check_roles({"risk", "risk"}, {}).error().field, "roles[1]");
  EXPECT_EQ(check_roles({"risk"}, {"risk"}).error().code, Errc::not_found);
  EXPECT_EQ(check_roles(std::vector<std::string>(proposal_roles_max + 1, "r"), {}).error().field, "roles");
}

TEST(Proposal, what_is_proposed_must_read_and_differ) {
  EXPECT_TRUE(propose({.policy = "p", .source = source}, {}).ok());
  EXPECT_FALSE(propose({.policy = "p", .source = "rules: 1\n"}, {}).ok());
  const auto same = propose({.policy = "p", .source = source}, {.newest_version = 3, .newest_digest =
      crypto::sha256(source)});
  EXPECT_EQ(same.error().code, Errc::conflict);
  const auto late = propose({.policy = "p", .source = source, .base_version = 2}, {.newest_version = 3});
  EXPECT_EQ(late.error().field, "base_version");
  EXPECT_EQ(propose({.policy = "p", .source = source}, {.newest_version = 3})->base_version, 3);
  EXPECT_EQ(propose({.policy = "p", .source = source}, {.open = open_proposals_max}).error().code,
            Errc::conflict);
}

TEST(Proposal, without_roles_one_other_person_is_enough) {
  Proposal proposal = open_proposal();
  proposal.proposed.roles.clear();
  EXPECT_EQ(end_of(proposal, {.newest_version = 2}), std::nullopt);
  EXPECT_EQ(give_voice({}, proposal, person("bob"), {}, Instant{}).error().code, Errc::forbidden)
      << "may not change them";
  access::Actor admin = person("bob");
  admin.roles = {access::Role::admin};
  EXPECT_EQ(voices_open_to(proposal, admin, {}, Instant{}), std::vector<std::string>{""});
  EXPECT_TRUE(give_voice({}, proposal, admin, {}, Instant{}).ok());
  admin.environments = {"test"};
  EXPECT_EQ(give_voice({}, proposal, admin, {}, Instant{}).error().code, Errc::forbidden)
      << "an administrator of a part";
  proposal.voices.push_back({.actor = "bob"});
  EXPECT_EQ(end_of(proposal, {.newest_version = 2}), ProposalEnd::in_force);
}

TEST(Proposal, the_difference_is_that_of_diff) {
  EXPECT_EQ(unified_difference("a\nb\n", "a\nb\n", "x", "y"), "");
  EXPECT_EQ(unified_difference("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nV\n6\n7\n8\n9\n10\n", "p v1", "p v2"),
            "--- p v1\n+++ p v2\n@@ -2,8 +2,9 @@\n 2\n 3\n 4\n-5\n+V\n 6\n 7\n 8\n 9\n+10\n");
  EXPECT_EQ(unified_difference("", "a\n", "x", "y"), "--- x\n+++ y\n@@ -0,0 +1,1 @@\n+a\n");
  std::string was, is;
  for (int i = 0; i < 40; ++i) was += std::to_string(i) + "\n", is += std::to_string(i == 3 || i ==
      30 ? -i : i) + "\n";
  const std::string two = unified_difference(was, is, "x", "y");
  EXPECT_NE(two.find("@@ -1,7 +1,7 @@\n 0\n 1\n 2\n-3\n+-3\n 4\n 5\n 6\n@@ -28,7 +28,7 @@\n 27\n"),
      std::string::npos) << two;
}

TEST(Proposal, a_policy_statement_reads_back_and_refuses_changes) {
  const PolicyCreated policy{.name = "p", .version = 3, .digest = crypto::sha256(source), .source = source};
  const ToSign signable = policy_statement(policy);
  EXPECT_EQ(signable.payload_type, "application/vnd.weir.policy.v1+json");
  EXPECT_EQ(read_policy_statement(signable.payload)->version, 3);
  std::string changed = signable.payload;
  changed.replace(changed.find("rules"), 5, "rulez");
  EXPECT_FALSE(read_policy_statement(changed).ok());
  EXPECT_FALSE(read_policy_statement(signable.payload + " ").ok());
}

}  // namespace weir::policy
