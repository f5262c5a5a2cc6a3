#include "store/view_needs.h"

#include <algorithm>
#include <charconv>

#include "store/view_access.h"
#include "store/view_exception.h"
#include "store/view_proposal.h"

namespace weir::store {
namespace {

constexpr std::int64_t looked_at_max = 1000;  // of each kind

int tier_of(const NeedView& need) {
  int tier = 9;
  const auto digit =
      std::find_if(need.tier.begin(), need.tier.end(), [](char c) { return c >= '0' && c <= '9'; });
  std::from_chars(std::to_address(digit), need.tier.data() + need.tier.size(), tier);
  return tier;
}

std::string name_or_digest(const Row& row, int name, int digest) {
  if (!row.text(name).empty() || row.is_null(digest)) return row.string(name);
  return to_hex(row.digest(digest)).substr(0, 12);
}

// Nobody grants what he asked for, nor reviews what he opened.
bool may_decide(const access::Actor& viewer, std::string_view account, const NeedView& need) {
  return account != viewer.id && access::check_environment_scope(viewer, need.where).ok();
}

struct Waiting {
  std::string account;  // whose it is
  NeedView need;
};
void add_of_others(const access::Actor& viewer, std::vector<Waiting> waiting, std::vector<NeedView>& needs) {
  for (Waiting& each : waiting)
    if (may_decide(viewer, each.account, each.need)) needs.push_back(std::move(each.need));
}

Status add_exceptions(Database& db, const access::Actor& viewer, Instant now, std::vector<NeedView>& needs) {
  auto waiting = TRY(query(
      db,
      "SELECT x.entry, coalesce(p.name, ''), x.rule, x.finding, coalesce(r.name, ''), x.artifact, "
      "x.environment, x.owner, coalesce(s.tier, ''), x.requested_at, lower(hex(x.account)) FROM exception x "
      "LEFT JOIN account p ON p.id=x.account LEFT JOIN artifact r ON r.digest=x.artifact LEFT JOIN flow f ON "
      "f.name=r.flow LEFT JOIN service s ON s.name=f.service WHERE x.state='requested' AND x.until_at>$1 "
      "ORDER BY x.entry LIMIT $2",
      [](const Row& row) {
        const std::string what = !row.text(2).empty()   ? row.string(2)
                                 : !row.text(3).empty() ? row.string(3)
                                                        : "a workload";
        const std::string on = name_or_digest(row, 4, 5);
        return Waiting{row.string(10),
                       {.kind = NeedKind::exception,
                        .id = row.integer(0),
                        .title = fmt::format("{} asks for an exception: {}{}{}", row.text(1), what,
                                             on.empty() ? "" : " on ", on),
                        .where = row.string(6),
                        .owner = row.string(7),
                        .tier = row.string(8),
                        .since = row.instant(9),
                        .severity = alert::Severity::medium}};
      },
      now, looked_at_max));
  add_of_others(viewer, std::move(waiting), needs);
  return {};
}

Status add_break_glass(Database& db, const access::Actor& viewer, std::vector<NeedView>& needs) {
  auto waiting = TRY(query(
      db,
      "SELECT b.entry, coalesce(p.name, ''), coalesce(r.name, ''), b.artifact, b.environment, "
      "coalesce(s.team, ''), coalesce(s.tier, ''), b.opened_at, lower(hex(b.account)) FROM break_glass b "
      "LEFT "
      "JOIN account p ON p.id=b.account LEFT JOIN artifact r ON r.digest=b.artifact LEFT JOIN flow f ON "
      "f.name=r.flow LEFT JOIN service s ON s.name=f.service WHERE b.reviewed_at IS NULL ORDER BY b.entry "
      "LIMIT $1",
      [](const Row& row) {
        return Waiting{row.string(8),
                       {.kind = NeedKind::break_glass,
                        .id = row.integer(0),
                        .title = fmt::format("Review: {} broke the glass for {}", row.text(1),
                                             name_or_digest(row, 2, 3)),
                        .where = row.string(4),
                        .owner = row.string(5),
                        .tier = row.string(6),
                        .since = row.instant(7),
                        .severity = alert::Severity::high}};
      },
      looked_at_max));
  add_of_others(viewer, std::move(waiting), needs);
  return {};
}

Status add_proposals(Database& db, const access::Actor& viewer, Instant now, std::vector<NeedView>& needs) {
  const auto groups = TRY(groups_of(db, viewer.id));
  for (const policy::Proposal& each : TRY(list_proposals(db, {.state = "open", .limit = looked_at_max}))) {
    const auto open = policy::voices_open_to(each, viewer, groups, now);
    if (open.empty()) continue;
    needs.push_back({.kind = NeedKind::proposal,
                     .id = each.id,
                     .title = fmt::format("{} proposes {}", each.proposer, policy::title_of(each.proposed)),
                     .where = each.proposed.policy,
                     .owner = fmt::format("{}", fmt::join(open, ", ")),
                     .since = each.proposed_at,
                     .severity = alert::Severity::medium});
  }
  return {};
}

}  // namespace

void order_needs(std::vector<NeedView>& needs) {
  std::stable_sort(needs.begin(), needs.end(), [](const NeedView& a, const NeedView& b) {
    return std::tuple(tier_of(a), a.severity, a.since) < std::tuple(tier_of(b), b.severity, b.since);
  });
  if (needs.size() > needs_max) needs.resize(needs_max);
}

Status add_needs_of(Database& db, const access::Actor& viewer, Instant now, std::vector<NeedView>& needs) {
  if (access::permits(viewer, access::Permission::approve)) {
    TRY(add_exceptions(db, viewer, now, needs));
    TRY(add_break_glass(db, viewer, needs));
  }
  TRY(add_proposals(db, viewer, now, needs));
  order_needs(needs);
  return {};
}

}  // namespace weir::store
