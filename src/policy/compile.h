// YAML to Rego: every rule becomes a few specialised lines in one module, over a small shared library, so that there is
// one engine and one semantics. Kosli's form goes the same way. Lines stay below 1,024 columns. A policy in Rego is
// asked by the conventions it follows: deny, violation, warn, allow (docs/formats/policy.md). Pure.
#pragma once
#include <string>
#include <vector>

#include "policy/form.h"
#include "rego/engine.h"

namespace weir::policy {

struct Compiled {
  std::vector<rego::Module> modules;
  std::string query;  // its value is {"results": {"<rule id>": {…}}, "warnings": […]}
};

Result<Compiled> compile(const Document& document);

}  // namespace weir::policy
