// SQLite 3 as a Database: write-ahead log, synchronous=FULL (a commit is one sync), foreign keys off (the ledger is the
// truth), deleted content overwritten. Every page carries a checksum (checksum_vfs.h), so a damaged one is an error of
// the read that meets it and never a wrong answer. Checkpointing is never done inside a commit: see `checkpoint_wal`.
// Errors, beyond sql.h: internal when the disk fails (writing, syncing); what a failed commit left on it is then
// unknown.
#pragma once
#include "store/sql.h"

namespace weir::store {

enum class OpenMode { read_write, read_only };

// `files` names the SQLite VFS that does the reading and writing; empty is the operating system's.
Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, OpenMode mode,
                                              const std::string& files = {});

// Moves what the write-ahead log holds into the file; called by a thread of its own, on its own connection. What
// readers or (beside_writes) a writer still need stays, and that is no error.
enum class WalCheckpoint {
  beside_writes,  // nobody waits
  and_restart,  // writes wait for a moment; the next one begins at the log's start, in space that is there already
  and_cut,  // as that, and the log is cut to nothing
};
struct WalState {
  std::int64_t frames = 0;  // of a page each, in the log
  std::int64_t moved =
      0;  // of them into the file; when all are, the next write reuses the log from its beginning
};
Result<WalState> checkpoint_wal(Database& db, WalCheckpoint how = WalCheckpoint::beside_writes);

}  // namespace weir::store
