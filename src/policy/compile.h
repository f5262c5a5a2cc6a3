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

// Of the modules of a YAML form: [together, [of each rule], ...], by the rules' order. `together` has for each rule
// that asks for evidence whatever is decided, and is met, its entries, else null; what stands behind it has [[entry,
// ...]] for each other rule that is met and common, else []. Rules that neither says of are asked by themselves:
// {"result", "message", "evidence"}. Most rules are met most of the time, and asking all of them in one array costs
// a third of asking each; those that are asked together cost less again, for that is one call of a builtin.
inline constexpr std::string_view met_query = "data.weir.policy.met_at_once";
std::string rule_query(std::size_t index);
std::string rule_package(std::size_t index);  // of the rule's own Rego

struct Program {
  std::vector<rego::Module> modules;
  rego::Shape asks;  // what they ask of the input document; all of it where anybody's own Rego is among them
};
Program compile(const Document& document);

// Promotion, windows and the class of the change say when something may start. Of what runs already (its
// `input.workload` is not null) such a rule says nothing: it is not applicable.
bool bears_on_starts_only(const Requirement& require);

// "data.a.b": the package of a Rego source.
std::string package_of(std::string_view rego);

}  // namespace weir::policy
