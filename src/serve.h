// `weir serve`: puts the server together from a data directory: key, database, blobs, sequencer, followers, API.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "cli/environment.h"

namespace weir {

Result<cli::Exit> serve(cli::Session& session, const cli::ServeOptions& options);
Result<cli::Exit> verify_ledger(cli::Session& session, const cli::LedgerOptions& options);
Result<cli::Exit> rebuild_ledger(cli::Session& session, const cli::LedgerOptions& options);

}  // namespace weir
