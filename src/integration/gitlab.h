// GitLab's side. A deployment that waits for approval is heard of by a pipeline event or a job event (a deployment
// event comes only when it starts or ends; where one says `blocked` or `created` it is understood too), and is found in
// the list of the project's blocked deployments. An external status check is asked for a merge request's newest commit.
// Every address is built from the integration's own base and the event's numbers. Pure.
#pragma once
#include "integration/integration.h"

namespace weir::integration {

Result<Heard> hear_gitlab(const IntegrationDeclared& declared, const format::Json& body);

// Below the base.
std::string blocked_deployments_path(const Asked& asked);
std::string approval_path(const Asked& asked);
std::string status_path(const Asked& asked);

// The deployment of the job in an answer to `blocked_deployments_path`; 0: it is not (yet) blocked.
Result<std::int64_t> find_deployment(const Asked& asked, std::string_view answer);

// Of a verdict that settles it.
std::string approval_body(policy::Verdict verdict, std::string_view comment);
std::string status_body(const Asked& asked, policy::Verdict verdict);  // undecided is pending

}  // namespace weir::integration
