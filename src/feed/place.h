// Records of advisories from where they lie: a directory (*.json, *.yaml, at any depth), a zip or tar of them, one
// record, one list of CVEs (CSV, packed too), a file or a bucket behind http(s), or a git repository. Nothing of an
// archive or a repository is ever written out: names are used for messages alone.
// Table: docs/formats/advisory-store.md, "Feeds".
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::feed {

enum class PlaceKind { directory, archive, file, url, bucket, repository };

struct Place {
  PlaceKind kind = PlaceKind::file;
  std::string text;  // as it was given
};

// As it is told to people, and kept: without user and password, which a repository's address may hold.
std::string public_name(std::string_view place);

// By its spelling, and for what is on this machine by what is there. Errors: not_found.
Result<Place> parse_place(std::string_view text);

// Whether it holds all that its source says, so that what is missing from it is missing.
bool is_whole(PlaceKind kind);

using TakeRecord = std::function<Status(std::string_view name, std::string_view content)>;

// Of a directory, an archive or a file. `path` need not be the place's own: what was fetched from it lies elsewhere.
// `name` is for messages. Errors: not_found, invalid (no record in it), too_large; and what `take` answers.
Status read_local(PlaceKind kind, const std::string& path, const std::string& name, const TakeRecord& take);

}  // namespace weir::feed
