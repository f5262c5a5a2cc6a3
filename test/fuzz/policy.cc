// Any bytes as a policy: refused with a reason, or read, compiled to Rego in which no mark is left.
#include <cstdlib>

#include "policy/compile.h"
#include "policy/kosli.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto document = policy::read_policy(source);
  if (!document.ok()) {
    if (document.error().message.empty()) std::abort();
    return 0;
  }
  if (document->form == policy::Form::rego) return 0;
  for (const rego::Module& module : policy::compile(*document)) {
    if (!module.name.starts_with("rule ") && module.text.find('\x01') != std::string::npos) std::abort();
  }
  return 0;
}
