// The two JSON shapes that scripts rely on, cut from what the API answers: exactly these members, in this
// order, with null where the server said nothing. Golden-tested. Pure.
#pragma once
#include "format/json.h"

namespace weir::cli {

// {environment, snapshot, at, workloads: [{id, kind, name, host, service, digests, started_at, count,
// verdict, reasons}]}
format::Json stable_environment(const format::Json& answer);
// {id, incident, state, severity, cause, environment, workload, started_at, opened_at}
format::Json stable_alert(const format::Json& alert);

}  // namespace weir::cli
