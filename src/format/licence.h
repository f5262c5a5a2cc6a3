// Licence expressions of SPDX (ISO/IEC 5962 Annex D; SPDX 2.3 Annex D, 3.0 Annex B): read strictly, written
// in one form. Two expressions that differ in order, repetition, grouping or the spelling of operators alone
// have the same form; deprecated ids of the GNU family ("GPL-2.0", "GPL-2.0+") become today's
// ("GPL-2.0-only", "GPL-2.0-or-later"). Ids that differ in case alone are one, as SPDX says; each keeps the
// spelling it came with. Whether an id is on SPDX's list is not asked: lists grow. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::format {

struct Licence {
  enum class Kind { one, all_of, any_of };
  Kind kind = Kind::one;
  std::string id = {};              // "MIT", "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-own"
  std::vector<Licence> parts = {};  // of all_of and any_of: two or more, in order of their text
};

// Errors: invalid, naming the byte; too_large beyond limits::expression_tokens_max and expression_depth_max.
Result<Licence> parse_licence(std::string_view text);
std::string to_string(const Licence& licence);

// The one form of an expression; a text that is none (the name of a licence) as it stands.
std::string licence_form(std::string_view text);

bool is_same_licence(std::string_view form, std::string_view other);

}  // namespace weir::format
