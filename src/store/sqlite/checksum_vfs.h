// A layer between SQLite and the files, by which no damaged page of a database is ever taken for a good one.
// Pages of the database file carry a checksum (page_checksum.h), set whenever one is written and checked whenever
// one is
// read. Pages of the write-ahead log are checked by the log's own frame checksums, which SQLite itself looks at only
// when
// it recovers: https://www.sqlite.org/fileformat2.html, section 4.2. A page that fails is SQLITE_IOERR_DATA, and
// `damage_of` names file and page. A database without room for checksums is refused.
// Not checked: the 100 bytes SQLite reads to learn the page size, before it reads that page whole.
#pragma once
#include <string>

struct sqlite3;

namespace weir::store {

// Registers the layer over another one ("" is the operating system's) and returns its name. Safe from every thread.
std::string checksum_vfs_over(const std::string& beneath);

// What the layer found wrong last in the files of this connection; empty when nothing was.
std::string damage_of(sqlite3* connection);

}  // namespace weir::store
