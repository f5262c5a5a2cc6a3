// An attestation: a statement about an artifact or a trail. Its type decides how the attached evidence is read; counts
// and verdicts are derived from the evidence by the server, never taken from the client. `compliant` unset is
// undecided.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "format/members.h"

namespace weir::evidence {

// What the signatures of the envelope were worth when the evidence was taken in. `unbound`: of a known key, but the
// attestation names no artifact that the statement could be held against, or the statement is of another predicate type
// than the attestation's type.
enum class Signature { none, unsigned_, unknown_key, unbound, verified };
constexpr auto names_of(Signature) {
  return std::array<std::string_view, 5>{"none", "unsigned", "unknown-key", "unbound", "verified"};
}

// Whose key verified a signature.
struct Signer {
  std::string key;            // its name
  std::string identity;       // that it was registered for
  std::int64_t declared = 0;  // entry that registered it
  static void members(auto& visit, auto& self) {
    visit("key", self.key);
    visit("identity", self.identity);
    visit("declared", self.declared);
  }
  bool operator==(const Signer&) const = default;
};

struct AttestationRecorded {
  std::string flow, trail, name;
  std::string type;                // test, scan, sbom, provenance, review, ticket, generic, custom:<name>
  std::optional<Sha256> artifact;  // none: about the trail
  std::string artifact_name;       // as the trail names it
  std::optional<bool> compliant;
  format::Json summary;  // what the parser found
  std::string description, url, media_type;
  std::optional<Sha256> content;  // the evidence file, kept as a blob
  std::int64_t content_size = 0;
  format::Json predicate;
  Signature signature = Signature::none;  // none: no statement, or of a time before signatures were verified
  std::optional<Signer> signer;           // of a verified one
  static void members(auto& visit, auto& self) {
    visit("flow", self.flow);
    visit("trail", self.trail);
    visit("name", self.name);
    visit("type", self.type);
    visit.maybe("artifact", self.artifact);
    visit.maybe("artifact_name", self.artifact_name);
    visit.maybe("compliant", self.compliant);
    visit.maybe("summary", self.summary);
    visit.maybe("description", self.description);
    visit.maybe("url", self.url);
    visit.maybe("media_type", self.media_type);
    visit.maybe("content", self.content);
    visit.maybe("content_size", self.content_size);
    visit.maybe("predicate", self.predicate);
    visit.maybe("signature", self.signature);
    visit.maybe("signer", self.signer);
  }
};

// A type of an organization's own: evidence must fit the schema (JSON Schema), and its rule, if any, must find
// nothing wrong (Rego, type_rule.h). A signature counts only under a statement of its predicate type: none counts where
// none is declared, since who signs a statement of another type has said something else.
struct AttestationTypeDeclared {
  std::string name, description;
  format::Json schema;
  std::string rule, predicate_type;
  static void members(auto& visit, auto& self) {
    visit.maybe("name", self.name);
    visit.maybe("description", self.description);
    visit("schema", self.schema);
    visit.maybe("rule", self.rule);
    visit.maybe("predicate_type", self.predicate_type);
  }
};

}  // namespace weir::evidence
