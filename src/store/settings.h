// The settings of what runs of an artifact, as one document for policies: `input.workload` of a decision on what runs.
// docs/formats/decision-input.md.
#pragma once
#include <span>

#include "runtime/report.h"
#include "store/sql.h"

namespace weir::store {

// Of one kind of workload: what one of its instances was reported with.
struct ReportedSettings {
  runtime::WorkloadKind kind = runtime::WorkloadKind::process;
  std::optional<runtime::Settings> settings;
};

// A setting is as open as that of the most open instance; it is null when none is open and one is not known. Files have
// no settings, and outside containers only `run_as_root` is one. An empty object: nothing was reported of any.
format::Json merge_settings(std::span<const ReportedSettings> reported);

// "privileged, runs as root, the host's network, mounts /etc": what is open, of the list of stored settings (JSON).
std::string settings_in_words(std::string_view kind, std::string_view stored_list);

// Of all that lives of the artifact in the environment.
Result<format::Json> settings_of_running(Database& db, const Sha256& artifact, std::string_view environment);

}  // namespace weir::store
