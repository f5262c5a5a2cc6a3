// The input document read from what was parsed already. Pure.
#pragma once
#include "policy/input.h"

namespace weir::policy {

Result<Input> read_input(const format::Json& document);  // strict; refuses another version
// The same of a document that was written by document_of: members that nobody knows are no error. nullopt when it does
// not fit; read_input says why.
std::optional<Input> take_input(const format::Json& document);

}  // namespace weir::policy
