// Says what a file is that somebody hands in as evidence, by its content, and summarises it. Pure.
#pragma once
#include <array>

#include "evidence/sbom.h"

namespace weir::evidence {

enum class EvidenceFormat { unknown, junit, sarif, cyclonedx, spdx, provenance, dsse, vex };
constexpr auto names_of(EvidenceFormat) {
  return std::array<std::string_view, 8>{"unknown", "junit",      "sarif", "cyclonedx",
                                         "spdx",    "provenance", "dsse",  "vex"};
}

// `dsse`: an envelope whose payload is no provenance. `vex`: statements about flaws, in any of the forms of
// docs/formats/vex.md; a CycloneDX document that lists components is a bill, whatever it says besides. Never
// fails; a damaged file of a known format is still recognised.
EvidenceFormat recognise(BytesView content);

// The attestation type a format is evidence of: test, scan, sbom, provenance, vex; "generic" for the others.
std::string_view attestation_type_of(EvidenceFormat format);

// Reads the content as evidence of `type`: test (JUnit), scan (SARIF), sbom (CycloneDX, SPDX), provenance
// (in-toto statement, plain or enveloped), review, ticket (docs/formats/predicates.md). Errc::invalid says
// what is wrong with it and where. Any other type is generic: no facts, undecided.
Result<Summary> summarise(std::string_view type, BytesView content);

// What a bill of materials lists, whether it comes plain or in a statement.
Result<std::vector<Component>> components_of(BytesView content);

}  // namespace weir::evidence
