// What an image's configuration document sets for what will run, to hold two releases against each other: entrypoint,
// command, user, working directory, ports, volumes, and the names of environment variables. Their values are left out,
// since people put secrets there. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::artifact {

using Settings = std::map<std::string, std::vector<std::string>>;  // only what is set

// Of a config document; errors as format::parse_json's.
Result<Settings> read_settings(BytesView config);

}  // namespace weir::artifact
