// The expressions of Kosli's environment policies, `${{ flow.name == "api" and not exists(flow.tags.x) }}`: ==
// != < > <= >=, and, or, not, in, parentheses, lists, strings, numbers, true, false; flow.name, flow.tags.K,
// artifact.name, artifact.fingerprint; exists(x), matches(x, "regex"). Read here, evaluated by the engine like
// everything else (compile.h). Pure.
#pragma once
#include <string>
#include <vector>

#include "format/json.h"

namespace weir::policy {

enum class Operator {
  literal, list, context,  // leaves; a list's items are its operands
  number,                  // of a text that is one, else null; its operand is a context
  equal, not_equal, less, greater, at_most, at_least, in, not_in, both, either, negation, exists, matches,
};

struct Expression {
  Operator op = Operator::literal;
  format::Json literal;                // of a literal
  std::vector<std::string> path = {};  // of a context: {"flow", "tags", "risk"}
  std::vector<Expression> operands = {};
};

// With or without the `${{ }}` around it. Errors name the column.
Result<Expression> parse_expression(std::string_view text);

}  // namespace weir::policy
