// Advisories of a git repository, by the program `git`: its latest commit alone is fetched into a bare copy, and read
// as a tar that git writes of it; nothing is checked out, and no hook and no filter runs. Bounded in time and in bytes.
#pragma once
#include <string>

#include "base/result.h"

namespace weir::feed {

struct Fetched {
  bool unchanged = false;
  std::string commit;
};

// `place` is a URL that git knows, with or without "git+" before it and "#branch" behind it. The copy is kept below
// `directory` for the next time. Writes the tar to `tar`, unless the commit is `commit_before`.
// Errors: unavailable, with what git said last.
Result<Fetched> fetch_repository(const std::string& place, const std::string& directory,
                                 const std::string& tar, const std::string& commit_before);

}  // namespace weir::feed
