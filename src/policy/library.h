// The Rego that every compiled policy stands on: a small library in the binary. Pure.
#pragma once
#include <string_view>

namespace weir::policy {

std::string_view rego_library();  // a module of package weir.policy

}  // namespace weir::policy
