// What a container may do to its host: as its runtime was told (the Engine API's inspection, the runtime specification
// in a bundle), and as the kernel shows it of the first process. Where both
// speak, the kernel is right about namespaces.
// Documents of other shapes give what can be read of them. Functions only read; safe from any thread.
// Source: Docker Engine API v1.24 and newer; OCI runtime-spec 1.0, config.json.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/report.h"

namespace weir::format { class Json; }

namespace weir::agent {

// Of an answer to GET /containers/{id}/json.
std::optional<runtime::Settings> settings_of_engine(const format::Json& inspected);

// The addresses of the host that lead to it, of the same answer; none when that is not said, or when its network is
// another container's or the host's.
std::optional<std::vector<std::string>> published_by_engine(const format::Json& inspected);

// What a runtime mounts for itself counts for no folder of the host: below its volumes, or in a folder named after the
// container in a store of podman's or CRI-O's.
struct OwnFolders {
  std::string container = {};  // id
  std::string volumes = {};    // folder; empty: none known
};
// Of a config.json; none when it is no such document.
std::optional<runtime::Settings> settings_of_spec(const format::Json& spec, const OwnFolders& own);

// Of the config.json in the bundle that podman and CRI-O keep in a store; it must be root's or the user's.
std::optional<runtime::Settings> settings_of_bundle(const std::string& bundle, const std::string& container,
                                                    std::uint32_t user);

// `said` with what the kernel shows of the container's first process; none when nothing at all is known.
std::optional<runtime::Settings> with_kernel_facts(std::optional<runtime::Settings> said, std::int64_t pid);

}  // namespace weir::agent
