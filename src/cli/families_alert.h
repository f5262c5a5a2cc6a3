// alerts.cc, one alert; see families.h.
#pragma once
#include "cli/command.h"

namespace weir::cli {

Action alert_show(Options&);

}  // namespace weir::cli
