#include "evidence/predicates.h"

#include <set>

#include "evidence/document.h"
#include "evidence/person.h"
#include "format/members.h"

namespace weir::evidence {
namespace {

using format::Json;

struct ReviewApproval {
  std::string reviewer;
  std::optional<Instant> at;
  std::string commit;
  static void members(auto& visit, auto& self) {
    visit("reviewer", self.reviewer);
    visit.maybe("at", self.at);
    visit.maybe("commit", self.commit);
  }
  bool operator==(const ReviewApproval&) const = default;
};

struct Review {
  std::string change, commit, tree, author, title, merged_by;
  std::vector<ReviewApproval> approvals;
  static void members(auto& visit, auto& self) {
    visit("change", self.change);
    visit("commit", self.commit);
    visit.maybe("tree", self.tree);
    visit.maybe("author", self.author);
    visit.maybe("title", self.title);
    visit.maybe("merged_by", self.merged_by);
    visit("approvals", self.approvals);
  }
};

struct Ticket {
  std::string key, url, system, title, state;
  bool found = false;
  static void members(auto& visit, auto& self) {
    visit("key", self.key);
    visit("found", self.found);
    visit.maybe("url", self.url);
    visit.maybe("system", self.system);
    visit.maybe("title", self.title);
    visit.maybe("state", self.state);
  }
};

template <class T>
Result<T> read(BytesView content) {
  const Json json = TRY(read_json(content));
  return format::decode<T>(json);
}

}  // namespace

Result<Summary> summarise_review(BytesView content) {
  const Review review = TRY(read<Review>(content));
  if (review.change.empty() || review.commit.empty())
    return invalid("a review needs 'change' and 'commit'", "commit");
  const std::string author = TRY(read_person(review.author, "author"));
  std::set<std::string> reviewers;  // folded
  std::int64_t stale = 0;
  for (const ReviewApproval& approval : review.approvals) {
    const bool current = approval.commit.empty() || approval.commit == review.commit;
    stale += current ? 0 : 1;
    const std::string reviewer = TRY(read_person(approval.reviewer, "approvals.reviewer"));
    if (current && !reviewer.empty() && fold_person(reviewer) != fold_person(author))
      reviewers.insert(fold_person(reviewer));
  }
  Json::Array names;
  for (const std::string& reviewer : reviewers)
    if (names.size() < fact_items_max) names.emplace_back(fact_text(reviewer));
  std::optional<bool> compliant;
  if (!author.empty()) compliant = !reviewers.empty();
  Summary summary{.type = "review",
                  .compliant = compliant,
                  .facts = Json::object({{"format", "review"},
                                         {"change", fact_text(review.change)},
                                         {"commit", fact_text(review.commit)},
                                         {"author", fact_text(author)},
                                         {"reviewers", std::move(names)},
                                         {"approvals", static_cast<std::int64_t>(review.approvals.size())},
                                         {"stale", stale},
                                         {"four_eyes", compliant.value_or(false)}})};
  if (!review.tree.empty()) summary.facts.set("tree", fact_text(review.tree));
  return summary;
}

Result<Summary> summarise_ticket(BytesView content) {
  const Ticket ticket = TRY(read<Ticket>(content));
  if (ticket.key.empty()) return invalid("a ticket needs 'key'", "key");
  return Summary{.type = "ticket",
                 .compliant = ticket.found,
                 .facts = Json::object({{"format", "ticket"},
                                        {"key", fact_text(ticket.key)},
                                        {"url", fact_text(ticket.url)},
                                        {"system", fact_text(ticket.system)},
                                        {"title", fact_text(ticket.title)},
                                        {"state", fact_text(ticket.state)},
                                        {"found", ticket.found}})};
}

}  // namespace weir::evidence
