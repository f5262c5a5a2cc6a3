// A policy as Rego: every rule of a YAML form becomes a few specialised rules in one module, over a small
// shared library, so that there is one engine and one semantics. Kosli's form goes the same way. A rule's own
// `rego` is a module of its own, so that names never meet. Lines stay below 1,024 columns. A policy written in
// Rego stays as it is. Pure.
#pragma once
#include <string>
#include <vector>

#include "policy/form.h"
#include "rego/engine.h"

namespace weir::policy {

// Of the modules of a YAML form: {"<rule id>": {"result", "message", "evidence"}}.
inline constexpr std::string_view results_query = "data.weir.policy.results";

std::vector<rego::Module> compile(const Document& document);

// "data.a.b": the package of a Rego source.
std::string package_of(std::string_view rego);

}  // namespace weir::policy
