#include "api/reports.h"

#include <algorithm>

#include "api/inventory_claims.h"
#include "api/reporter_alerts.h"
#include "api/routes.h"
#include "base/name.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "runtime/answer_to_reporter.h"
#include "store/view_access.h"
#include "store/view_alert.h"
#include "store/view_inventory.h"
#include "store/view_runtime.h"

namespace weir::api {
namespace {

using runtime::ReporterFault;
using store::ReporterChain;

struct Signed {
  std::string id;
  Bytes signature;
};

Result<Signed> signature_of(const http::Request& request) {
  const auto signature = request.header("weir-signature");
  if (!signature)
    return Error{Errc::unauthenticated, "the header Weir-Signature is missing", "Weir-Signature"};
  auto bytes = decode_base64(*signature);
  if (!bytes.ok()) return Error{Errc::unauthenticated, "Weir-Signature is not base64", "Weir-Signature"};
  return Signed{std::string(request.header("weir-reporter").value_or("")), std::move(*bytes)};
}

Result<ReporterChain> recognise(store::Database& db, const http::Request& request) {
  const Signed claim = TRY(signature_of(request));
  auto reporter = TRY(store::find_reporter(db, claim.id));
  if (!reporter || !crypto::verify_ed25519(reporter->public_key, request.body, claim.signature))
    return Error{Errc::unauthenticated,
                 "this reporter is not enrolled here, or its signature is wrong; enrol it with a join token"};
  return *reporter;
}

Result<bool> allows_arguments(store::Database& db, const std::string& environment) {
  const std::int64_t found = TRY(store::query_count(
      db, "SELECT count(*) FROM environment WHERE name=$1 AND arguments<>0", environment));
  return found > 0;
}

// What stands in a report stays in the ledger, so it is refused whole; its agent says it again without them.
Status check_arguments(store::Database& db, const ReporterChain& chain, const runtime::Report& report) {
  const bool has_some = std::any_of(report.started.begin(), report.started.end(),
                                    [](const runtime::Instance& instance) { return !instance.arguments.empty(); });
  const bool allowed = TRY(allows_arguments(db, chain.environment));
  if (!has_some || allowed) return {};
  return invalid(fmt::format("'{}' does not allow arguments of processes in reports; send them while an answer says "
                             "'arguments', or allow them: weir env create {} --arguments true",
                             chain.environment, chain.environment),
                 "started.arguments");
}

Result<runtime::AnswerToReporter> answer_for(store::Database& db, const std::string& reporter, Instant now) {
  const auto chain = TRY(store::find_reporter(db, reporter));
  if (!chain) return not_found("this reporter is not enrolled here");
  runtime::AnswerToReporter answer{{.expected_sequence = chain->sequence + 1,
                                    .previous = chain->previous,
                                    .send_full = chain->reports == 0 || chain->next_part == 0,
                                    .server_time = now,
                                    .scope_version = chain->scope_version}};
  const bool has_inventory = TRY(store::has_inventory(db, reporter));
  answer.send_inventory = !has_inventory;
  answer.arguments = TRY(allows_arguments(db, chain->environment));
  for (store::ScopeView& scope : TRY(store::list_scopes(db, chain->environment)))
    if (!scope.rule.expires_at || *scope.rule.expires_at > now)
      answer.scopes.push_back(std::move(scope.rule));
  return answer;
}

// How a report fails to follow the one before.
std::optional<std::pair<ReporterFault, std::string>> fault_of(const ReporterChain& chain,
                                                              const runtime::Report& report) {
  if (chain.reports == 0) return std::nullopt;
  const bool same_run = report.incarnation == chain.incarnation;
  if (same_run && report.sequence == chain.sequence)
    return std::pair(ReporterFault::replay, fmt::format("sequence {} came again", report.sequence));
  if (same_run && report.sequence < chain.sequence)
    return std::pair(ReporterFault::backwards,
                     fmt::format("sequence {} after {}", report.sequence, chain.sequence));
  if (report.previous != chain.previous && report.sequence == 1)
    return std::pair(ReporterFault::backwards, "a new run does not continue from the last accepted report");
  if (report.previous != chain.previous || (same_run && report.sequence > chain.sequence + 1))
    return std::pair(ReporterFault::gap,
                     fmt::format("sequence {} after {}", report.sequence, chain.sequence));
  return std::nullopt;
}

alert::Cause cause_of(ReporterFault fault) {
  if (fault == ReporterFault::replay) return alert::Cause::reporter_replay;
  return fault == ReporterFault::gap ? alert::Cause::reporter_gap : alert::Cause::reporter_backwards;
}

Result<sequencer::Decision> faulted(store::Database& db, const ReporterChain& chain, ReporterFault fault,
                                    const std::string& detail) {
  const alert::CauseRow& row = alert::row_of(cause_of(fault));
  const std::string subject = fmt::format("reporter {}", chain.id);
  const std::string key = fmt::format("{} {}", row.name, subject);
  sequencer::Decision decision;
  if (chain.fault == format::name_of(fault)) return decision;  // already known; refusals are not entries
  decision.events.push_back(runtime::ReporterFaulted{chain.id, fault, detail});
  if (!TRY(store::find_open_alert(db, key)))
    decision.events.push_back(
        alert::AlertOpened{.key = key,
                           .cause = std::string(row.name),
                           .severity = row.severity,
                           .title = fmt::format("Reporter {}: {}", chain.host, row.name),
                           .why = detail,
                           .remedy = std::string(row.remedy),
                           .subject = subject,
                           .origin = {.environment = chain.environment, .host = chain.host},
                           .incident = subject});
  return decision;
}

// An accepted report ends the conditions that a next report heals. Replays stay until acknowledged.
Status heal(store::Database& db, const ReporterChain& chain, std::vector<store::Event>& events) {
  auto ending = TRY(passing_alerts_of(db, chain.id));
  if (!ending.empty())
    events.push_back(alert::AlertsResolved{std::move(ending), "the reporter reports again"});
  return {};
}

Status check_report(const runtime::Report& report, const ReporterChain& chain, Instant now) {
  if (report.version != 1)
    return invalid(fmt::format("report version {} is not known here", report.version), "version");
  if (report.environment != chain.environment)
    return invalid("the report names another environment", "environment");
  TRY(check_title(report.host, "host"));
  const bool parts_fit = report.part >= 0 && (report.parts == 0 || report.parts == report.part);
  if (!parts_fit || (report.part > 0 && !report.full))
    return invalid("'part' counts the parts of a full report from 1, and only the last one says 'parts'",
                   "part");
  TRY(check_claims(report, now));
  TRY(runtime::check(report.exposures));
  const auto skew = std::abs(report.sent_at.micros - now.micros);
  if (skew > limits::clock_skew_max.micros)
    return invalid(fmt::format("the reporter's clock is {} s off; set it", skew / 1'000'000), "sent_at");
  for (const runtime::Instance& instance : report.started) {
    TRY(check_title(instance.id, "started.id"));
    if (instance.name.empty() || instance.name.size() > limits::text_bytes_max)
      return invalid("'started.name' has 1 to 4096 bytes", "started.name");
    if (instance.digests.size() > limits::leaf_subjects_max)
      return invalid("too many digests", "started.digests");
    if (instance.ended_at && *instance.ended_at < instance.started_at)
      return invalid("it ended before it started", "started.ended_at");
  }
  return {};
}

struct ReportFate {
  Claims claims;
  bool accepted = false;
};

// What is known already is no news: an agent says all of it again when it starts.
Status add_inventories(store::Database& db, const Claims& claims, std::vector<store::Event>& events) {
  for (const runtime::HostInventoryTaken& taken : claims.whole)
    if (!TRY(store::is_known(db, taken))) events.push_back(taken);
  return {};
}

Result<sequencer::Decision> decide_report(store::Database& db, const http::Request& request,
                                          const runtime::Report& report, const std::string& reporter,
                                          ReportFate& fate) {
  const auto chain = TRY(store::find_reporter(db, reporter));
  if (!chain) return not_found("this reporter is not enrolled here");
  // The very bytes that were accepted last: their answer was lost. Nothing is recorded again.
  if (chain->reports > 0 && chain->previous == crypto::sha256(request.body)) {
    fate.accepted = true;
    return sequencer::Decision();
  }
  TRY(check_arguments(db, *chain, report));
  if (const auto fault = fault_of(*chain, report)) return faulted(db, *chain, fault->first, fault->second);
  fate.accepted = true;
  sequencer::Decision decision;
  decision.events.push_back(
      runtime::ReportAccepted{reporter, std::string(*request.header("weir-signature")), request.body});
  TRY(heal(db, *chain, decision.events));
  TRY(add_inventories(db, fate.claims, decision.events));
  return decision;
}

// With the receipt of what was recorded, where something was.
http::Response answered(const runtime::AnswerToReporter& answer, const sequencer::Outcome& outcome,
                        int status) {
  std::string body = format::encode(answer);
  if (outcome.receipt) {
    body.pop_back();
    body += ",\"receipt\":" + encode_receipt(*outcome.receipt) + "}";
  }
  return json_response(std::move(body), status);
}

Result<http::Response> receive_report(const http::Request& request, const Ports& ports, store::Database& db,
                                      Instant now) {
  const ReporterChain chain = TRY(recognise(db, request));
  auto report = std::make_shared<runtime::Report>(TRY(format::decode_text<runtime::Report>(request.body)));
  TRY(check_report(*report, chain, now));
  auto fate = std::make_shared<ReportFate>();
  fate->claims = TRY(claims_of(ports, chain, *report));
  const auto outcome = TRY(ports.sequencer.submit_and_wait(
      {.actor = chain.actor,
       .idempotency = {},
       .decide = [&request, report, fate, id = chain.id](
                     store::Database& tables,
                     Instant) { return decide_report(tables, request, *report, id, *fate); },
       .done = {}}));
  runtime::AnswerToReporter answer = TRY(answer_for(db, chain.id, now));
  answer.send_inventory |= fate->claims.lacking;
  return answered(answer, outcome, fate->accepted ? 200 : 409);
}

Result<http::Response> receive_document(const http::Request& request, const Ports& ports, store::Database& db,
                                        Instant now) {
  const ReporterChain chain = TRY(recognise(db, request));
  TRY(keep_inventory_document(ports, request.body));
  return record_response(TRY(answer_for(db, chain.id, now)));
}

// A heartbeat counts when the reporter signed it after all it said before: one that was recorded and is sent again
// keeps nobody alive. A reporter whose clock was set back is asked for a full report, and counts from that on.
Result<bool> is_said_later(store::Database& db, const std::string& reporter, Instant sent_at) {
  const auto chain = TRY(store::find_reporter(db, reporter));
  const auto said = TRY(query_one(
      db, "SELECT sent_at FROM heartbeat_said WHERE reporter=$1",
      [](const store::Row& row) { return row.instant(0); }, reporter));
  return chain && sent_at >= chain->sent_at && (!said || sent_at > *said);
}

Status keep_heartbeat(store::Database& db, const std::string& reporter, Instant at, Instant sent_at) {
  TRY(execute(
      db,
      "INSERT INTO heartbeat_said (reporter, sent_at) VALUES ($1,$2) ON CONFLICT (reporter) DO UPDATE SET "
      "sent_at=excluded.sent_at",
      reporter, sent_at));
  return execute(
      db,
      "INSERT INTO heartbeat (reporter, seen_at) VALUES ($1,$2) ON CONFLICT (reporter) DO UPDATE SET "
      "seen_at=excluded.seen_at",
      reporter, at);
}

Result<http::Response> receive_heartbeat(const http::Request& request, const Ports& ports,
                                         store::Database& db, Instant now) {
  const ReporterChain chain = TRY(recognise(db, request));
  const auto heartbeat = TRY(format::decode_text<runtime::Heartbeat>(request.body));
  auto is_news = std::make_shared<bool>(false);
  TRY(ports.sequencer.submit_and_wait(
      {.actor = chain.actor,
       .idempotency = {},
       .decide = [id = chain.id, sent_at = heartbeat.sent_at, is_news](
                     store::Database& tables, Instant at) -> Result<sequencer::Decision> {
         *is_news = TRY(is_said_later(tables, id, sent_at));
         if (!*is_news) return sequencer::Decision{};
         return sequencer::Decision{
             .keep = [id, at, sent_at](store::Database& db) { return keep_heartbeat(db, id, at, sent_at); }};
       },
       .done = {}}));
  runtime::AnswerToReporter answer = TRY(answer_for(db, chain.id, now));
  answer.send_full |= heartbeat.incarnation != chain.incarnation || heartbeat.sequence != chain.sequence;
  answer.send_full |= !*is_news;
  answer.send_full |=
      chain.next_part.has_value();  // it has nothing more to say, and the full report is not whole
  return record_response(answer);
}

Status check_join_token(store::Database& db, const runtime::Enrolment& enrolment, Instant now) {
  const std::string secret = enrolment.token.substr(0, enrolment.token.find('.'));
  const auto environment = TRY(store::environment_of_join_token(db, crypto::sha256(secret), now));
  if (environment && *environment == enrolment.environment) return {};
  return Error{Errc::unauthenticated,
               "this join token is unknown, expired, revoked, or for another environment"};
}

Status check_takes_key(const std::optional<ReporterChain>& known, const runtime::Enrolment& enrolment) {
  if (!known || known->environment == enrolment.environment) return {};
  return Error{Errc::conflict,
               fmt::format("this key already reports for '{}'; give the agent a state directory of its own",
                           known->environment)};
}

// A key that nobody had seen, or one that goes by another host's name from here on.
Result<sequencer::Decision> decide_enrolment(store::Database& db, const runtime::Enrolment& enrolment,
                                             const std::string& id) {
  if (TRY(store::was_removed(db, id)))
    return Error{
        Errc::conflict,
        "this reporter was removed and its key is not taken again; to watch this host anew, stop the "
        "agent, delete its state directory (--state), and start it with a join token"};
  const auto known = TRY(store::find_reporter(db, id));
  TRY(check_takes_key(known, enrolment));
  if (known && known->host == enrolment.host) return sequencer::Decision{};
  const runtime::ReporterEnrolled enrolled{
      .id = id,
      .actor = known ? encode_hex(known->actor.view()) : crypto::random_hex(16),
      .environment = enrolment.environment,
      .host = enrolment.host,
      .public_key = enrolment.public_key};
  sequencer::Decision decision{.events = {enrolled}};
  if (auto alarm = TRY(second_key_alert(db, enrolled))) decision.events.push_back(std::move(*alarm));
  return decision;
}

// A stranger who has no token is turned away before the sequencer hears of him; the token is looked at again there.
Result<http::Response> receive_enrolment(const http::Request& request, const Ports& ports,
                                         store::Database& db, Instant now) {
  const Signed claim = TRY(signature_of(request));
  const auto enrolment = TRY(format::decode_text<runtime::Enrolment>(request.body));
  TRY(check_name(enrolment.environment, "environment"));
  TRY(check_title(enrolment.host, "host"));
  const Bytes key = TRY(decode_base64(enrolment.public_key));
  if (!crypto::verify_ed25519(key, request.body, claim.signature))
    return Error{Errc::unauthenticated, "the enrolment is not signed by the key it names"};
  const std::string id = to_hex(crypto::sha256(key));
  TRY(check_join_token(db, enrolment, now));
  const auto outcome = TRY(ports.sequencer.submit_and_wait(
      {.actor = ports.server_actor,
       .idempotency = {},
       .decide = [&, id](store::Database& tables, Instant at) -> Result<sequencer::Decision> {
         TRY(check_join_token(tables, enrolment, at));
         return decide_enrolment(tables, enrolment, id);
       },
       .done = {}}));
  auto reader = TRY(ports.open_reader());
  const runtime::AnswerToReporter answer = TRY(answer_for(*reader, id, ports.clock->now()));
  return answered(answer, outcome, 201);
}

}  // namespace

http::Response receive(std::string_view pattern, const http::Request& request, const Ports& ports,
                       store::Database& db, Instant now) {
  const auto handler = pattern.ends_with("/reports")      ? receive_report
                       : pattern.ends_with("/heartbeats") ? receive_heartbeat
                       : pattern.ends_with("/inventories") ? receive_document
                                                           : receive_enrolment;
  auto response = handler(request, ports, db, now);
  if (!response.ok() && response.error().code == Errc::corrupt)
    ports.sequencer.stop_writes(response.error().message);
  return response.ok() ? std::move(*response) : http::error_response(response.error());
}

}  // namespace weir::api
