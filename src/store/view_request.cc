#include "store/view_request.h"

#include "store/stored.h"

namespace weir::store {
namespace {

using deploy::RequestedApproval;

constexpr std::string_view request_columns =
    "q.entry, q.asked, coalesce(r.name, ''), lower(hex(q.account)), coalesce(p.name, hex(q.account)), "
    "q.requested_at, q.ended, q.ended_at, coalesce(q.ended_note, ''), q.approval";
constexpr std::string_view request_tables =
    "approval_request q LEFT JOIN artifact r ON r.digest=q.artifact LEFT JOIN account p ON p.id=q.account";

RequestedApproval request_row(const Row& row) {
  return {.id = row.integer(0),
          .asked = read_stored<deploy::ApprovalRequested>(row.text(1)),
          .artifact_name = row.string(2),
          .account = row.string(3),
          .requester = row.string(4),
          .requested_at = row.instant(5),
          .ended = format::enum_from<deploy::RequestEnding>(row.text(6)),
          .ended_at = row.maybe_instant(7),
          .ended_note = row.string(8),
          .approval = row.maybe_integer(9)};
}

Result<RequestedApproval> with_ballots(Database& db, RequestedApproval request) {
  request.ballots = TRY(query(
      db,
      "SELECT v.entry, lower(hex(v.account)), coalesce(p.name, hex(v.account)), v.vote, v.note, "
      "v.voter_groups, "
      "v.voted_at FROM approval_vote v LEFT JOIN account p ON p.id=v.account WHERE v.request=$1 ORDER BY "
      "v.entry",
      [](const Row& row) {
        return deploy::Ballot{.entry = row.integer(0),
                              .account = row.string(1),
                              .actor = row.string(2),
                              .vote = *format::enum_from<deploy::Vote>(row.text(3)),
                              .note = row.string(4),
                              .groups = read_stored<std::vector<std::string>>(row.text(5)),
                              .at = row.instant(6)};
      },
      request.id));
  return request;
}

}  // namespace

RequestedApprovalView view_of(RequestedApproval request, Instant now) {
  RequestedApprovalView view{.state = deploy::state_at(request, now),
                             .needed = deploy::consents_needed(request.asked)};
  for (const deploy::Ballot& ballot : request.ballots) view.votes.push_back({ballot});
  view.request = std::move(request);
  return view;
}

Result<std::vector<RequestedApproval>> list_requests(Database& db, const RequestFilter& filter) {
  auto all = TRY(query(
      db,
      fmt::format("SELECT {} FROM {} WHERE ($1='' OR q.environment=$2) AND ($3 IS NULL OR q.artifact=$4) AND "
                  "q.entry<$5 ORDER BY q.entry DESC LIMIT $6",
                  request_columns, request_tables),
      request_row, filter.environment, filter.environment, filter.artifact, filter.artifact, filter.before,
      filter.limit));
  for (RequestedApproval& each : all) each = TRY(with_ballots(db, std::move(each)));
  return all;
}

Result<std::optional<RequestedApproval>> find_request(Database& db, std::int64_t id) {
  auto found =
      TRY(query_one(db, fmt::format("SELECT {} FROM {} WHERE q.entry=$1", request_columns, request_tables),
                    request_row, id));
  if (found) found = TRY(with_ballots(db, std::move(*found)));
  return found;
}

Result<std::vector<std::int64_t>> requests_due(Database& db, Instant now) {
  return query(
      db, "SELECT entry FROM approval_request WHERE ended='' AND expires_at<=$1 ORDER BY expires_at LIMIT 1000",
      [](const Row& row) { return row.integer(0); }, now);
}

Result<Reviewed> reviewed_source(Database& db, const Sha256& artifact) {
  Reviewed reviewed;
  const auto commit = TRY(query_one(
      db,
      "SELECT coalesce(nullif(a.commit_id, ''), t.commit_id, '') FROM artifact a LEFT JOIN trail t ON "
      "t.flow=a.flow "
      "AND t.name=a.trail WHERE a.digest=$1",
      [](const Row& row) { return row.string(0); }, artifact));
  reviewed.commit = commit.value_or("");
  const auto review = TRY(query_one(
      db,
      "SELECT summary FROM (SELECT entry, summary FROM attestation WHERE type='review' AND artifact=$1 UNION "
      "ALL SELECT t.entry, t.summary FROM artifact a JOIN attestation t ON t.flow=a.flow AND t.trail=a.trail "
      "WHERE a.digest=$2 AND t.type='review' AND t.artifact IS NULL) ORDER BY entry DESC LIMIT 1",
      [](const Row& row) { return row.string(0); }, artifact, artifact));
  if (review) reviewed.tree = read_stored<format::Json>(*review).text("tree");
  return reviewed;
}

}  // namespace weir::store
