// Kosli's directory fingerprint, for artifacts that are known there already. It is weaker than tree_digest:
// depth, modes and the difference between a file and a link to a file are not bound, and two different trees
// can collide.
// Source: the published algorithm (hex digests of names and contents, in walking order, hashed again) and its
// vectors. Differences kept on purpose: a root given as a link is followed (there it gives the empty digest),
// characters of the root's own path never act as a pattern, and devices, sockets and pipes are refused. Pure;
// asks a TreeSource.
#pragma once
#include <string>
#include <vector>

#include "artifact/tree.h"

namespace weir::artifact {

// `excludes` are paths or globs below the root (`*`, `?`, `[a-z]`, `**`); the lines of the root's file
// .kosli_ignore join them. An exclude that is no well-formed glob is Errc::invalid.
Result<Sha256> kosli_tree_digest(TreeSource& source, std::vector<std::string> excludes);

// The excludes of a .kosli_ignore file: one a line, '#' starts a comment anywhere, blanks around are dropped.
std::vector<std::string> parse_kosli_ignore(std::string_view text);

}  // namespace weir::artifact
