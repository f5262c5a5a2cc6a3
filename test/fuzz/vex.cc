// Any bytes give statements or an error; what was read can be held against a finding.
#include "vuln/vex.h"

#include <cstdint>

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const BytesView content(reinterpret_cast<const char*>(data), size);
  const auto statements = vuln::read_vex(content);
  if (!statements.ok()) return 0;
  const vuln::FindingSubject finding{.vulnerabilities = {"CVE-1"}, .purl = "pkg:npm/left-pad@1.3.0"};
  const vuln::Applied applied = vuln::apply_statements(*statements, finding);
  CHECK(applied.holds == nullptr || vuln::covers(*applied.holds, finding));
  return 0;
}
