// Who somebody is in evidence: the account that a forge or a tracker calls them by. Two ways of writing one account
// must not count as two people, so it is read in this one place: white space around it is no part of it, capitals make
// no difference, and characters that look like others, or like nothing, are refused. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir::evidence {

// The account without what stands around it; empty when nobody is named. Errc::invalid where two accounts could look
// the same: anything but printable ASCII.
Result<std::string> read_person(std::string_view said, std::string_view field);
std::string_view trim_person(std::string_view said);
std::string fold_person(std::string_view name);  // the same for the same account

}  // namespace weir::evidence
