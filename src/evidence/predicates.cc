#include "evidence/predicates.h"

#include <algorithm>
#include <set>

#include "evidence/document.h"
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

std::string lower(std::string_view name) {
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return folded;
}

}  // namespace

Result<Summary> summarise_review(BytesView content) {
  const Review review = TRY(read<Review>(content));
  if (review.change.empty() || review.commit.empty())
    return invalid("a review needs 'change' and 'commit'", "commit");
  std::set<std::string> reviewers;  // accounts are compared without regard to case
  std::int64_t stale = 0;
  for (const ReviewApproval& approval : review.approvals) {
    const bool current = approval.commit.empty() || approval.commit == review.commit;
    stale += current ? 0 : 1;
    if (current && !approval.reviewer.empty() && lower(approval.reviewer) != lower(review.author))
      reviewers.insert(lower(approval.reviewer));
  }
  Json::Array names;
  for (const std::string& reviewer : reviewers)
    if (names.size() < fact_items_max) names.emplace_back(fact_text(reviewer));
  std::optional<bool> compliant;
  if (!review.author.empty()) compliant = !reviewers.empty();
  Summary summary{.type = "review",
                  .compliant = compliant,
                  .facts = Json::object({{"format", "review"},
                                         {"change", fact_text(review.change)},
                                         {"commit", fact_text(review.commit)},
                                         {"author", fact_text(review.author)},
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
