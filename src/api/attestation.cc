#include "api/attestation.h"

#include "access/reach.h"
#include "api/artifact_scope.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "base/name.h"
#include "base/suggest.h"
#include "evidence/predicate_bounds.h"
#include "evidence/recognise.h"
#include "evidence/schema.h"
#include "evidence/statement.h"
#include "evidence/type_rule.h"
#include "store/view_record.h"
#include "store/view_signing_key.h"
#include "vuln/vex_attested.h"

namespace weir::api {
namespace {

using evidence::AttestationRecorded;
using evidence::AttestationTypeDeclared;
using sequencer::Decision;

constexpr std::string_view custom_prefix = "custom:";

// `read`: the verdict is read out of the evidence, which must be there; `said`: where the evidence does not decide, the
// sender may.
enum class Verdict { read, said };
struct TypeRow {
  std::string_view name;
  Verdict verdict;
};
constexpr std::array type_table{
    TypeRow{"test", Verdict::read},       TypeRow{"scan", Verdict::read},    TypeRow{"sbom", Verdict::read},
    TypeRow{"provenance", Verdict::read}, TypeRow{"vex", Verdict::read},     TypeRow{"review", Verdict::said},
    TypeRow{"ticket", Verdict::said},     TypeRow{"generic", Verdict::said}, TypeRow{"custom", Verdict::said},
};

Result<TypeRow> row_of_type(std::string_view type) {
  if (type.starts_with(custom_prefix)) {
    TRY(check_name(type.substr(custom_prefix.size()), "type"));
    return type_table.back();
  }
  for (const TypeRow& row : type_table)
    if (row.name == type && type != "custom") return row;
  return invalid(
      "'type' must be one of test, scan, sbom, provenance, vex, review, ticket, generic, custom:NAME",
      "type");
}

Error undeclared_type(const std::string& name, const std::string& field) {
  return {
      Errc::not_found,
      fmt::format("attestation type '{}' does not exist; declare it with `weir attestation-type create {} "
                  "--schema FILE`",
                  name, name),
      field};
}

Status check(const AttestationRecorded& record) {
  TRY(check_name(record.flow, "flow"));
  TRY(check_name(record.trail, "trail"));
  TRY(check_title(record.name, "name"));
  TRY(check_text(record.description, "description"));
  TRY(check_text(record.url, "url"));
  if (!record.media_type.empty()) TRY(check_title(record.media_type, "media_type"));
  return {};
}

// What the evidence says: of a custom type by its schema as it is declared now, of the others by their parsers.
Result<evidence::Summary> summarise(const Call& call, const AttestationRecorded& record, BytesView content) {
  if (record.type == "vex") return vuln::summarise_vex(content);
  if (!std::string_view(record.type).starts_with(custom_prefix))
    return evidence::summarise(record.type, content);
  const std::string name = record.type.substr(custom_prefix.size());
  const auto db = TRY(call.ports.open_reader());
  const auto type = TRY(store::find_attestation_type(*db, name));
  if (!type) return undeclared_type(name, "");
  const auto schema = TRY(evidence::Schema::read(type->type.schema));
  auto statement = evidence::read_statement(content);
  if (!statement.ok() || statement->signatures == 0)
    return evidence::summarise_custom(schema, content, type->type.rule);
  // What was signed is what a signed statement says of its subjects.
  auto summary = TRY(evidence::summarise_custom(schema, dump(statement->predicate), type->type.rule));
  summary.subjects = std::move(statement->subjects);
  summary.facts.set("signatures", statement->signatures);
  summary.facts.set("predicate_type", evidence::fact_text(statement->predicate_type));
  return summary;
}

// Where the verdict is read out of a statement, and nothing of it is the sender's word.
bool reads_statements(std::string_view type) {
  return type == "provenance" || type == "sbom" || type == "vex" || type.starts_with(custom_prefix);
}

// Whether a statement says what the attestation's type says. Of provenance and bills their parsers have seen to it.
Result<bool> is_of_type(store::Database& db, const AttestationRecorded& record, BytesView content) {
  if (record.type == "vex") {
    const auto format = evidence::recognise(content);
    return format == evidence::EvidenceFormat::vex || format == evidence::EvidenceFormat::cyclonedx;
  }
  if (!std::string_view(record.type).starts_with(custom_prefix)) return true;
  const auto type = TRY(store::find_attestation_type(db, record.type.substr(custom_prefix.size())));
  const auto statement = TRY(evidence::read_statement(content));
  return type && !type->type.predicate_type.empty() && statement.predicate_type == type->type.predicate_type;
}

// Who signed the evidence, as far as keys of this moment say. A signature binds the statement to the digests it names:
// without an artifact to hold them against, or without such digests, it says nothing about this attestation.
Status verify(const Call& call, AttestationRecorded& record, const evidence::Summary& summary, BytesView content) {
  if (!reads_statements(record.type) || content.find("\"payload") == BytesView::npos) return {};
  const auto db = TRY(call.ports.open_reader());
  const auto keys = TRY(store::signing_keys_in_force(*db));
  auto verified = evidence::verify_statement(content, keys, record.flow);
  if (!verified.ok()) return verified.error();
  record.signature = verified->signature;
  record.signer = std::move(verified->signer);
  if (!record.signer) return {};
  if (!record.artifact || summary.subjects.empty() || !TRY(is_of_type(*db, record, content))) {
    record.signature = evidence::Signature::unbound;
    record.signer.reset();
  }
  return {};
}

// A key that was removed while the evidence was on its way vouches for nothing.
Status check_signer(store::Database& db, AttestationRecorded& record) {
  if (!record.signer || TRY(store::is_key_in_force(db, record.signer->declared))) return {};
  record.signature = evidence::Signature::unknown_key;
  record.signer.reset();
  return {};
}

bool is_large(const format::Json& predicate) {
  return !predicate.is_null() && (evidence::depth_of(predicate) > evidence::predicate_depth_max ||
                                  dump(predicate).size() > evidence::predicate_bytes_max);
}

// Evidence that says what it is about must be about this artifact: itself, or a digest of its identity.
Status check_subjects(store::Database& db, const Evidence& evidence) {
  if (evidence.subjects.empty() || !evidence.record.artifact) return {};
  for (const Sha256& subject : evidence.subjects) {
    if (subject == *evidence.record.artifact) return {};
    const std::int64_t known = TRY(query_count(db, "SELECT count(*) FROM identity WHERE child=$1 AND root=$2",
                                               subject, evidence.record.artifact));
    if (known > 0) return {};
  }
  return invalid(
      fmt::format("the evidence is about {}, not about this artifact", to_string(evidence.subjects.front())),
      "artifact");
}

// On the way of every write: nothing but lookups by primary key.
Result<std::string> artifact_name(store::Database& db, const AttestationRecorded& record) {
  if (!TRY(store::trail_exists(db, record.flow, record.trail)))
    return not_found(
        fmt::format("trail '{}' of flow '{}' does not exist; begin it with `weir trail begin {} --flow {}`",
                    record.trail, record.flow, record.trail, record.flow));
  if (!record.artifact) return std::string();
  std::string name = TRY(store::artifact_name_on_trail(db, record.flow, record.trail, *record.artifact));
  if (name.empty() && !TRY(store::artifact_exists(db, *record.artifact)))
    return not_found(fmt::format(
        "artifact {} is not recorded; record it with `weir attest artifact {} --flow {} --trail {} "
        "--name NAME`",
        to_string(*record.artifact), to_string(*record.artifact), record.flow, record.trail));
  return name;
}

evidence::Signature shown(evidence::Signature found) {
  return found == evidence::Signature::none ? evidence::Signature::unsigned_ : found;
}

std::string attestation_json(const AttestationRecorded& record, const std::string& actor,
                             const sequencer::Appended& at) {
  return format::encode(store::AttestationView{.entry = at.index,
                                               .flow = record.flow,
                                               .trail = record.trail,
                                               .name = record.name,
                                               .type = record.type,
                                               .artifact = record.artifact,
                                               .compliant = record.compliant,
                                               .summary = record.summary,
                                               .description = record.description,
                                               .url = record.url,
                                               .media_type = record.media_type,
                                               .signature = shown(record.signature),
                                               .signer = record.signer,
                                               .content_digest = record.content,
                                               .content_size = record.content_size,
                                               .recorded_at = at.at,
                                               .actor = actor});
}

}  // namespace

Status check_type_exists(store::Database& db, const std::string& type, const std::string& field) {
  if (std::string_view(type).starts_with(custom_prefix)) {
    const std::string name = type.substr(custom_prefix.size());
    return TRY(store::find_attestation_type(db, name)) ? Status() : undeclared_type(name, field);
  }
  if (row_of_type(type).ok()) return {};
  std::vector<std::string> known;
  for (const TypeRow& row : type_table)
    if (row.name != "custom") known.emplace_back(row.name);
  for (const auto& own : TRY(store::list_attestation_types(db)))
    known.push_back(std::string(custom_prefix) + own.type.name);
  return invalid(fmt::format("nothing can be attested of type '{}'; there are {}{}", type,
                             fmt::join(known, ", "), did_you_mean(type, known)),
                 field);
}

Result<Evidence> read_evidence(const Call& call, AttestationRecorded record, Bytes content) {
  const TypeRow row = TRY(row_of_type(record.type));
  if (record.compliant && row.verdict == Verdict::read)
    return invalid(
        fmt::format("'compliant' of a {} is read out of its evidence and can't be given", row.name),
        "compliant");
  if (content.empty() && !record.predicate.is_null() && (row.name == "custom" || is_large(record.predicate))) {
    content = dump(std::exchange(record.predicate, {}));
    record.media_type = "application/json";
  }
  if (content.empty() && (row.verdict == Verdict::read || row.name == "custom"))
    return invalid(fmt::format("evidence of type '{}' is a file: 'content' is missing", record.type),
                   "content");
  if (is_large(record.predicate))
    return Error{Errc::too_large,
                 fmt::format("'predicate' has more than {} bytes or {} levels; send it as 'content'",
                             evidence::predicate_bytes_max, evidence::predicate_depth_max),
                 "predicate"};
  Evidence evidence;
  if (!content.empty()) {
    evidence::Summary summary = TRY(summarise(call, record, content));
    TRY(verify(call, record, summary, content));
    record.summary = std::move(summary.facts);
    if (summary.compliant) record.compliant = summary.compliant;
    evidence.subjects = std::move(summary.subjects);
    record.content = TRY(call.ports.blobs->put(content));
    record.content_size = static_cast<std::int64_t>(content.size());
  }
  evidence.record = std::move(record);
  return evidence;
}

bool has_content(const http::Request& request) {
  const auto holds = [&](std::string_view text) { return request.body.find(text) != std::string::npos; };
  return holds("content") || holds("predicate") || holds(custom_prefix) || holds("\\");
}

Result<Write> record_attestation(const Call& call) {
  auto request = TRY(body_of<AttestationRequest>(call.request));
  TRY(check(request.record));
  TRY(access::check_flow_scope(call.actor, request.record.flow));
  Bytes content;
  if (request.content) {
    auto decoded = decode_base64(*request.content);
    if (!decoded)
      return invalid(fmt::format("'content' is not base64: {}", decoded.error().message), "content");
    content = std::move(*decoded);
  }
  Evidence read = TRY(read_evidence(call, std::move(request.record), std::move(content)));
  const auto evidence = std::make_shared<Evidence>(std::move(read));
  return Write{[evidence, by = call.actor](store::Database& db, Instant) -> Result<Decision> {
    AttestationRecorded& record = evidence->record;
    record.artifact_name = TRY(artifact_name(db, record));
    // Statements about flaws silence alarms, and of no artifact those of all.
    if (record.artifact || record.type == "vex") TRY(check_artifact_scope(db, by, record.artifact));
    TRY(check_subjects(db, *evidence));
    TRY(check_signer(db, record));
    return Decision{.events = {record}, .answer = [evidence, actor = by.name](auto appended) {
                      return attestation_json(evidence->record, actor, appended[0]);
                    }};
  }};
}

Result<http::Response> list_attestations(const ReadCall& call) {
  store::Page page;
  page.limit = TRY(limit_of(call.request));
  page.before = TRY(cursor_of(call.request));
  store::AttestationFilter filter{.flow = text_of(call.request, "flow"),
                                  .trail = text_of(call.request, "trail")};
  filter.artifact = TRY(digest_of(call.request, "artifact"));
  const auto attestations = TRY(store::list_attestations(call.db, filter, page));
  const bool full = attestations.size() == static_cast<std::size_t>(page.limit);
  return list_response("attestations", attestations, full ? std::to_string(attestations.back().entry) : "");
}

Result<http::Response> attestation_content(const ReadCall& call) {
  const std::int64_t entry = TRY(id_of(call.request, "entry"));
  const auto attestation = TRY(store::find_attestation(call.db, entry));
  if (!attestation) return not_found(fmt::format("entry {} is no attestation", entry));
  if (!attestation->content_digest) return not_found(fmt::format("attestation {} has no file", entry));
  // Somebody else's bytes: a browser may save them, and neither show nor run them here.
  Bytes body = TRY(call.ports.blobs->read(*attestation->content_digest));
  return http::Response{
      .body = std::move(body),
      .content_type = attestation->media_type.empty() ? "application/octet-stream" : attestation->media_type,
      .headers = {{"content-disposition", fmt::format("attachment; filename=\"attestation-{}\"", entry)},
                  {"x-content-type-options", "nosniff"},
                  {"content-security-policy", "sandbox; default-src 'none'"}}};
}

Result<Write> declare_attestation_type(const Call& call) {
  const auto request = TRY(body_of<AttestationTypeDeclared>(call.request));
  const std::string name(call.request.parameter("name"));
  if (!request.name.empty() && request.name != name)
    return invalid("'name' differs from the name in the address", "name");
  TRY(check_name(name, "name"));
  TRY(access::check_unnarrowed(call.actor, "attestation types"));
  TRY(check_text(request.description, "description"));
  TRY(evidence::Schema::read(request.schema));
  if (!request.rule.empty()) TRY(evidence::TypeRule::read(request.rule));
  if (!request.predicate_type.empty()) TRY(check_title(request.predicate_type, "predicate_type"));
  AttestationTypeDeclared declared = request;
  declared.name = name;
  return Write{[declared](store::Database& db, Instant) -> Result<Decision> {
    const auto known = TRY(store::find_attestation_type(db, declared.name));
    if (known && format::encode(known->type) == format::encode(declared))
      return Decision{.answer = [known](auto) { return format::encode(*known); }};
    return Decision{.events = {declared}, .answer = [declared](auto appended) {
                      return format::encode(store::AttestationTypeView{declared, appended[0].index});
                    }};
  }};
}

Result<http::Response> list_attestation_types(const ReadCall& call) {
  return whole_list_response(call.request, "attestation-types", TRY(store::list_attestation_types(call.db)));
}

}  // namespace weir::api
