#include "integration/gitlab.h"

#include <algorithm>

namespace weir::integration {
namespace {

using format::Json;

constexpr std::size_t jobs_max = 100;  // of one pipeline that wait

std::int64_t number(const Json& json) { return json.integer() == nullptr ? 0 : *json.integer(); }

bool waits(std::string_view status) { return status == "created" || status == "blocked"; }

// RFC 3986 unreserved stays, all else becomes %XX.
std::string percent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Result<Asked> checked(const IntegrationDeclared& declared, Asked asked) {
  if (asked.project <= 0) return invalid("'project.id' is missing", "project.id");
  if (!is_commit(asked.commit)) return invalid("the event names no whole commit id", "sha");
  if (!asked.repository.empty() && !is_repository(asked.repository))
    return invalid("'project.path_with_namespace' is no path of a project", "project.path_with_namespace");
  if (asked.asking == Asking::status_check) {
    asked.ours = declared.merge_environment;
    return asked;
  }
  if (asked.environment.empty() || asked.environment.size() > 255)
    return invalid("'environment' has 1 to 255 bytes", "environment");
  if (asked.job <= 0 && asked.deployment <= 0) return invalid("the event names no deployment and no job");
  asked.ours = mapped(declared, asked.environment);
  return asked;
}

Result<Heard> hear_one(const IntegrationDeclared& declared, Asked asked) {
  Asked good = TRY(checked(declared, std::move(asked)));
  return Heard{.asked = {std::move(good)}};
}

std::string path_of(const Json& body) { return std::string(body.at("project").text("path_with_namespace")); }

// The commit's whole id stands only at the end of its address.
Result<Heard> hear_deployment(const IntegrationDeclared& declared, const Json& body) {
  if (!waits(body.text("status")))
    return Heard{
        .ignored = fmt::format("a deployment that is {} needs no answer", body.text("status").substr(0, 32))};
  const std::string_view address = body.text("commit_url");
  const std::string_view commit = address.substr(std::min(address.rfind('/') + 1, address.size()));
  if (!commit.starts_with(body.text("short_sha")))
    return invalid("'commit_url' is of another commit", "commit_url");
  return hear_one(declared, {.asking = Asking::deployment,
                             .repository = path_of(body),
                             .commit = std::string(commit),
                             .environment = std::string(body.text("environment")),
                             .project = number(body.at("project").at("id")),
                             .job = number(body.at("deployable_id")),
                             .deployment = number(body.at("deployment_id"))});
}

// A job that would start something in an environment; stopping one asks nobody.
bool deploys(const Json& environment) {
  const std::string_view action = environment.text("action");
  return !environment.text("name").empty() && (action.empty() || action == "start");
}

Result<Heard> hear_job(const IntegrationDeclared& declared, const Json& body) {
  if (body.text("build_status") != "manual" || !deploys(body.at("environment")))
    return Heard{.ignored = "this job does not wait to deploy"};
  return hear_one(declared, {.asking = Asking::deployment,
                             .repository = path_of(body),
                             .commit = std::string(body.text("sha")),
                             .environment = std::string(body.at("environment").text("name")),
                             .project = number(body.at("project_id")),
                             .job = number(body.at("build_id"))});
}

Result<Heard> hear_pipeline(const IntegrationDeclared& declared, const Json& body) {
  Heard heard;
  for (const Json& job : body.items("builds")) {
    if (job.text("status") != "manual" || !deploys(job.at("environment"))) continue;
    if (heard.asked.size() == jobs_max)
      return Error{Errc::too_large, "more than 100 jobs wait to deploy", "builds"};
    heard.asked.push_back(
        TRY(checked(declared, Asked{.asking = Asking::deployment,
                                    .repository = path_of(body),
                                    .commit = std::string(body.at("object_attributes").text("sha")),
                                    .environment = std::string(job.at("environment").text("name")),
                                    .project = number(body.at("project").at("id")),
                                    .job = number(job.at("id"))})));
  }
  if (heard.asked.empty()) heard.ignored = "no job of this pipeline waits to deploy";
  return heard;
}

Result<Heard> hear_merge_request(const IntegrationDeclared& declared, const Json& body) {
  const Json& request = body.at("object_attributes");
  const std::int64_t check = number(body.at("external_approval_rule").at("id"));
  if (check == 0) return Heard{.ignored = "this is no external status check"};
  if (declared.merge_environment.empty())
    return Heard{.ignored = "the integration says no environment for merge requests"};
  if (!request.text("state").empty() && request.text("state") != "opened")
    return Heard{.ignored = "the merge request is not open"};
  const std::int64_t iid = number(request.at("iid"));
  if (iid <= 0) return invalid("'object_attributes.iid' is missing", "object_attributes.iid");
  return hear_one(declared, {.asking = Asking::status_check,
                             .repository = path_of(body),
                             .commit = std::string(request.at("last_commit").text("id")),
                             .environment = std::string(request.text("target_branch")),
                             .project = number(request.at("target_project_id")),
                             .merge_request = iid,
                             .check = check});
}

}  // namespace

Result<Heard> hear_gitlab(const IntegrationDeclared& declared, const Json& body) {
  const std::string_view kind = body.text("object_kind");
  if (kind == "deployment") return hear_deployment(declared, body);
  if (kind == "build") return hear_job(declared, body);
  if (kind == "pipeline") return hear_pipeline(declared, body);
  if (kind == "merge_request") return hear_merge_request(declared, body);
  return Heard{.ignored = fmt::format("object_kind {} asks nothing", kind.substr(0, 64))};
}

std::string blocked_deployments_path(const Asked& asked) {
  return fmt::format(
      "/api/v4/projects/{}/deployments?environment={}&status=blocked&order_by=id&sort=desc&per_page=100",
      asked.project, percent(asked.environment));
}

std::string approval_path(const Asked& asked) {
  return fmt::format("/api/v4/projects/{}/deployments/{}/approval", asked.project, asked.deployment);
}

std::string status_path(const Asked& asked) {
  return fmt::format("/api/v4/projects/{}/merge_requests/{}/status_check_responses", asked.project,
                     asked.merge_request);
}

Result<std::int64_t> find_deployment(const Asked& asked, std::string_view answer) {
  const Json rows = TRY(format::parse_json(answer));
  if (rows.array() == nullptr) return invalid("the list of deployments is no list");
  for (const Json& row : *rows.array()) {
    const std::int64_t id = number(row.at("id"));
    const bool wanted =
        asked.deployment != 0 ? id == asked.deployment : number(row.at("deployable").at("id")) == asked.job;
    if (wanted && row.text("sha") == asked.commit) return id;
  }
  return std::int64_t{0};
}

std::string approval_body(policy::Verdict verdict, std::string_view comment) {
  const std::string_view status = policy::passes(verdict) ? "approved" : "rejected";
  return dump(Json::object({{"status", status}, {"comment", comment}}));
}

std::string status_body(const Asked& asked, policy::Verdict verdict) {
  const std::string_view status = policy::passes(verdict)            ? "passed"
                                  : verdict == policy::Verdict::deny ? "failed"
                                                                     : "pending";
  return dump(
      Json::object({{"sha", asked.commit}, {"external_status_check_id", asked.check}, {"status", status}}));
}

}  // namespace weir::integration
