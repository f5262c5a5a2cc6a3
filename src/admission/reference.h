// A reference of an image as a container names it: HOST/NAME:TAG@sha256:…. Only its digest is decided on: a tag says
// nothing of what will run, and nothing is looked up over the network. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::admission {

inline constexpr std::size_t reference_bytes_max = 1024;

// The digest that it names. `invalid` says what is wrong and what to do: there is none, it is no SHA-256, or this is no
// reference of an image.
Result<Sha256> digest_of(std::string_view reference);

// For one line among many: "shop:1.2@12ab34cd", without the registry.
std::string short_name(std::string_view reference);

// Of one line, whatever came: what is no letter to print is a space.
std::string one_line(std::string_view text);

// At most so many bytes, not in the middle of a character of UTF-8; what is cut ends in "…".
std::string cut(std::string text, std::size_t bytes_max);

}  // namespace weir::admission
