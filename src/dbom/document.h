// The deployment bill of materials: what runs (or ran) of one artifact in one environment, how it came there, where,
// when, and by whom. A line says one thing and names the entries of the ledger it rests on; those entries stand in the
// document with their proofs, so that a reader with the ledger's public key alone can check every line. Version 1,
// docs/formats/dbom.md. Members stand in the order of their names, therefore `format::encode` of a document is its
// canonical form (RFC 8785). Values; safe to share between threads.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "evidence/sbom.h"
#include "format/members.h"

namespace weir::dbom {

using format::name_of;

inline constexpr std::int64_t document_version = 1;
inline constexpr std::size_t components_max = 20'000;  // listed in one document

enum class Section { what, how, where, when, who, commits };
constexpr auto names_of(Section) {
  return std::array<std::string_view, 6>{"what", "how", "where", "when", "who", "difference.commits"};
}

// What a line is about; line_table.h has a row for each.
enum class Kind {
  artifact,
  identity,
  commit,
  service,
  sbom,
  replaces,
  flow,
  required,
  trail,
  provenance,
  review,
  test,
  scan,
  ticket,
  evidence,
  approval,
  request,
  policy,
  decision,
  exception,
  break_glass,
  freeze,
  override_,
  environment,
  setting,
  host,
  workload,
  built,
  attested,
  approved,
  declared,
  first_seen,
  observed,
  missed,
  ended,
  replaced,
  issued,
  author,
  reviewer,
  signer,
  approver,
  deployer,
  reporter,
  owner,
  change,
  rollback,
};
constexpr auto names_of(Kind) {
  return std::array<std::string_view, 46>{
      "artifact", "identity",   "commit",   "service",   "sbom",        "replaces", "flow",     "required",
      "trail",    "provenance", "review",   "test",      "scan",        "ticket",   "evidence", "approval",
      "request",  "policy",     "decision", "exception", "break-glass", "freeze",   "override", "environment",
      "setting",  "host",       "workload", "built",     "attested",    "approved", "declared", "first-seen",
      "observed", "missed",     "ended",    "replaced",  "issued",      "author",   "reviewer", "signer",
      "approver", "deployer",   "reporter", "owner",     "change",   "rollback"};
}

// How far a line can be checked without asking anybody.
enum class Basis {
  payload,  // its entries stand here with their payloads: what the line says is computed from them again
  leaf,   // its entries stand here, a payload does not: type, time, actor and place in the ledger are proven
  claim,  // it rests on no entry: the ledger's word under the signature
};
constexpr auto names_of(Basis) { return std::array<std::string_view, 3>{"payload", "leaf", "claim"}; }

struct Line {
  std::optional<Instant> at;  // when it happened, or began to hold
  Basis basis = Basis::claim;
  std::optional<Sha256> digest;       // of what the line is about
  std::vector<std::int64_t> entries;  // the one that says it first
  Kind kind = Kind::artifact;
  std::string name;
  std::optional<Sha256> seal;  // SHA-256 of the line's encoding without it: tells which line was altered
  std::string state;           // compliant, failed, undecided, active, …
  std::optional<Instant> until;
  std::string value;
  static void members(auto& visit, auto& self) {
    visit.maybe("at", self.at);
    visit("basis", self.basis);
    visit.maybe("digest", self.digest);
    visit.maybe("entries", self.entries);
    visit("kind", self.kind);
    visit("name", self.name);
    visit.maybe("seal", self.seal);
    visit.maybe("state", self.state);
    visit.maybe("until", self.until);
    visit.maybe("value", self.value);
  }
  bool operator==(const Line&) const = default;
};

// Why a payload is not shown.
enum class Withheld { no, large, kept, erased };
constexpr auto names_of(Withheld) {
  return std::array<std::string_view, 4>{"no", "too-large", "private", "erased"};
}

struct ProvenEntry {
  std::int64_t index = 0;
  std::string leaf;                    // base64
  std::optional<std::string> payload;  // its exact text
  std::vector<std::string> proof;  // base64 of the hashes, from the leaf's side, to the document's checkpoint
  std::string salt;                // base64; with the payload it opens the leaf's commitment
  std::string type;
  Withheld withheld = Withheld::no;
  static void members(auto& visit, auto& self) {
    visit("index", self.index);
    visit("leaf", self.leaf);
    visit.maybe("payload", self.payload);
    visit("proof", self.proof);
    visit.maybe("salt", self.salt);
    visit("type", self.type);
    visit.maybe("withheld", self.withheld);
  }
};

// The bill of materials that an attestation carries, listed.
struct Components {
  Sha256 content;          // of the evidence file
  std::int64_t entry = 0;  // the attestation that names it
  std::vector<evidence::Component> items;
  std::optional<Sha256> seal;
  std::int64_t total = 0;  // items hold the first components_max of them
  static void members(auto& visit, auto& self) {
    visit("content", self.content);
    visit("entry", self.entry);
    visit("items", self.items);
    visit.maybe("seal", self.seal);
    visit("total", self.total);
  }
};

struct ChangedComponent {
  std::string name, purl, version, was;  // purl without version
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit.maybe("purl", self.purl);
    visit("version", self.version);
    visit("was", self.was);
  }
  bool operator==(const ChangedComponent&) const = default;
};

struct ChangedEvidence {
  std::string is, name, type, was;  // compliant, failed, undecided, absent
  static void members(auto& visit, auto& self) {
    visit("is", self.is);
    visit("name", self.name);
    visit("type", self.type);
    visit("was", self.was);
  }
  bool operator==(const ChangedEvidence&) const = default;
};

// What is new against the artifact of the same name that was deployed here before.
struct DeploymentDifference {
  std::vector<evidence::Component> added;
  Sha256 artifact;  // the one before
  std::vector<ChangedComponent> changed;
  std::vector<Line> commits;  // trails of its flow that were begun in between
  bool compared = false;      // both have a bill of materials; else nothing is known of components
  std::vector<ChangedEvidence> evidence;
  std::string name;
  std::vector<evidence::Component> removed;
  std::optional<Sha256> seal;
  static void members(auto& visit, auto& self) {
    visit("added", self.added);
    visit("artifact", self.artifact);
    visit("changed", self.changed);
    visit("commits", self.commits);
    visit("compared", self.compared);
    visit("evidence", self.evidence);
    visit("name", self.name);
    visit("removed", self.removed);
    visit.maybe("seal", self.seal);
  }
};

struct DeployedArtifact {
  Sha256 digest;
  std::string kind, name;  // empty when it was never recorded
  static void members(auto& visit, auto& self) {
    visit("digest", self.digest);
    visit("kind", self.kind);
    visit("name", self.name);
  }
  bool operator==(const DeployedArtifact&) const = default;
};

// Lines beyond a bound are left out, and that is said.
struct OmittedLines {
  std::int64_t count = 0;
  Kind kind = Kind::evidence;
  static void members(auto& visit, auto& self) {
    visit("count", self.count);
    visit("kind", self.kind);
  }
  bool operator==(const OmittedLines&) const = default;
};

struct Dbom {
  DeployedArtifact artifact;
  Instant at;              // the moment it speaks of
  std::string checkpoint;  // signed note
  std::optional<Components> components;
  std::optional<DeploymentDifference> difference;
  std::vector<ProvenEntry> entries;  // ascending, each named by a line
  std::string environment;
  std::vector<Line> how;
  std::string ledger;  // origin of its checkpoints
  std::vector<OmittedLines> omitted;
  std::string sentence;
  std::int64_t version = document_version;
  std::vector<Line> what, when, where, who;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("at", self.at);
    visit("checkpoint", self.checkpoint);
    visit("components", self.components);
    visit("difference", self.difference);
    visit("entries", self.entries);
    visit("environment", self.environment);
    visit("how", self.how);
    visit("ledger", self.ledger);
    visit.maybe("omitted", self.omitted);
    visit("sentence", self.sentence);
    visit("version", self.version);
    visit("what", self.what);
    visit("when", self.when);
    visit("where", self.where);
    visit("who", self.who);
  }
};

// The sections with their lines, of a document that may be const or not; commits only where there is a difference.
template <class Document>
auto sections_of(Document& dbom) {
  std::vector<std::pair<Section, decltype(&dbom.what)>> all{{Section::what, &dbom.what},
                                                            {Section::how, &dbom.how},
                                                            {Section::where, &dbom.where},
                                                            {Section::when, &dbom.when},
                                                            {Section::who, &dbom.who}};
  if (dbom.difference) all.emplace_back(Section::commits, &dbom.difference->commits);
  return all;
}

// SHA-256 of the encoding without the seal itself.
Sha256 seal_of(Line line);
Sha256 seal_of(Components components);
Sha256 seal_of(DeploymentDifference difference);

// "api runs in prod as approved." From the lines alone.
std::string sentence_of(const Dbom& dbom);

}  // namespace weir::dbom
