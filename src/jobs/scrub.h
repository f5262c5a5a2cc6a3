// Looks for damage before somebody needs what it hit, a little at every tick: all pages of the database file, then all
// entries of the ledger, then a rest. What it finds stops all writes and is the tick's error.
#pragma once
#include "jobs/reconcile.h"
#include "ledger/note.h"

namespace weir::jobs {

struct ScrubOptions {
  std::string path;  // of the database
  std::shared_ptr<blob::BlobStore> blobs;
  ledger::VerifierKey key;
  std::int64_t bytes_per_second = 8 * 1024 * 1024;
  std::int64_t entries_per_second = 2000;
  Duration rest = hours(24);
};

std::unique_ptr<Job> make_scrub(Shared shared, ScrubOptions options, std::unique_ptr<store::Database> reader);

}  // namespace weir::jobs
