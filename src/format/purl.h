// Package URLs (ECMA-427): pkg:type/namespace/name@version?qualifiers#subpath. Read, put into canonical form, written.
// The rules of each registered type (which parts it has, what is lower case) are rows of a table; other types have
// none. Strict about escapes, UTF-8 and qualifier keys. Pure.
// Format: docs/formats/purl.md.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "format/json.h"

namespace weir::format {

// Decoded parts; what a purl does not have is empty. Namespace and subpath hold their segments with "/" between.
struct Purl {
  std::string type, ns, name, version;
  std::map<std::string, std::string, std::less<>> qualifiers = {};
  std::string subpath = {};
  std::string_view qualifier(std::string_view key) const;  // "" when there is none
  bool operator==(const Purl&) const = default;
};

// strict: the rules of the type hold and keys are lower case. tolerant: what others wrote against these rules is
// taken and put right where that is clear: keys are lowered, parts that a type must or must not have are not asked for.
enum class PurlReading { strict, tolerant };

// Errors: invalid, naming the part.
Result<Purl> parse_purl(std::string_view text, PurlReading reading = PurlReading::strict);
Result<std::string> build_purl(Purl purl);                  // canonical
Result<std::string> canonical_purl(std::string_view text);  // of one that may be written otherwise

Json to_json(
    const Purl& purl);  // {type, namespace, name, version, qualifiers, subpath}; null for what is absent

// One case in the form of the purl specification's own tests, {"test_type": "parse" | "build" | "validate" |
// "roundtrip", "input": …}, answered with {"output": …} or {"error": "…"}.
Json answer_purl_case(std::string_view line);

}  // namespace weir::format
