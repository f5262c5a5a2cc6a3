// Of campaigns against one flaw, and of advisories that the organization writes itself.
#include "api/handlers_campaign.h"
#include "api/route_table.h"

namespace weir::api {
namespace {

using access::Permission;

constexpr std::size_t advisory_body_bytes_max = 1024 * 1024;

constexpr std::array campaign_query{Query{"open", QueryKind::flag, "only those that are not closed"}, limit,
                                    cursor};
constexpr std::array workload_query{
    Query{"owner", QueryKind::text, "only of this owner"},
    one_of<vuln::CampaignStanding>("standing", "only those that have come to this"), limit, cursor};
constexpr std::array exception_query{
    Query{"preview", QueryKind::flag, "show what the exceptions would cover; record nothing"}};

constexpr std::array rows{
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/campaigns",
          .permission = Permission::declare,
          .write = open_campaign,
          .summary = "Open a campaign against one flaw",
          .answer = written<store::Campaign>("campaign"),
          .body = takes<CampaignRequest>,
          .decoding_waits = always},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/campaigns",
          .read = list_campaigns,
          .summary = "Campaigns and how far they are, the newest first",
          .answer = list<CampaignProgress>("campaigns"),
          .query = campaign_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/campaigns/{id}",
          .read = find_campaign,
          .summary = "A campaign: its owners, what each has come to, and how what runs grew less",
          .answer = one<CampaignStory>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/campaigns/{id}/workloads",
          .read = list_campaign_workloads,
          .summary = "The workloads of a campaign",
          .answer = list<CampaignWorkloadView>("workloads"),
          .query = workload_query},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/campaigns/{id}/close",
          .permission = Permission::declare,
          .write = close_campaign,
          .summary = "Close a campaign",
          .answer = written<store::Campaign>("campaign"),
          .body = takes<CampaignNote>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/campaigns/{id}/exceptions",
          .permission = Permission::record,
          .write = ask_campaign_exceptions,
          .summary = "Ask for the exceptions of some owners of a campaign",
          .answer = written<CampaignAsked>("asked"),
          .body = takes<CampaignExceptions>,
          .query = exception_query,
          .preview = one<CampaignAsked>,
          .decoding_waits = always},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/campaigns/{id}/statements",
          .permission = Permission::record,
          .write = state_for_campaign,
          .summary = "State something (VEX) of the artifacts of some owners of a campaign",
          .answer = written<CampaignStated>("stated"),
          .body = takes<CampaignStatements>,
          .decoding_waits = always},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/advisories",
          .permission = Permission::approve,
          .write = publish_own_advisory,
          .summary = "Publish an advisory of one's own, or publish it anew",
          .answer = written<store::OwnAdvisoryView>("advisory"),
          .body = takes<format::Json>,
          .body_bytes_max = advisory_body_bytes_max},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/advisories",
          .read = list_own_advisories,
          .summary = "Advisories of one's own",
          .answer = list<store::OwnAdvisoryView>("advisories"),
          .query = page_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/advisories/{id}",
          .read = find_own_advisory,
          .summary = "An advisory of one's own",
          .answer = one<store::OwnAdvisoryView>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/advisories/{id}/withdraw",
          .permission = Permission::approve,
          .write = withdraw_own_advisory,
          .summary = "Withdraw an advisory of one's own",
          .answer = written<store::OwnAdvisoryView>("advisory"),
          .body = takes<WithdrawRequest>},
};
static_assert(each_has_one_handler(rows));

}  // namespace

std::span<const Route> campaign_routes() { return rows; }

}  // namespace weir::api
