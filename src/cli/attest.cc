// `weir attest TYPE`: one row per type of evidence says how it is called in the API and whether it needs a
// file.
#include <fmt/format.h>

#include <array>

#include "base/limits.h"
#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/families_vuln.h"
#include "cli/listing.h"
#include "cli/subject.h"
#include "format/members.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array<std::string_view, 2> verdicts{"true", "false"};
constexpr std::array type_columns{Column{"NAME", "name"}, Column{"DESCRIPTION", "description"}};
constexpr OptionRow flow_row{
    .name = "flow", .value = "FLOW", .help = "flow the trail is a run of", .need = Need::required};
constexpr OptionRow trail_row{
    .name = "trail", .value = "TRAIL", .help = "run of the flow", .need = Need::required};

struct Attesting {
  std::optional<std::string> what, file, type, description, url, predicate;
  std::string flow, trail, name;
  std::optional<bool> compliant;
};

struct Kind {
  std::string_view type;  // in the API; of custom evidence "custom:" and the option's value follow
  Need file;
  std::string_view media_type;
  Need own_type = Need::optional;
};

void declare(Options& options, Attesting& given, const Kind& kind) {
  OptionRow subject = artifact_word;
  subject.need = Need::optional;
  options.argument(subject, &given.what);
  options.option(flow_row, &given.flow);
  options.option(trail_row, &given.trail);
  options.option({.name = "name",
                  .value = "NAME",
                  .help = "which requirement of the template it meets",
                  .need = Need::required},
                 &given.name);
  options.option({.name = "file",
                  .value = "FILE",
                  .help = "the evidence itself; - is standard input",
                  .need = kind.file},
                 &given.file);
  if (kind.type == "custom")
    options.option({.name = "type",
                    .value = "TYPE",
                    .help = "type of your own, see attestation-type",
                    .need = kind.own_type},
                   &given.type);
  options.option({.name = "compliant",
                  .value = "BOOL",
                  .help = "verdict where the evidence itself has none",
                  .choices = verdicts},
                 &given.compliant);
  options.option({.name = "description", .value = "TEXT", .help = "for people"}, &given.description);
  options.option({.name = "url", .value = "URL", .help = "where the evidence can be seen"}, &given.url);
  options.option({.name = "predicate", .value = "FILE", .help = "further facts (JSON)"}, &given.predicate);
}

Result<Json> body_of(Session& session, const Attesting& given, const Kind& kind) {
  const std::string type =
      kind.type == "custom" ? "custom:" + given.type.value_or("") : std::string(kind.type);
  Json body =
      Json::object({{"flow", given.flow}, {"trail", given.trail}, {"name", given.name}, {"type", type}});
  if (given.what) {
    const artifact::Fingerprint found = TRY(identify(session, *given.what));
    body.set("artifact", to_string(found.digest));
  }
  if (given.compliant) body.set("compliant", *given.compliant);
  if (given.file) {
    const std::string content = TRY(read_file(*given.file, limits::blob_bytes_max));
    body.set("content", encode_base64(content));
    body.set("media_type", kind.media_type);
  }
  set_given(body, "description", given.description);
  set_given(body, "url", given.url);
  if (given.predicate) {
    const std::string text = TRY(read_file(*given.predicate, limits::request_body_bytes_max));
    Json predicate = TRY(format::parse_json(text));
    body.set("predicate", std::move(predicate));
  }
  return body;
}

// What the server read in the evidence, for people: "format junit, total 3, passed 3, failed 0"; lists by their length.
std::string facts_of(const Json& summary) {
  std::string facts;
  if (summary.object() == nullptr) return facts;
  for (const auto& [name, value] : *summary.object()) {
    if (value.is_null() || value.object() != nullptr) continue;
    const std::string text = value.array() != nullptr    ? std::to_string(value.array()->size())
                             : value.string() != nullptr ? *value.string()
                                                         : dump(value);
    facts += fmt::format("{} {} {}", facts.empty() ? ";" : ",", name, text);
  }
  return cleaned(facts);
}

std::string said_of(const Json& attestation) {
  const bool* compliant = attestation.at("compliant").boolean();
  const std::string_view verdict = compliant == nullptr ? "undecided"
                                   : *compliant         ? "compliant"
                                                        : "not compliant";
  return fmt::format("{} is recorded: {}{}\n", cleaned(attestation.text("name")), verdict,
                     facts_of(attestation.at("summary")));
}

Action attesting(Options& options, Kind kind) {
  const auto given = std::make_shared<Attesting>();
  declare(options, *given, kind);
  return [given, kind](Session& session) -> Result<Exit> {
    const Json body = TRY(body_of(session, *given, kind));
    Api* api = TRY(session.api());
    session.progress("sending …");
    const Json answer = TRY(api->write({.path = "attestations", .body = body}));
    session.progress("");
    session.answer(answer, said_of(answer.at("attestation")));
    return Exit::yes;
  };
}

}  // namespace

Action attest_junit(Options& options) {
  return attesting(options, {"test", Need::required, "application/xml"});
}
Action attest_sarif(Options& options) {
  return attesting(options, {"scan", Need::required, "application/sarif+json"});
}
Action attest_sbom(Options& options) {
  return attesting(options, {"sbom", Need::required, "application/json"});
}
Action attest_vex(Options& options) {
  return attesting(options, {"vex", Need::required, "application/json"});
}
Action attest_provenance(Options& options) {
  return attesting(options, {"provenance", Need::required, "application/json"});
}
Action attest_review(Options& options) {
  return attesting(options, {"review", Need::optional, "application/json"});
}
Action attest_ticket(Options& options) {
  return attesting(options, {"ticket", Need::optional, "application/json"});
}
Action attest_generic(Options& options) {
  return attesting(options, {"generic", Need::optional, "application/octet-stream"});
}
Action attest_custom(Options& options) {
  return attesting(options, {"custom", Need::required, "application/json", Need::required});
}

Action attest_artifact(Options& options) {
  struct Arguments {
    std::string what, flow, trail, name;
    std::optional<std::string> kind, commit, build_url;
  };
  static constexpr std::array<std::string_view, 4> kinds{"file", "directory", "image", "fingerprint"};
  const auto arguments = std::make_shared<Arguments>();
  options.argument(artifact_word, &arguments->what);
  options.option(flow_row, &arguments->flow);
  options.option(trail_row, &arguments->trail);
  options.option({.name = "name",
                  .value = "NAME",
                  .help = "of the artifact in the flow's template",
                  .need = Need::required},
                 &arguments->name);
  options.option({.name = "kind", .value = "KIND", .help = "as it is found, unless said", .choices = kinds},
                 &arguments->kind);
  options.option({.name = "commit", .value = "SHA", .help = "commit it was built from"}, &arguments->commit);
  options.option({.name = "build-url", .value = "URL", .help = "page of the build"}, &arguments->build_url);
  return [arguments](Session& session) -> Result<Exit> {
    artifact::FingerprintOptions how;
    if (arguments->kind && *arguments->kind != "fingerprint")  // which says nothing of what is there
      how.kind = format::enum_from<artifact::ArtifactKind>(*arguments->kind);
    const artifact::Fingerprint found = TRY(identify(session, arguments->what, how));
    Json body =
        Json::object({{"flow", arguments->flow}, {"trail", arguments->trail}, {"name", arguments->name}});
    body.set("kind", arguments->kind ? Json(*arguments->kind) : Json(format::name_of(found.kind)));
    body.set("digest", to_string(found.digest));
    set_given(body, "commit", arguments->commit);
    set_given(body, "build_url", arguments->build_url);
    std::vector<std::string> documents;
    for (const Bytes& document : found.documents) documents.push_back(encode_base64(document));
    set_given(body, "documents", documents);
    return write_and_say(session, {.path = "artifacts", .body = body},
                         fmt::format("{} is recorded as {}", to_string(found.digest), arguments->name));
  };
}

Action attestation_type_create(Options& options) {
  struct Arguments {
    std::string name, schema;
    std::optional<std::string> description, rule, predicate_type;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "NAME", .help = "of the type", .need = Need::required}, &arguments->name);
  options.option({.name = "schema",
                  .value = "FILE",
                  .help = "JSON Schema that evidence must fit",
                  .need = Need::required},
                 &arguments->schema);
  options.option({.name = "rule",
                  .value = "FILE",
                  .help = "Rego whose `deny` says what is wrong with evidence that fits the schema"},
                 &arguments->rule);
  options.option({.name = "predicate-type",
                  .value = "URI",
                  .help = "predicateType of the statements whose signatures count for it; else none does"},
                 &arguments->predicate_type);
  options.option({.name = "description", .value = "TEXT", .help = "what it shows"}, &arguments->description);
  return [arguments](Session& session) -> Result<Exit> {
    const std::string text = TRY(read_file(arguments->schema, limits::request_body_bytes_max));
    Json schema = TRY(format::parse_json(text));
    Json body{Json::Object{}};
    body.set("schema", std::move(schema));
    set_given(body, "description", arguments->description);
    set_given(body, "predicate_type", arguments->predicate_type);
    if (arguments->rule) {
      std::string rule = TRY(read_file(*arguments->rule, limits::request_body_bytes_max));
      body.set("rule", std::move(rule));
    }
    return put_and_say(session, path_of({"attestation-types", arguments->name}), body,
                       fmt::format("type custom:{} is recorded", arguments->name));
  };
}

Action attestation_type_list(Options& options) {
  return listing(options,
                 {.path = "attestation-types",
                  .columns = type_columns,
                  .hint = "no types of your own; make one: weir attestation-type create NAME --schema FILE"});
}

}  // namespace weir::cli
