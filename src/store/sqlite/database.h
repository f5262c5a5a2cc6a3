// SQLite 3 as a Database: write-ahead log, synchronous=FULL (a commit is one sync), foreign keys off (the ledger is the
// truth), deleted content overwritten. Checkpointing is never done inside a commit: see `checkpoint_wal`.
#pragma once
#include "store/sql.h"

namespace weir::store {

enum class OpenMode { read_write, read_only };

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, OpenMode mode);

// Moves what the write-ahead log holds into the file; called by a thread of its own, on its own connection.
Status checkpoint_wal(Database& db);

}  // namespace weir::store
