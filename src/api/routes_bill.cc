// Of what evidence says is in artifacts, and where that runs.
#include "api/handlers_bill.h"
#include "api/handlers_impact.h"
#include "api/route_table.h"

namespace weir::api {
namespace {

constexpr std::array component_query{
    Query{"parent", QueryKind::number, "what this component asks for; else what the product asks for itself"},
    Query{"q", QueryKind::text,
          "only with this in their name or package URL; without `parent`, of the whole bill"},
    Query{"apart", QueryKind::flag, "those that no dependency names"},
    Query{"flawed", QueryKind::flag, "only those with an open flaw; without `parent`, of the whole bill"},
    limit,
    cursor};

constexpr std::array scan_query{Query{"rule", QueryKind::text, "id of the rule that finds it"},
                                Query{"fingerprint", QueryKind::text, "or the fingerprint of one result"},
                                environment};
constexpr std::array api_query{environment};

constexpr std::array rows{
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/artifacts/{digest}/components",
          .read = list_artifact_components,
          .summary = "An artifact's bill of materials, a level of its tree at a time",
          .answer = one<BillLevelView>,
          .query = component_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/artifacts/{digest}/components/{id}",
          .read = find_artifact_component,
          .summary = "A component of an artifact's bill of materials, and every way by which it came in",
          .answer = one<BillWaysView>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/scans/where",
          .read = where_scanned,
          .summary = "Where a result of a scan runs, and since which release",
          .answer = one<ScanWhereView>,
          .query = scan_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/apis/where",
          .read = where_api_breaks,
          .summary = "Which running releases break callers of their API, or call one that is broken for them",
          .answer = one<ApiImpactView>,
          .query = api_query},
};
static_assert(each_has_one_handler(rows));

}  // namespace

std::span<const Route> bill_routes() { return rows; }

}  // namespace weir::api
