// Any bytes are a form or an error; its parts lie within them.
#include "http/form_data.h"

#include <cstdint>

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto parts = http::parse_form_data("multipart/form-data; boundary=b", body);
  if (!parts.ok()) return 0;
  for (const http::FormPart& part : *parts)
    CHECK(part.bytes.data() >= body.data() &&
          part.bytes.data() + part.bytes.size() <= body.data() + body.size());
  (void)http::parse_form_data(body, "--b\r\n\r\n--b--");
  return 0;
}
