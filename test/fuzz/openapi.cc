// Two documents, parted by a zero byte: any of them give a difference or an error; one against itself differs in
// nothing.
#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "evidence/openapi_difference.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const BytesView content(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(content.find('\0'), content.size());
  const BytesView before = content.substr(0, end), after = content.substr(std::min(end + 1, content.size()));
  [[maybe_unused]] const auto difference = evidence::openapi_difference(before, after);
  const auto same = evidence::openapi_difference(before, before);
  CHECK(!same.ok() || (same->added.empty() && same->removed.empty() && same->changed.empty()));
  return 0;
}
