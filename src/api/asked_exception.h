// What a request for an exception records, for every door that takes one. Forbidden where the asker does not reach.
#pragma once
#include "access/account.h"
#include "exceptions/exception.h"
#include "store/sql.h"

namespace weir::api {

Result<exceptions::ExceptionRequested> asked_exception(store::Database& db, const access::Actor& actor,
                                                       const exceptions::ExceptionRequest& request,
                                                       Instant now);

}  // namespace weir::api
