// More folders of the host than a report carries.
#pragma once
#include <fmt/format.h>

#include "runtime/report.h"

namespace weir::runtime {

// Sorted and each once, they are cut to `host_mounts_max`, the first then being "(N more)": a rule that allows some
// folders must not allow what it was not shown.
inline void keep_first_mounts(std::vector<std::string>& mounts) {
  if (mounts.size() <= host_mounts_max) return;
  const std::size_t more = mounts.size() - host_mounts_max + 1;
  mounts.resize(host_mounts_max - 1);
  mounts.insert(mounts.begin(), fmt::format("({} more)", more));
}

}  // namespace weir::runtime
