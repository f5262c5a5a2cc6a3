// Of what is asked before something may run, and of what was decided.
#include "api/handlers_policy.h"
#include "api/route_table.h"
#include "dbom/envelope.h"
#include "policy/simulate.h"
#include "store/view_decision.h"
#include "store/view_policy.h"

namespace weir::api {
namespace {

using access::Permission;

constexpr std::array attachment_query{
    Query{"environment", QueryKind::text, "from this environment"},
    Query{"flow", QueryKind::text, "from this flow"},
};

constexpr std::array<std::string_view, 1> status_words{"verdict"};
constexpr Query status_query{"status", QueryKind::word, "verdict: 200 when it may run, 403 denied, 409 undecided",
                             status_words};
constexpr std::array gate_query{
    Query{"artifact", QueryKind::artifact, "what is to run: a digest, or an image named with one; must be given"},
    Query{"environment", QueryKind::text, "where; must be given"},
    Query{"class", QueryKind::text, "of the change: standard, normal, emergency; normal unless said"},
    status_query,
};
constexpr std::array posted_gate_query{status_query};
constexpr std::array decision_query{limit, cursor, environment, artifact,
                                    one_of<policy::Verdict>("verdict", "only of this verdict")};

constexpr std::array rows{
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/gate",
          .read = gate,
          .summary = "May an artifact run in an environment, and why not",
          .answer = one<store::GateAnswer>,
          .query = gate_query,
          .refusals = {403, 409}},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/gate",
          .read = gate,
          .summary = "The same, for callers that can only post",
          .answer = one<store::GateAnswer>,
          .body = takes<GateRequest>,
          .query = posted_gate_query,
          .refusals = {403, 409}},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/decisions",
          .read = list_decisions,
          .summary = "List decisions",
          .answer = list<store::DecisionView>("decisions"),
          .query = decision_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/decisions/{entry}",
          .read = find_decision,
          .summary = "A decision with everything it rests on",
          .answer = one<DecisionAnswer>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/decisions/{entry}/vsa",
          .read = decision_vsa,
          .summary = "A decision as a signed verification summary (SLSA VSA in DSSE)",
          .answer = one<dbom::DbomEnvelope>},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/policies/{name}",
          .permission = Permission::administer,
          .write = create_policy,
          .summary = "Create a policy, or its next version",
          .answer = written<store::PolicyView>("policy"),
          .body = takes<PolicyRequest>,
          .decoding_waits = always},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/policies",
          .read = list_policies,
          .summary = "List policies and where they are attached",
          .answer = list<store::PolicyView>("policies"),
          .query = page_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/policies/{name}",
          .read = find_policy,
          .summary = "One policy, its newest version",
          .answer = one<store::PolicyView>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/policies/{name}/versions",
          .read = list_policy_versions,
          .summary = "Versions of a policy, newest first",
          .answer = list<store::PolicyVersionView>("versions"),
          .query = page_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/policies/{name}/versions/{version}",
          .read = find_policy_version,
          .summary = "One version of a policy",
          .answer = one<store::PolicyVersionView>},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/policies/{name}/attachments",
          .permission = Permission::administer,
          .write = attach_policy,
          .summary = "Attach a policy to an environment or a flow, or change its mode there",
          .answer = written<store::AttachmentView>("attachment"),
          .body = takes<AttachmentRequest>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/policies/simulate",
          .read = simulate_policy,
          .summary = "Decide again with a policy what was decided without it; records nothing",
          .answer = one<policy::Simulation>,
          .body = takes<SimulationRequest>},
    Route{.method = "GET",
          .pattern = "/v1/policy.schema.json",
          .door = Door::open,
          .read = policy_form_schema,
          .summary = "The JSON Schema of a policy in YAML",
          .answer = one<format::Json>},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/policies/{name}/attachments",
          .permission = Permission::administer,
          .write = detach_policy,
          .summary = "Detach a policy",
          .answer = beside_receipt<Removed>,
          .query = attachment_query},
};
static_assert(each_has_one_handler(rows));

}  // namespace

std::span<const Route> policy_routes() { return rows; }

}  // namespace weir::api
