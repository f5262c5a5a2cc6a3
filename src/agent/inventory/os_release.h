// Which distribution a root directory holds, by os-release(5). Pure; what is no assignment is left out.
#pragma once
#include <string>
#include <string_view>

#include "agent/inventory/component.h"

namespace weir::agent {

Distribution parse_os_release(std::string_view text);
Distribution read_os_release(const std::string& root);  // etc/os-release, then usr/lib/os-release

}  // namespace weir::agent
