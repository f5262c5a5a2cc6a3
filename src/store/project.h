// From entries to tables. `project` writes the derived tables and depends on nothing but the entry and these tables, so
// projecting every entry again gives the same tables. `enqueue` writes the owned tables an entry asks for (what is to
// be judged, what is to be delivered) and happens once, when the entry is accepted.
#pragma once
#include "store/event.h"
#include "store/sql.h"

namespace weir::store {

// Who, when and where in the ledger an event was accepted.
struct Stamp {
  std::int64_t index = 0;
  Instant at;
  ledger::ActorId actor;
};

Status project(Database& db, const Stamp& stamp, const Event& event);
Status enqueue(Database& db, const Stamp& stamp, const Event& event);

}  // namespace weir::store
