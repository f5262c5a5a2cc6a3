// Bills of materials: CycloneDX 1.x in JSON and XML, SPDX 2.x in JSON and tag-value, SPDX 3.0 in JSON-LD.
// Read for what they list, not validated against their schemas: real ones often break them. Pure.
#pragma once
#include <vector>

#include "evidence/summary.h"
#include "format/members.h"

namespace weir::evidence {

// Facts: format "cyclonedx" or "spdx", spec_version, serial (serial number, or document namespace), subject
// (the name and version the document is about, where said), components (at any depth; SPDX: packages),
// with_purl.
// Compliant: lists at least one component; undecided when it lists none.
Result<Summary> summarise_cyclonedx(BytesView content);
Result<Summary> summarise_spdx(BytesView content);

// What a bill lists, at any depth, in its order; texts as facts carry them.
struct Component {
  std::string name, purl, version;  // purl and version may be empty
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit.maybe("purl", self.purl);
    visit.maybe("version", self.version);
  }
  auto operator<=>(const Component&) const = default;
};
Result<std::vector<Component>> components_of_cyclonedx(BytesView content);
Result<std::vector<Component>> components_of_spdx(BytesView content);

}  // namespace weir::evidence
