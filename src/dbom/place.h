// Where in a JSON text a byte stands: "predicate.how[3].value". The text may be damaged from there on. Pure.
#pragma once
#include <string>
#include <string_view>

namespace weir::dbom {

std::string place_of(std::string_view json, std::size_t byte);

}  // namespace weir::dbom
