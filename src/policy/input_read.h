// The input document taken from what was read already. Pure.
#pragma once
#include "format/json_view.h"
#include "policy/input.h"

namespace weir::policy {

// As read_input, of a document that was written by document_of: members that nobody knows are no error, and summaries
// and predicates are left out, which deciding sees through the engine alone. nullopt when it does not fit; read_input
// says why.
std::optional<Input> take_input(const format::JsonView& document);

}  // namespace weir::policy
