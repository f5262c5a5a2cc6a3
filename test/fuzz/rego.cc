// Whatever a policy says, loading and asking it ends soon with a value or an error. The first line is the query.
#include <cstdint>

#include "base/check.h"
#include "rego/engine.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const weir::rego::Module module{.name = "fuzz.rego", .text = std::string(text.substr(end))};
  auto engine = weir::rego::Engine::load({&module, 1}, {}, {.time = weir::milliseconds(50)});
  if (!engine.ok()) {
    CHECK(engine.error().code != weir::Errc::internal);
    return 0;
  }
  const auto value = engine->query_text(text.substr(0, end), R"({"now": "2026-11-22T20:00:00Z", "list": [1, "a"]})");
  CHECK(value.ok() || value.error().code != weir::Errc::internal);
  return 0;
}
