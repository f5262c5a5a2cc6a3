// How long findings stay open: clocks against what was agreed per severity, mean time to remedy, and the
// backlog at any moment, from the periods in which each finding was open. Pure. Rules:
// docs/formats/priority.md.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/rating.h"
#include "base/time.h"
#include "format/members.h"
#include "vuln/record.h"

namespace weir::vuln {

using weir::Rating;

// What was agreed; a severity without a row has no clock.
struct Sla {
  std::map<Rating, Duration> within = {{Rating::critical, days(7)},
                                       {Rating::high, days(30)},
                                       {Rating::medium, days(90)},
                                       {Rating::low, days(180)}};
  std::optional<Duration> exploited = days(7);  // for whatever is known to be exploited, where that is sooner
};

// As it is declared, and back.
Sla sla_of(const RemedyTimesDeclared& declared);
RemedyTimesDeclared declared_of(const Sla& sla);

struct OpenPeriod {
  Instant opened;
  std::optional<Instant> closed;  // none: still open
};

struct FindingHistory {
  Rating rating = Rating::none;
  bool is_exploited = false;
  std::vector<OpenPeriod> periods;   // in order, apart from each other; a second one is a reopening
  std::optional<Instant> published;  // of the advisory
  std::optional<Instant> deployed;   // of what has it
};

// The clock runs while a finding is open, and goes on where it stood when it is reopened: closing for a day
// buys no time.
struct RemedyClock {
  bool is_open = false;
  Duration elapsed;                // while open, until then or now
  std::optional<Duration> agreed;  // none: no clock
  std::optional<Instant> due;      // of an open one: when the clock runs out if it stays open
  bool is_overdue = false;         // of a closed one: it was when it closed
};
std::optional<Duration> agreed_for(const FindingHistory& history, const Sla& sla);
RemedyClock clock_of(const FindingHistory& history, const Sla& sla, Instant now);

// Of the findings that are closed: the mean of what their clocks show. None where none is.
struct Remedied {
  std::int64_t count = 0, within_agreed = 0;
  std::optional<Duration> mean, median;
};
std::map<Rating, Remedied> time_to_remedy(std::span<const FindingHistory> histories, const Sla& sla,
                                          Instant now);

struct Backlog {
  std::int64_t open = 0, overdue = 0, reopened = 0;
};
// What was open at that moment, by severity.
std::map<Rating, Backlog> backlog_at(std::span<const FindingHistory> histories, const Sla& sla, Instant at);

// Findings whose advisory was published after what has it was deployed: nobody could have known.
std::int64_t post_deployment(std::span<const FindingHistory> histories);

}  // namespace weir::vuln
