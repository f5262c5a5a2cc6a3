#include "store/view_proposal.h"

#include "store/stored.h"

namespace weir::store {
namespace {

using policy::Proposal;

constexpr std::string_view proposal_columns =
    "q.entry, lower(hex(q.account)), coalesce(p.name, hex(q.account)), q.proposed, q.proposed_at, q.ended, "
    "q.ended_at, q.ended_reason";
// Its source stands in a column of its own: lists leave it out.
constexpr std::string_view proposal_tables = "policy_proposal q LEFT JOIN account p ON p.id=q.account";

Proposal proposal_row(const Row& row) {
  return {.id = row.integer(0),
          .account = row.string(1),
          .proposer = row.string(2),
          .proposed = read_stored<policy::PolicyProposed>(row.text(3)),
          .proposed_at = row.instant(4),
          .ended = format::enum_from<policy::ProposalEnd>(row.text(5)),
          .ended_at = row.maybe_instant(6),
          .ended_reason = row.string(7)};
}

Result<Proposal> with_voices(Database& db, Proposal proposal) {
  proposal.voices = TRY(query(
      db,
      "SELECT lower(hex(v.account)), coalesce(p.name, hex(v.account)), v.voice, v.role, v.comment, "
      "v.said_at, "
      "v.entry FROM policy_voice v LEFT JOIN account p ON p.id=v.account WHERE v.proposal=$1 ORDER BY "
      "v.entry",
      [](const Row& row) {
        return policy::Voiced{.account = row.string(0),
                              .actor = row.string(1),
                              .voice = *format::enum_from<policy::Voice>(row.text(2)),
                              .role = row.string(3),
                              .comment = row.string(4),
                              .at = row.instant(5),
                              .entry = row.integer(6)};
      },
      proposal.id));
  return proposal;
}

ProposalState state_of(const std::optional<policy::ProposalEnd>& ended) {
  if (!ended) return ProposalState::open;
  return *format::enum_from<ProposalState>(format::name_of(*ended));
}

}  // namespace

ProposalView view_of(Proposal proposal) {
  ProposalView view{.state = state_of(proposal.ended)};
  if (!proposal.ended) view.open_roles = policy::open_roles(proposal);
  if (proposal.proposed.group) view.group = ProposedGroup{*proposal.proposed.group};
  view.title = policy::title_of(proposal.proposed);
  if (proposal.ended == policy::ProposalEnd::in_force && proposal.proposed.digest)
    view.version = proposal.proposed.base_version + 1;
  for (const policy::Voiced& each : proposal.voices) view.voices.push_back({each});
  view.proposal = std::move(proposal);
  return view;
}

Result<std::vector<Proposal>> list_proposals(Database& db, const ProposalFilter& filter) {
  const std::string ended = filter.state == "open" ? "" : filter.state;
  auto all = TRY(query(
      db,
      fmt::format("SELECT {} FROM {} WHERE ($1='' OR q.policy=$2) AND ($3='' OR q.ended=$4) AND q.entry<$5 "
                  "ORDER BY q.entry DESC LIMIT $6",
                  proposal_columns, proposal_tables),
      proposal_row, filter.policy, filter.policy, filter.state, ended, filter.before, filter.limit));
  for (Proposal& each : all) each = TRY(with_voices(db, std::move(each)));
  return all;
}

Result<std::optional<Proposal>> find_proposal(Database& db, std::int64_t id) {
  auto found = TRY(query_one(
      db, fmt::format("SELECT {}, q.source FROM {} WHERE q.entry=$1", proposal_columns, proposal_tables),
      [](const Row& row) {
        Proposal proposal = proposal_row(row);
        proposal.proposed.source = row.string(8);
        return proposal;
      },
      id));
  if (found) found = TRY(with_voices(db, std::move(*found)));
  return found;
}

Result<std::vector<std::int64_t>> open_proposals_of(Database& db, std::string_view policy) {
  return query(
      db, "SELECT entry FROM policy_proposal WHERE policy=$1 AND ended='' ORDER BY entry",
      [](const Row& row) { return row.integer(0); }, policy);
}

Result<PolicyRolesView> find_policy_roles(Database& db) {
  auto found = TRY(query_one(
      db,
      "SELECT r.roles, coalesce(p.name, hex(r.actor)), r.named_at, r.entry FROM policy_roles r LEFT JOIN "
      "account p ON p.id=r.actor WHERE r.one=1",
      [](const Row& row) {
        return PolicyRolesView{.roles = read_stored<std::vector<std::string>>(row.text(0)),
                               .actor = row.string(1),
                               .named_at = row.instant(2),
                               .entry = row.integer(3)};
      }));
  return found.value_or(PolicyRolesView());
}

}  // namespace weir::store
