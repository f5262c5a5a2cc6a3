#include "evidence/summary.h"

#include "format/json_offence.h"

namespace weir::evidence {

std::string fact_text(std::string_view text) {
  std::string fact;
  while (!text.empty() && fact.size() < fact_text_bytes_max) {
    const std::size_t good = std::min(format::first_invalid_utf8(text), text.size());
    fact += text.substr(0, good);
    text.remove_prefix(good);
    if (text.empty()) break;
    fact += '?';
    text.remove_prefix(1);
  }
  if (fact.size() > fact_text_bytes_max) {
    fact.resize(fact_text_bytes_max);
    fact.resize(std::min(format::first_invalid_utf8(fact), fact.size()));
  }
  for (char& c : fact)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return fact;
}

}  // namespace weir::evidence
