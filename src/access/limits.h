// Bounds of what people ask and allow; those of everything else stand in base/limits.h.
#pragma once
#include "base/limits.h"

namespace weir::limits {

inline constexpr std::size_t group_members_max = 1000;
inline constexpr std::size_t consents_max = 20;           // of one approval request, and groups it asks for
inline constexpr std::size_t difference_rows_max = 1000;  // of each kind of a release difference
inline constexpr std::size_t exception_workloads_max = 1000;  // that one exception covers
inline constexpr Duration exception_period_max = days(365);
inline constexpr Duration break_glass_period_max = hours(24);
inline constexpr Duration request_open_max = days(30);  // then an approval request has expired

}  // namespace weir::limits
