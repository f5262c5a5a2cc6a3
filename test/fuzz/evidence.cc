// Any bytes give a summary or an error, of every type; facts are always JSON that can be read again.
#include <array>
#include <cstdint>

#include "base/check.h"
#include "evidence/recognise.h"
#include "evidence/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const BytesView content(reinterpret_cast<const char*>(data), size);
  evidence::recognise(content);
  constexpr std::array<std::string_view, 6> types{"test", "scan", "sbom", "provenance", "review", "ticket"};
  for (const std::string_view type : types) {
    const auto summary = evidence::summarise(type, content);
    if (summary.ok()) CHECK(format::parse_json(format::dump(summary->facts)).ok());
  }
  const auto json = format::parse_json(content);
  if (!json.ok()) return 0;
  const auto schema = evidence::Schema::read(*json);
  if (schema.ok()) [[maybe_unused]] const auto fits = schema->check(*json);
  return 0;
}
