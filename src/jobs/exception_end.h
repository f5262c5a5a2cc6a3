// The end of an exception as entries.
#pragma once
#include <vector>

#include "exceptions/exception.h"
#include "store/event.h"
#include "store/sql.h"

namespace weir::jobs {

// Ends it, together with the warning about it.
Status add_exception_end(store::Database& db, const exceptions::ExceptionEnded& ended,
                         std::vector<store::Event>& events);

}  // namespace weir::jobs
