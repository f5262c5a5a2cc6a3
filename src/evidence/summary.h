// What a piece of evidence says, in a few numbers: the part of it that templates, policies and people look
// at. Derived by the server from the evidence's own bytes, never from what the sender says about it. Pure.
// `compliant` is a first verdict by the rule of docs/formats/evidence.md; nothing means undecided, which
// never passes.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "format/json.h"

namespace weir::evidence {

struct Summary {
  std::string type;               // of attestation: test, scan, sbom, provenance, review, ticket, custom
  std::optional<bool> compliant;
  format::Json facts;             // an object, documented per type
  // Digests the evidence itself names; the artifact must be among them if there are any.
  std::vector<Sha256> subjects = {};
};

// Names out of evidence, as facts carry them: valid UTF-8 in one line, at most `fact_text_bytes_max` long.
inline constexpr std::size_t fact_text_bytes_max = 200;
inline constexpr std::size_t fact_items_max = 20;  // of lists of names; the counts are of all
std::string fact_text(std::string_view text);

}  // namespace weir::evidence
