// What a feed without a store of its own has said, kept in a file beside the database: a directory, an archive or a URL
// that went back in time while the server was away ends nothing either. One file for each source; that of another one
// is taken away, so that what is not followed any more is not held against anything. Lost, it costs that memory alone.
// Form: one segment of an advisory store (docs/formats/advisory-store.md). Belongs to one thread.
#pragma once
#include <string>

#include "vuln/match.h"

namespace weir::jobs {

class KnownAdvisories {
 public:
  // `file`: what its names begin with; empty: nothing is kept.
  explicit KnownAdvisories(std::string file) : file_(std::move(file)) {}

  // Empty where nothing was kept of this source. Errors: corrupt, unavailable.
  Result<vuln::AdvisorySet> load(const std::string& source) const;
  // Errors: unavailable; too_large.
  Status save(const std::string& source, const vuln::AdvisorySet& set) const;
  bool keeps() const { return !file_.empty(); }

 private:
  std::string path_of(const std::string& source) const;
  std::string file_;
};

}  // namespace weir::jobs
