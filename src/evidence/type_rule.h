// A rule of an organization's own about evidence of a custom type, in Rego: what a schema cannot say, such as that one
// number is below another. It is asked what it defines, with the document as `input`: each item of `deny` or
// `violation` is something wrong, a text or {"msg", "place"?}. It sees the document alone: no clock, no network, no
// other evidence, so that the same bytes always come to the same. Bounded in size, time and memory (rego/engine.h).
// One thread at a time.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "evidence/schema.h"
#include "rego/engine.h"

namespace weir::evidence {

inline constexpr std::size_t type_rule_bytes_max = 64 * 1024;

class TypeRule {
 public:
  // Errc::invalid names line and column, or says that it can never refuse anything; too_large names the bound.
  static Result<TypeRule> read(std::string_view rego);

  // The first `fact_items_max` violations. An error means that the rule could not be evaluated.
  Result<std::vector<Violation>> check(const format::Json& document);

 private:
  TypeRule(rego::Engine engine, std::vector<std::string> questions)
      : engine_(std::move(engine)), questions_(std::move(questions)) {}
  rego::Engine engine_;
  std::vector<std::string> questions_;
};

}  // namespace weir::evidence
