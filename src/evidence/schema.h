// JSON Schema drafts 4, 6 and 7 for custom attestation types. A schema is checked when it is declared: what
// the validator would skip silently (keywords of later drafts, remote references, references in a circle) is
// refused, because what is not looked at must not pass. Patterns run in linear memory and polynomial time;
// back references are refused. Immutable once made; check() may be called from several threads.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/summary.h"

namespace weir::evidence {

struct Violation {
  std::string place;  // "build.coverage", "" for the document itself
  std::string what;
};

class Schema {
 public:
  static Result<Schema> read(const format::Json& schema);

  // The first `fact_items_max` violations; none when the document fits. Errc::too_large: strings longer than
  // schema_string_bytes_max in a document whose schema matches them by `format` or `patternProperties`.
  Result<std::vector<Violation>> check(const format::Json& document) const;

 private:
  struct State;
  explicit Schema(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

inline constexpr std::size_t schema_string_bytes_max = 4096;
inline constexpr std::size_t schema_pattern_bytes_max = 1024;

// Facts: format "json", violations [{place, what}]. Compliant: none, of the schema and then of the type's own rule
// (type_rule.h), when it has one. A rule that cannot be evaluated leaves the evidence undecided and says so.
Result<Summary> summarise_custom(const Schema& schema, BytesView content, std::string_view rule = {});

}  // namespace weir::evidence
