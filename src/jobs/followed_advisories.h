// The advisories as they are told from look to look: read whole or by what changed, with the organization's own among
// them, kept when a feed breaks, shrinks or goes back in time, and noted for the ledger when they say something else.
// Belongs to the job that finds vulnerabilities.
#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jobs/exposure.h"
#include "jobs/find_vulnerabilities.h"
#include "jobs/known_advisories.h"

namespace weir::jobs {

class FollowedAdvisories {
 public:
  FollowedAdvisories(std::shared_ptr<Exposure> exposure, AdvisorySource source, store::Database& reader,
                     KnownAdvisories known_file)
      : exposure_(std::move(exposure)), source_(std::move(source)), reader_(reader),
        known_file_(std::move(known_file)) {}

  // Gives the exposure what is new. Errors: what cannot be read; what was known before stands. Corrupt: the tables are
  // damaged; advisories that are damaged are unavailable.
  Status look(Instant now);

  bool is_unsaved() const { return unsaved_; }
  // What is known, for the next process; nothing where that has not changed. Errors: what the disk does not take.
  Status save();

  // What was read, and is not recorded yet.
  std::optional<vuln::AdvisoriesUpdated> updated;
  // Names about which something else is said than when all was matched last.
  std::set<vuln::AffectedName> touched;
  // The records that say it; none where other records may speak of other flaws now than then.
  std::optional<std::set<std::string>> touched_records = std::set<std::string>();
  void forget_touched() { touched.clear(), touched_records.emplace(); }
  // That there is a list of exploited flaws at all, until somebody has said so.
  bool exploited_is_news = false;

 private:
  Status take_whole(ReadAdvisories& read, bool is_read, Instant now);
  Status learn(ReadAdvisories& read, Instant now);
  Status add_own(vuln::AdvisorySet& set);
  Status note(const ReadAdvisories& read, const vuln::AdvisoryDifference& difference,
              const vuln::AdvisoryState& after, Instant now);

  std::shared_ptr<Exposure> exposure_;
  AdvisorySource source_;  // empty: none are watched
  store::Database& reader_;
  KnownAdvisories known_file_;
  bool unsaved_ = false;
  std::shared_ptr<vuln::AdvisoryState> known_;  // the exposure's, to be changed under its lock
  Instant look_next_;
  struct FeedRead {
    std::string source;
    std::vector<std::string> refused;
    std::int64_t missing = 0;  // records that the last whole reading did not have any more
    std::shared_ptr<const vuln::CveFacts> cves;
    bool is_kept = false;
  };
  FeedRead feed_;                 // the last time it could be read
  std::int64_t own_through_ = 0;  // entry of the last advisory of one's own that was taken in; 0: none
};

}  // namespace weir::jobs
