// Campaigns as the tables hold them, and what ran while they were open.
#pragma once
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/view_finding.h"
#include "vuln/campaign.h"

namespace weir::store {

struct Campaign {
  std::int64_t id = 0;  // entry that opened it
  vuln::CampaignOpened opened;
  std::string opened_by;
  Instant opened_at;
  std::optional<Instant> closed_at;
  std::string closed_by, closed_note;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("cluster", self.opened.cluster);
    visit("records", self.opened.records);
    visit("severity", self.opened.severity);
    visit("summary", self.opened.summary);
    visit("due", self.opened.due);
    visit("note", self.opened.note);
    visit("opened_by", self.opened_by);
    visit("opened_at", self.opened_at);
    visit("closed_at", self.closed_at);
    visit("closed_by", self.closed_by);
    visit("closed_note", self.closed_note);
    visit("entry", self.id);
  }
};

struct CampaignFilter {
  bool open = false;
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();  // newest first
};
Result<std::vector<Campaign>> list_campaigns(Database& db, const CampaignFilter& filter);
Result<std::optional<Campaign>> find_campaign(Database& db, std::int64_t id);
Result<std::optional<std::int64_t>> open_campaign_about(Database& db, std::string_view cluster);

// A workload that was an artifact at some time since a moment, and when it ran.
struct RanRow {
  RunningRow running;
  bool lives = false;
  std::vector<vuln::Span> ran;
};
Result<std::vector<RanRow>> ran_since(Database& db, const Sha256& artifact, Instant since);

// Whether an exception of the finding is asked for and not decided yet.
Result<bool> is_exception_pending(Database& db, const Sha256& artifact, std::string_view environment,
                                  std::string_view finding, Instant now);

}  // namespace weir::store
