// Shell patterns over one name, with the rules of Go's path/filepath: `*` and `?` stay within a name, `[a-z]`
// and `[^a-z]` are classes, `\` takes the next character literally. Names that are no UTF-8 match byte by
// byte. Pure.
#pragma once
#include <set>
#include <string_view>
#include <vector>

#include "artifact/tree.h"

namespace weir::artifact {

Status check_glob(std::string_view pattern);  // Errc::invalid when it is malformed
bool glob_matches(std::string_view pattern, BytesView name);  // of a checked pattern

// Every path of `source` that the pattern names, as a Go program using filepathx.Glob would list them, with
// `**` for any number of directories. A pattern with `**` also names everything below what it matches.
Result<std::set<Bytes>> expand_glob(TreeSource& source, std::string_view pattern);

}  // namespace weir::artifact
