// A time zone of the IANA database, as this system's tzdata has it: local times to instants and back. A local time in
// a gap has the offset before the gap; one that comes twice is the first. `Local` counts seconds as a clock on the wall
// would, from 1970-01-01T00:00:00 there, without regard to changes. Immutable; safe to share between threads.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"

namespace weir::window {

using Local = std::int64_t;   // seconds of the wall clock
using Second = std::int64_t;  // seconds since 1970-01-01T00:00:00Z

// A moment when the offset changes: the wall clock would have shown `from` and shows `to`.
struct Turn {
  Second at = 0;
  Local from = 0, to = 0;
  Local gap() const { return to - from; }  // skipped when positive, repeated when negative
};

class Zone {
 public:
  static Result<Zone> find(std::string_view name, std::string_view field = "timezone");  // "Europe/Berlin"

  Local local_of(Second at) const;
  Second second_of(Local local) const;
  std::optional<Turn> turn_until(Second at) const;  // the last one at or before
  std::optional<Turn> turn_after(Second at) const;

 private:
  struct Data;
  explicit Zone(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

std::string tzdata_version();  // "2026b"; empty where the system does not say it
Sha256 tzdata_digest();        // of the rules in use; of nothing where there are none

}  // namespace weir::window
