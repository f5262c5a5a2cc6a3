// The kinds of lines, one row each: in which section it stands, which entry says it, and how its words are made from
// that entry. The server writes lines by these rows and a verifier computes them again by the same ones, so a line
// says what its entry says, or is refused. A new kind of line is a new row. Pure.
#pragma once
#include <span>

#include "dbom/document.h"
#include "ledger/entry.h"

namespace weir::dbom {

// How an entry concerns a deployment, and which entries follow it in a line.
enum class Role {
  artifact,      // the record of the artifact
  service,       // who owns it
  flow,          // how it is delivered
  requirements,  // the flow; then the newest attestation of each name on the trail
  trail,         // the run that built it
  attestation,   // evidence about it or its trail
  newest_attestation,
  replaced,           // the record of the artifact that was deployed here before
  between,            // a trail begun since
  rollback,           // the approval of what to go back to; then the record of that artifact
  approval,           // an approval here; then its revocation
  approver,           // an approval here; then the account that gave it
  deployment,         // the declaration
  deployer,           // the declaration; then the account that made it
  deployment_change,  // what became of it
  replacement,        // the declaration of what came after
  request,            // asked for an approval here; then votes and its end
  decision,           // of the gate
  exception,          // asked for; then granted, refused, ended
  break_glass,        // opened; then reviewed
  freeze,             // of the environment, while it was declared; then its end
  window_override,    // likewise
  environment,
  reporter,   // an agent that watches here
  sighting,   // the report in which it was first seen; its payload is never shown
  issued,             // a document of this deployment that was given out
  departure,  // the snapshot in which it was gone
};

struct Witness {
  std::int64_t index = 0;
  ledger::Leaf leaf;
  std::string payload;
};

// What lines are made from: the entries, the one that says it first, and the moment the document speaks of.
struct Ground {
  std::span<const Witness> entries;
  Instant at;
};

// Nothing when the entry does not say such a thing; invalid when its payload can't be read.
using MakeLines = Result<std::vector<Line>> (*)(const Ground&);

struct LineRow {
  Kind kind;
  Section section;
  Role role;
  ledger::EntryType type;  // of the first entry
  MakeLines make;          // none: what it says is never in a payload that is shown
};

std::span<const LineRow> line_table();

// Payloads that may leave the organization: those that no credential, nothing of another workload, and no person's name
// stands in but who took part in this deployment.
bool may_show(ledger::EntryType type);

// "12 passed, 1 failed": what evidence of a type says, from its facts.
std::string words_of(std::string_view type, const format::Json& facts);

std::string_view state_of(std::optional<bool> compliant);  // compliant, failed, undecided

}  // namespace weir::dbom
