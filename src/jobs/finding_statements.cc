#include "jobs/finding_statements.h"

#include <algorithm>

#include "format/json_offence.h"
#include "vuln/vex_attested.h"

namespace weir::jobs {
namespace {

using vuln::Applied;
using vuln::FindingChange;
using vuln::FindingStated;
using vuln::FindingSubject;
using vuln::Named;
using vuln::Statement;

constexpr std::size_t text_bytes_max = 1000;  // of what is said beside a status

std::string upper_ascii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
  return upper;
}

std::vector<std::string> ids_of(const FindingChange& finding) {
  std::vector<std::string> ids = finding.records;
  ids.push_back(finding.cluster);
  return ids;
}

std::string attested_by(const store::StatementDocument& document) {
  if (document.signer) return fmt::format("key {} ({})", document.signer->key, document.signer->identity);
  return document.account;
}

FindingSubject subject_of(const FindingChange& finding, const vuln::Component& component) {
  FindingSubject subject{
      .vulnerabilities = ids_of(finding), .purl = {}, .name = component.name, .version = component.version};
  if (component.text.starts_with("pkg:")) subject.purl = component.text;
  return subject;
}

// The document keeps the whole of it.
std::string cut(std::string_view text) {
  std::string shown(text.substr(0, text_bytes_max));
  shown.resize(std::min(format::first_invalid_utf8(shown), shown.size()));
  return shown;
}

}  // namespace

vuln::Authority authority_of(const store::StatementDocument& document) {
  return document.signer || document.by_person ? vuln::Authority::organization : vuln::Authority::supplier;
}

Status FindingStatements::load() {
  statements_.clear();
  index_ = {};
  attested_by_.clear();
  for (const store::StatementDocument& document : TRY(store::statements_taken(reader_))) {
    auto statements = read(document);  // what is lost says nothing any more; the scrub says that it is lost
    if (statements.ok()) add(document, std::move(*statements));
  }
  through_ = TRY(store::statements_taken_through(reader_));
  return {};
}

Result<FindingStatements::Taken> FindingStatements::take(std::int64_t limit) {
  Taken taken;
  for (const store::StatementDocument& document : TRY(store::statements_after(reader_, through_, limit))) {
    vuln::StatementsRead note{.attestation = document.attestation};
    auto statements = read(document);
    if (statements.ok()) {
      note.statements = static_cast<std::int64_t>(statements->size());
      for (const Statement& each : *statements)
        for (const std::string& id : each.vulnerabilities) taken.vulnerabilities.insert(upper_ascii(id));
      add(document, std::move(*statements));
    } else {
      note.error = statements.error().message;
    }
    through_ = document.attestation;
    taken.documents.push_back(std::move(note));
  }
  return taken;
}

Result<std::vector<Statement>> FindingStatements::read(const store::StatementDocument& document) const {
  if (!document.content) return invalid("the attestation has no file");
  const Bytes content = TRY(blobs_->read(*document.content));
  vuln::AttestedVex read = TRY(vuln::read_attested_vex(content));
  for (Statement& each : read.statements) {
    // A document that claims a later time than it was recorded at would hold against all that comes.
    if (each.at.micros <= 0 || each.at > document.recorded_at) each.at = document.recorded_at;
    each.authority = authority_of(document);
    each.attested = document.artifact;
    each.entry = document.attestation;
  }
  return std::move(read.statements);
}

void FindingStatements::add(const store::StatementDocument& document, std::vector<Statement> statements) {
  attested_by_[document.attestation] = attested_by(document);
  for (Statement& each : statements) index_.add(statements_.emplace_back(std::move(each)));
}

bool FindingStatements::speaks_of(const FindingChange& finding) const {
  return !empty() && !index_.about(ids_of(finding)).empty();
}

FindingStated FindingStatements::stated(const FindingChange& finding, std::optional<Sha256> artifact,
                                        const Applied& applied) const {
  FindingStated row{.cluster = finding.cluster, .component = finding.component, .artifact = artifact};
  if (applied.holds == nullptr) return row;
  const Statement& said = *applied.holds;
  row.status = said.status;
  row.justification = said.justification.empty() ? said.justification_said : said.justification;
  row.impact = cut(said.impact);
  row.action = cut(said.action);
  row.author = said.author;
  row.authority = said.authority;
  const auto by = attested_by_.find(said.entry);
  row.attested_by = by == attested_by_.end() ? std::string() : by->second;
  row.at = said.at;
  row.attestation = said.entry;
  row.position = static_cast<std::int64_t>(said.position);
  row.outranked = static_cast<std::int64_t>(applied.outranked.size());
  return row;
}

Status FindingStatements::add_named(const Named& named, std::set<Sha256>& artifacts) {
  std::vector<Sha256> found;
  if (named.digest) found = TRY(store::artifacts_with(reader_, *named.digest));
  else if (named.purl) found = TRY(store::artifacts_of_package(reader_, vuln::package_text(*named.purl)));
  else if (!named.name.empty()) found = TRY(store::artifacts_called(reader_, named.name));
  artifacts.insert(found.begin(), found.end());
  return {};
}

Result<std::set<Sha256>> FindingStatements::artifacts_named(std::span<const Statement* const> about) {
  std::set<Sha256> artifacts;
  for (const Statement* statement : about) {
    if (statement->attested) {
      artifacts.insert(*statement->attested);
      continue;
    }
    for (const vuln::VexProduct& product : statement->products) TRY(add_named(product.product, artifacts));
  }
  return artifacts;
}

Result<FindingSubject> FindingStatements::in_artifact(FindingSubject subject, const Sha256& artifact) {
  store::ArtifactNames names = TRY(store::names_of_artifact(reader_, artifact));
  subject.artifacts = std::move(names.digests);
  subject.artifact_names = std::move(names.names);
  for (const std::string& text : names.purls) {
    auto purl = format::parse_purl(text, format::PurlReading::tolerant);
    if (purl.ok()) subject.artifact_purls.push_back(std::move(*purl));
  }
  return subject;
}

Result<std::vector<FindingStated>> FindingStatements::changes(const FindingChange& finding,
                                                              const vuln::Component& component,
                                                              const Holds& holds) {
  const std::vector<FindingStated> standing =
      TRY(store::stated_of(reader_, finding.cluster, finding.component));
  const std::vector<const Statement*> about = index_.about(ids_of(finding));
  std::map<std::optional<Sha256>, FindingStated> wanted;
  if (!about.empty()) {
    const FindingSubject subject = subject_of(finding, component);
    const Applied general = index_.apply(subject);
    if (general.holds != nullptr) wanted[std::nullopt] = stated(finding, std::nullopt, general);
    for (const Sha256& artifact : TRY(artifacts_named(about))) {
      if (!holds(artifact)) continue;
      const Applied own = index_.apply(TRY(in_artifact(subject, artifact)));
      if (own.holds != general.holds) wanted[artifact] = stated(finding, artifact, own);
    }
  }
  std::vector<FindingStated> changes;
  for (const FindingStated& was : standing)
    if (!wanted.contains(was.artifact)) changes.push_back(stated(finding, was.artifact, {}));
  for (const auto& [artifact, now] : wanted) {
    const auto was = std::ranges::find(standing, artifact, &FindingStated::artifact);
    if (was == standing.end() || *was != now) changes.push_back(now);
  }
  return changes;
}

}  // namespace weir::jobs
