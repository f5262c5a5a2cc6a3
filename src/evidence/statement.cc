#include "evidence/statement.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "evidence/document.h"
#include "format/dsse.h"

namespace weir::evidence {
namespace {

using format::Json;

constexpr std::string_view statement_type = "https://in-toto.io/Statement/";
constexpr std::string_view payload_type = "application/vnd.in-toto+json";
constexpr std::string_view slsa = "https://slsa.dev/provenance/";

Status read_subjects(const Json& json, Statement& out) {
  const Json::Array* subjects = json.at("subject").array();
  if (subjects == nullptr || subjects->empty())
    return invalid("a statement needs at least one subject", "subject");
  if (subjects->size() > limits::evidence_records_max)
    return Error{Errc::too_large, fmt::format("more than {} subjects", limits::evidence_records_max)};
  for (const Json& subject : *subjects) {
    const Json::Object* digests = subject.at("digest").object();
    if (digests == nullptr || digests->empty())
      return invalid("a subject of a statement has no digest", "subject.digest");
    ++out.subject_count;
    if (out.subject_names.size() < fact_items_max)
      out.subject_names.push_back(fact_text(subject.text("name")));
    if (subject.at("digest").find("sha256") == nullptr) continue;
    const Sha256 digest = TRY(parse_sha256(subject.at("digest").text("sha256")));
    out.subjects.push_back(digest);
  }
  return {};
}

Result<Statement> statement_of(const Json& json) {
  const std::string_view type = json.text("_type");
  if (!type.starts_with(statement_type))
    return invalid("expected an in-toto statement with _type 'https://in-toto.io/Statement/v1'", "_type");
  Statement statement{.predicate_type = std::string(json.text("predicateType")),
                      .predicate = json.at("predicate")};
  if (statement.predicate_type.empty()) return invalid("a statement needs 'predicateType'", "predicateType");
  TRY(read_subjects(json, statement));
  return statement;
}

// The digest of a source that stands for a commit, under any of the names in use.
std::string_view commit_of(const Json& digest) {
  for (const std::string_view name : {"gitCommit", "sha1", "sha256"})
    if (!digest.text(name).empty() && (name != "sha256" || digest.object()->size() == 1))
      return digest.text(name);
  return "";
}

struct Source {
  std::string_view uri, commit;
};

// The first material that is a git repository, else the first with a commit.
Source source_among(const Json::Array& materials) {
  Source first;
  for (const Json& material : materials) {
    const Source source{material.text("uri"), commit_of(material.at("digest"))};
    if (source.commit.empty()) continue;
    if (source.uri.starts_with("git+") || !material.at("digest").text("gitCommit").empty()) return source;
    if (first.commit.empty() && !material.at("digest").text("sha1").empty()) first = source;
  }
  return first;
}

struct Build {
  std::string_view version, builder, type, invocation;
  Source source;
};

Build build_v1(const Json& predicate) {
  const Json& definition = predicate.at("buildDefinition");
  const Json& run = predicate.at("runDetails");
  return {.version = "1",
          .builder = run.at("builder").text("id"),
          .type = definition.text("buildType"),
          .invocation = run.at("metadata").text("invocationId"),
          .source = source_among(definition.items("resolvedDependencies"))};
}

Build build_v0(const Json& predicate, std::string_view version) {
  const Json& config = predicate.at("invocation").at("configSource");
  Source source{config.text("uri"), commit_of(config.at("digest"))};
  if (source.commit.empty()) source = source_among(predicate.items("materials"));
  return {.version = version,
          .builder = predicate.at("builder").text("id"),
          .type = predicate.text("buildType"),
          .invocation = predicate.at("metadata").text("buildInvocationID").empty()
                            ? predicate.at("metadata").text("buildInvocationId")
                            : predicate.at("metadata").text("buildInvocationID"),
          .source = source};
}

}  // namespace

Result<Statement> read_statement(BytesView content) {
  const Json json = TRY(read_json(content));
  const Json* envelope = json.find("dsseEnvelope");  // of a Sigstore bundle
  if (envelope == nullptr) envelope = &json;
  if (!format::is_dsse(*envelope)) return statement_of(json);
  const format::DsseEnvelope read = TRY(format::read_dsse(*envelope));
  if (read.payload_type != payload_type)
    return invalid(
        fmt::format("expected an envelope of '{}', got '{}'", payload_type, fact_text(read.payload_type)),
        "payloadType");
  const Json inner = TRY(read_json(read.payload));
  Statement statement = TRY(statement_of(inner));
  statement.signatures = static_cast<std::int64_t>(read.signatures.size());
  return statement;
}

Result<Summary> summarise_provenance(BytesView content) {
  Statement statement = TRY(read_statement(content));
  if (!statement.predicate_type.starts_with(slsa))
    return invalid(
        fmt::format("expected SLSA provenance, got predicate type '{}'", fact_text(statement.predicate_type)),
        "predicateType");
  const std::string_view version = std::string_view(statement.predicate_type).substr(slsa.size());
  if (!version.starts_with('v') || version.size() < 2)
    return invalid("SLSA provenance needs a version, as in 'https://slsa.dev/provenance/v1'", "predicateType");
  if (statement.predicate.object() == nullptr)
    return invalid("SLSA provenance needs a 'predicate'", "predicate");
  const std::string_view number = version.substr(1);
  const bool first = number.starts_with("1");
  const Build build = first ? build_v1(statement.predicate) : build_v0(statement.predicate, number);
  Json::Array names(statement.subject_names.begin(), statement.subject_names.end());
  Json facts = Json::object({{"format", "slsa"},
                             {"version", fact_text(first ? number : build.version)},
                             {"builder", fact_text(build.builder)},
                             {"build_type", fact_text(build.type)},
                             {"source", fact_text(build.source.uri)},
                             {"commit", fact_text(build.source.commit)},
                             {"invocation", fact_text(build.invocation)},
                             {"subjects", std::move(names)},
                             {"subject_count", statement.subject_count},
                             {"signatures", statement.signatures}});
  std::optional<bool> compliant;
  if (!build.builder.empty() && !build.type.empty()) compliant = true;
  return Summary{.type = "provenance",
                 .compliant = compliant,
                 .facts = std::move(facts),
                 .subjects = std::move(statement.subjects)};
}

}  // namespace weir::evidence
