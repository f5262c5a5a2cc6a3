// The quick reader and the locating reader must agree on what JSON is; what is read must survive being written.
#include <cstdint>

#include "base/check.h"
#include "format/json.h"
#include "format/json_offence.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = weir::format::parse_json(text);
  const auto offence = weir::format::locate_json_offence(text);
  if (!parsed.ok()) {
    CHECK(offence || parsed.error().message.find("twice") != std::string::npos || size == 0);
    return 0;
  }
  CHECK(!offence);
  const auto again = weir::format::parse_json(weir::format::dump(*parsed));
  CHECK(again.ok());
  CHECK(weir::format::dump_canonical(*again) == weir::format::dump_canonical(*parsed));
  return 0;
}
