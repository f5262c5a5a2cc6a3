// What a campaign rests on, gathered from the tables and the index of bills of materials. Made anew for each question:
// nothing of it is kept.
#pragma once
#include <vector>

#include "jobs/exposure.h"
#include "store/view_campaign.h"

namespace weir::api {

// The findings of a flaw, and when each was open.
struct CampaignFlaw {
  vuln::FindingChange finding;  // as it was said last
  std::vector<vuln::Span> open;
  bool is_open() const { return vuln::is_open(finding.state); }
};
Result<std::vector<CampaignFlaw>> flaws_of(store::Database& db, std::string_view cluster);

// Every workload that ran an artifact with the flaw while the campaign was open, with what it has come to by now.
Result<std::vector<vuln::AffectedRun>> affected_runs(const jobs::Exposure& exposure, store::Database& db,
                                                     const store::Campaign& campaign, Instant now);

// Whether somebody has to do something about it yet.
constexpr bool is_open(const vuln::AffectedRun& run) {
  return run.standing <= vuln::CampaignStanding::fix_released;
}
// Errors: not_found for a campaign that there is not, conflict for one that is closed.
Result<store::Campaign> open_campaign_at(store::Database& db, std::int64_t id);
// Errors: invalid for none or too many, not_found for one that owns nothing of it.
Status check_owners(const std::vector<std::string>& owners, const std::vector<vuln::AffectedRun>& runs);

// Whoever answers for what runs: its team, its service, its flow, its name.
std::string owner_of(const store::RunningRow& running);

}  // namespace weir::api
