// Reads a database file from end to end, page by page, so that damage is found before somebody needs what it hit. It
// reads through a connection of its own (closing any other descriptor of the file would drop SQLite's locks on it), and
// what the operating system holds in memory is read from there. One thread.
#pragma once
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"

struct sqlite3;
struct sqlite3_file;

namespace weir::store {

class Scrubber {
 public:
  static Result<Scrubber> open(const std::string& path, const std::string& files = {});  // `files` as in open_sqlite

  // Reads on, at most `pages_max` pages, and says how many; fewer means that the file's end was reached, and the next
  // step begins anew. corrupt, naming file and page, when one is not what was written.
  Result<std::int64_t> step(std::int64_t pages_max);
  std::int64_t page_bytes() const { return static_cast<std::int64_t>(page_.size()); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  Status read_page(std::int64_t number);
  Result<std::int64_t> pages_held() const;

  std::unique_ptr<sqlite3, Close> connection_;
  sqlite3_file* file_ = nullptr;
  std::string path_, page_;
  std::int64_t next_ = 1;  // pages count from 1
};

// All of it once, at no more than `bytes_per_second`; the number of pages read. Ends early when asked to stop.
Result<std::int64_t> scrub(const std::string& path, const std::stop_token& stop, std::int64_t bytes_per_second);

}  // namespace weir::store
