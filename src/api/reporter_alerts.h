// The alerts about reporters themselves: which one opens when a key is enrolled, and which end with what. Decided where
// a command decides.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "runtime/environment.h"
#include "store/sql.h"

namespace weir::api {

// Those that a reporter's next report ends, and its removal: its silence and its gaps. That its key was misused, or
// came second, needs a person.
Result<std::vector<std::int64_t>> passing_alerts_of(store::Database& db, const std::string& reporter);

// Where another key speaks for that host already. Both go on: which of them is right is not the server's to guess.
Result<std::optional<alert::AlertOpened>> second_key_alert(store::Database& db,
                                                           const runtime::ReporterEnrolled& enrolled);
// Those about second keys that end when a person removes `reporter`: its own, and the other's that is left alone with
// the host. That a key takes another name ends none: whoever came second could do that himself.
Result<std::vector<std::int64_t>> second_keys_settled(store::Database& db, const std::string& reporter,
                                                      const std::string& environment,
                                                      const std::string& host);

}  // namespace weir::api
