// What a request for an exception would record, for every door that takes one.
#pragma once
#include "exceptions/exception.h"
#include "store/sql.h"

namespace weir::api {

Result<exceptions::ExceptionRequested> asked_exception(store::Database& db,
                                                       const exceptions::ExceptionRequest& request,
                                                       Instant now);

}  // namespace weir::api
