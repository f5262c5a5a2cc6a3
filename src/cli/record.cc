// `weir record`: flow, trail, artifact and evidence in one step of a pipeline, accepted all or not at all. Every write
// carries a key made from its own content, so that running the step again changes nothing, and running it with more
// evidence records only what is new. What comes back after something else had the last word is new: a test that fails,
// passes and fails again has failed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "cli/evidence_files.h"
#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/subject.h"
#include "crypto/digest.h"
#include "evidence/ci.h"
#include "format/members.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array recorded_columns{Column{"EVIDENCE", "name"}, Column{"TYPE", "type"},
                                      Column{"FILE", "file"}, Column{"COMPLIANT", "compliant", Show::yes_no}};

struct Recording {
  std::string what;
  std::vector<std::string> patterns;
  std::optional<std::string> name, flow, trail, commit, branch, url, service;
};

void fill(std::optional<std::string>& given, const std::string& from_ci) {
  if (!given && !from_ci.empty()) given = from_ci;
}

// What the flags leave open, the CI system says.
Status complete(Recording& recording, const Environment& environment) {
  const std::optional<evidence::CiRun> run =
      evidence::detect_ci({environment.variables.begin(), environment.variables.end()});
  if (run) {
    fill(recording.flow, run->flow);
    fill(recording.trail, run->trail);
    fill(recording.commit, run->commit);
    fill(recording.branch, run->branch);
    fill(recording.url, run->run_url);
  }
  if (!recording.trail) recording.trail = recording.commit;
  if (!recording.flow) return invalid("--flow is missing, and no known CI system says it", "flow");
  if (!recording.trail) return invalid("--trail is missing, and no known CI system says it", "trail");
  return {};
}

constexpr std::size_t batch_bytes_max =
    limits::blob_bytes_max;  // of bodies in one batch, where there are several

// `after`: what had been said when this is said, where that makes it another act.
Write once(Write write, std::string_view after = "") {
  const std::string content =
      fmt::format("{} {} {}{}", write.method, write.path, dump_canonical(write.body), after);
  write.key = to_hex(crypto::sha256(content));
  return write;
}

// In one batch; in as few as hold them when there are very many, or very large ones.
Result<Json::Array> write_all(Session& session, Api& api, std::span<const Write> writes) {
  Json::Array answers;
  while (answers.size() < writes.size()) {
    const auto rest = writes.subspan(answers.size());
    std::size_t count = 0;
    for (std::size_t bytes = 0; count < std::min(rest.size(), limits::batch_writes_max); ++count) {
      bytes += dump(rest[count].body).size();
      if (count > 0 && bytes > batch_bytes_max) break;
    }
    session.progress(fmt::format("sending {} of {} …", answers.size() + count, writes.size()));
    const Json::Array some = TRY(api.write_together(rest.first(count)));
    if (some.size() != count) return Error{Errc::internal, "the server answered another number of writes"};
    answers.insert(answers.end(), some.begin(), some.end());
  }
  session.progress("");
  return answers;
}

// The template of the flow. A new one is made without, with all the rest, because a template is somebody's decision.
Result<Json> template_for(Api& api, const Recording& recording, std::vector<Write>& writes) {
  const std::string path = path_of({"flows", *recording.flow});
  const Result<Json> found = api.read(path);
  if (found) return found->at("template");
  if (found.error().code != Errc::not_found) return found.error();
  Json body{Json::Object{}};
  set_given(body, "service", recording.service);
  writes.push_back(once({.method = "PUT", .path = path, .body = body}));
  return Json(Json::Object{});
}

std::string name_for(const Recording& recording, const artifact::Fingerprint& found,
                     const Json& flow_template) {
  if (recording.name) return *recording.name;
  const Json::Array& artifacts = flow_template.items("artifacts");
  return artifacts.size() == 1 ? std::string(artifacts.front().text("name")) : found.name;
}

Json artifact_body(const Recording& recording, const artifact::Fingerprint& found, const std::string& name) {
  Json body = Json::object({{"flow", *recording.flow},
                            {"trail", *recording.trail},
                            {"name", name},
                            {"kind", format::name_of(found.kind)},
                            {"digest", to_string(found.digest)}});
  set_given(body, "commit", recording.commit);
  set_given(body, "build_url", recording.url);
  std::vector<std::string> documents;
  for (const Bytes& document : found.documents) documents.push_back(encode_base64(document));
  set_given(body, "documents", documents);
  return body;
}

Json attestation_body(const Recording& recording, const artifact::Fingerprint& found,
                      const EvidenceFile& file) {
  Json body = Json::object(
      {{"flow", *recording.flow}, {"trail", *recording.trail}, {"name", file.name}, {"type", file.type}});
  if (file.about_artifact) body.set("artifact", to_string(found.digest));
  body.set("content", encode_base64(file.content));
  set_given(body, "url", recording.url);
  return body;
}

// Whether the trail's word on `name` is another artifact than this one.
Result<bool> names_another(Api& api, const Recording& recording, std::string_view name,
                           const std::string& artifact) {
  const auto trail = api.read(path_of({"flows", *recording.flow, "trails", *recording.trail}));
  if (!trail && trail.error().code == Errc::not_found) return false;
  if (!trail) return trail.error();
  return std::ranges::any_of(trail->items("artifacts"), [&](const Json& row) {
    return row.text("name") == name && row.text("digest") != artifact;
  });
}

// What was attested on the trail before, newest first.
Result<Json::Array> said_before(Api& api, const Recording& recording) {
  auto said =
      api.list("attestations", "attestations", {{"flow", *recording.flow}, {"trail", *recording.trail}});
  if (!said && said.error().code == Errc::not_found) return Json::Array{};
  return said;
}

// The newest entry on each file's question that holds none of the files, or nothing: these have the last word there.
std::vector<std::string> last_words_of_others(const Json::Array& said, std::span<const EvidenceFile> files,
                                              const std::string& artifact) {
  using Question = std::pair<std::string, std::string>;  // name; artifact, if about it
  const auto question = [&](const EvidenceFile& file) {
    return Question(file.name, file.about_artifact ? artifact : "");
  };
  std::set<std::pair<Question, std::string>> ours;
  for (const EvidenceFile& file : files)
    ours.emplace(question(file), to_string(crypto::sha256(file.content)));
  std::map<Question, std::string> others;
  for (const Json& row : said) {
    const Question about(row.text("name"), row.text("artifact"));
    if (!ours.contains({about, std::string(row.text("content_digest"))}))
      others.emplace(about, dump(row.at("entry")));
  }
  std::vector<std::string> words;
  for (const EvidenceFile& file : files) words.push_back(others[question(file)]);
  return words;
}

Result<Write> begin_trail(Session& session, const Recording& recording) {
  Json body{Json::Object{}};
  set_given(body, "commit", recording.commit);
  set_given(body, "branch", recording.branch);
  set_given(body, "url", recording.url);
  const std::string path = path_of({"flows", *recording.flow, "trails", *recording.trail});
  constexpr std::array<std::string_view, 5> kept{"commit", "branch", "url", "description", "author"};
  TRY(keep_known(session, path, kept, body));
  return once({.method = "PUT", .path = path, .body = body});
}

struct Recorded {
  Json artifact;
  Json::Array attestations;
  std::vector<std::string> unrecognised;
  Json trail;
};

std::string story(const Recorded& recorded, Color color) {
  std::string out = fmt::format("{} is recorded as {} on trail {} of flow {}\n",
                                recorded.artifact.text("digest"), cleaned(recorded.artifact.text("name")),
                                cleaned(recorded.trail.text("name")), cleaned(recorded.trail.text("flow")));
  if (!recorded.attestations.empty()) out += table(recorded_columns, recorded.attestations, color);
  for (const std::string& path : recorded.unrecognised)
    out +=
        fmt::format("not recognised, not recorded: {} (weir attest generic takes any file)\n", cleaned(path));
  const Json::Array& missing = recorded.trail.items("missing");
  if (missing.empty()) return out + "nothing is missing\n";
  for (const Json& row : missing)
    out += fmt::format("missing: {}\n", cleaned(row.string() != nullptr ? *row.string() : dump(row)));
  return out;
}

Json machine_form(const Recorded& recorded) {
  return Json::object(
      {{"artifact", recorded.artifact},
       {"attestations", recorded.attestations},
       {"unrecognised", Json(Json::Array(recorded.unrecognised.begin(), recorded.unrecognised.end()))},
       {"trail", recorded.trail},
       {"missing", recorded.trail.at("missing")}});
}

Result<Recorded> record_all(Session& session, const Recording& recording, const artifact::Fingerprint& found,
                            EvidenceFound evidence) {
  Api* api = TRY(session.api());
  std::vector<Write> writes;
  const Json wanted = TRY(template_for(*api, recording, writes));
  const std::string name = name_for(recording, found, wanted);
  assign_names(evidence.files, wanted, name);
  writes.push_back(TRY(begin_trail(session, recording)));
  const std::string digest = to_string(found.digest);
  writes.push_back(once({.path = "artifacts", .body = artifact_body(recording, found, name)}));
  if (TRY(names_another(*api, recording, name, digest)))
    writes.back().key.clear();  // one is minted for this run
  const Json::Array said = TRY(said_before(*api, recording));
  const auto others = last_words_of_others(said, evidence.files, digest);
  for (std::size_t i = 0; i < evidence.files.size(); ++i)
    writes.push_back(once(
        {.path = "attestations", .body = attestation_body(recording, found, evidence.files[i])}, others[i]));
  const Json::Array answers = TRY(write_all(session, *api, writes));
  const std::size_t first =
      writes.size() - evidence.files.size();  // of the evidence; the artifact comes before
  Recorded recorded{.artifact = answers[first - 1].at("artifact"),
                    .unrecognised = std::move(evidence.unrecognised)};
  for (std::size_t i = 0; i < evidence.files.size(); ++i) {
    Json row = answers[first + i].at("attestation");
    row.set("file", evidence.files[i].path);
    recorded.attestations.push_back(std::move(row));
  }
  recorded.trail = TRY(api->read(path_of({"flows", *recording.flow, "trails", *recording.trail})));
  return recorded;
}

}  // namespace

Action record(Options& options) {
  const auto given = std::make_shared<Recording>();
  options.argument(artifact_word, &given->what);
  options.option({.name = "evidence",
                  .value = "GLOB",
                  .help = "files, recognised by content: JUnit, SARIF, CycloneDX, SPDX, VEX, provenance",
                  .many = Many::row},
                 &given->patterns);
  options.option({.name = "name",
                  .value = "NAME",
                  .help = "of the artifact in the flow's template; its own unless said"},
                 &given->name);
  options.option({.name = "flow", .value = "FLOW", .help = "flow; from the CI's variables unless said"},
                 &given->flow);
  options.option(
      {.name = "trail", .value = "TRAIL", .help = "run of the flow; from the CI's variables unless said"},
      &given->trail);
  options.option({.name = "commit", .value = "SHA", .help = "commit; from the CI's variables unless said"},
                 &given->commit);
  options.option({.name = "branch", .value = "NAME", .help = "branch; from the CI's variables unless said"},
                 &given->branch);
  options.option(
      {.name = "url", .value = "URL", .help = "page of the run; from the CI's variables unless said"},
      &given->url);
  options.option({.name = "service", .value = "SERVICE", .help = "service of the flow, when it is new"},
                 &given->service);
  return [given](Session& session) -> Result<Exit> {
    TRY(complete(*given, session.environment()));
    const artifact::Fingerprint found = TRY(identify(session, given->what));
    const std::vector<std::string> paths = TRY(expand(given->patterns));
    EvidenceFound evidence = TRY(read_evidence(paths));
    const Recorded recorded = TRY(record_all(session, *given, found, std::move(evidence)));
    session.answer(machine_form(recorded), story(recorded, session.color()));
    return Exit::yes;
  };
}

}  // namespace weir::cli
