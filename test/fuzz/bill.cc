// Any bytes are a bill of materials or an error; one that is read differs from itself in nothing, and what
// matching reads of it is what the whole has too.
#include <cstdint>

#include "base/check.h"
#include "vuln/bill_difference.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const BytesView content(reinterpret_cast<const char*>(data), size);
  const auto whole = evidence::read_inventory(content, evidence::Detail::whole);
  const auto matching = evidence::read_inventory(content);
  CHECK(whole.ok() == matching.ok());
  if (!whole.ok()) return 0;
  CHECK(whole->items.size() == matching->items.size() && whole->details.size() == whole->items.size());
  const vuln::BillComponents components = vuln::bill_components(*whole);
  const vuln::BillDifference same = vuln::difference(components, components);
  CHECK(same.added.empty() && same.removed.empty() && same.changed.empty());
  return 0;
}
