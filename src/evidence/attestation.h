// An attestation: a statement about an artifact or a trail. Its type decides how the attached evidence is read; counts
// and verdicts are derived from the evidence by the server, never taken from the client. `compliant` unset is
// undecided.
#pragma once
#include <optional>
#include <string>

#include "format/members.h"

namespace weir::evidence {

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
  }
};

// A type of an organization's own: evidence must fit the schema (JSON Schema), and its rule, if any, must find
// nothing wrong (Rego, type_rule.h).
struct AttestationTypeDeclared {
  std::string name, description;
  format::Json schema;
  std::string rule;
  static void members(auto& visit, auto& self) {
    visit.maybe("name", self.name);
    visit.maybe("description", self.description);
    visit("schema", self.schema);
    visit.maybe("rule", self.rule);
  }
};

}  // namespace weir::evidence
