#include "evidence/ci.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/limits.h"

namespace weir::evidence {
namespace {

// A template is text with ${VARIABLE}; it counts only if every variable in it is set and not empty. The first
// that counts wins.
using Templates = std::array<std::string_view, 3>;

struct CiRow {
  std::string_view system;
  std::string_view sign;  // the variable that tells the system
  Templates flow, trail, commit, branch, run_url, repository;
};

constexpr std::array rows{
    CiRow{.system = "github",
          .sign = "GITHUB_ACTIONS",
          .flow = {"${GITHUB_REPOSITORY}"},
          .trail = {"${GITHUB_SHA}", "${GITHUB_RUN_ID}"},
          .commit = {"${GITHUB_SHA}"},
          .branch = {"${GITHUB_HEAD_REF}", "${GITHUB_REF_NAME}"},
          .run_url = {"${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}"},
          .repository = {"${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}"}},
    CiRow{
        .system = "gitlab",
        .sign = "GITLAB_CI",
        .flow = {"${CI_PROJECT_PATH}", "${CI_PROJECT_NAME}"},
        .trail = {"${CI_COMMIT_SHA}", "${CI_PIPELINE_ID}"},
        .commit = {"${CI_COMMIT_SHA}"},
        .branch = {"${CI_MERGE_REQUEST_SOURCE_BRANCH_NAME}", "${CI_COMMIT_BRANCH}", "${CI_COMMIT_REF_NAME}"},
        .run_url = {"${CI_PIPELINE_URL}", "${CI_JOB_URL}"},
        .repository = {"${CI_PROJECT_URL}"}},
    CiRow{.system = "jenkins",
          .sign = "JENKINS_URL",
          .flow = {"${JOB_NAME}"},
          .trail = {"${GIT_COMMIT}", "${BUILD_TAG}", "${BUILD_NUMBER}"},
          .commit = {"${GIT_COMMIT}"},
          .branch = {"${CHANGE_BRANCH}", "${BRANCH_NAME}", "${GIT_BRANCH}"},
          .run_url = {"${BUILD_URL}"},
          .repository = {"${GIT_URL}"}},
};

std::string_view variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(std::string(name));
  return found == environment.end() ? std::string_view() : std::string_view(found->second);
}

std::string filled(std::string_view text, const Environment& environment) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find("${"), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t close = text.find('}');
    const std::string_view value = variable(environment, text.substr(2, close - 2));
    if (value.empty()) return "";
    out += value;
    text.remove_prefix(close + 1);
  }
  return out;
}

std::string first_filled(const Templates& templates, const Environment& environment) {
  for (const std::string_view text : templates)
    if (std::string value = filled(text, environment); !value.empty()) return value;
  return "";
}

// Only what base/name.h allows in names.
std::string as_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.' || c == '~';
    if (plain && (!name.empty() || (c != '_' && c != '.' && c != '~'))) name += c;
    else if (!name.empty() && name.back() != '-') name += '-';
  }
  while (name.ends_with('-')) name.pop_back();
  name.resize(std::min(name.size(), limits::name_bytes_max));
  return name;
}

std::string without_credentials(std::string url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return url;
  const std::size_t host = scheme + 3, path = std::min(url.find('/', host), url.size());
  const std::size_t at = url.rfind('@', path);
  if (at != url.npos && at >= host && at < path) url.erase(host, at + 1 - host);
  return url;
}

// A multibranch job of Jenkins ends in its branch, which belongs to the trail and not to the flow.
std::string without_branch(std::string job, std::string_view branch) {
  for (const std::string_view slash : {"/", "%2F"}) {
    std::string end(branch);
    for (std::size_t at = 0; (at = end.find('/', at)) != end.npos; at += slash.size())
      end.replace(at, 1, slash);
    if (!branch.empty() && job.size() > end.size() + 1 && job.ends_with("/" + end))
      job.resize(job.size() - end.size() - 1);
  }
  return job;
}

}  // namespace

std::optional<CiRun> detect_ci(const Environment& environment) {
  const auto* row = std::find_if(rows.begin(), rows.end(), [&](const CiRow& candidate) {
    return !variable(environment, candidate.sign).empty();
  });
  if (row == rows.end()) return std::nullopt;
  CiRun run{.system = std::string(row->system),
            .commit = first_filled(row->commit, environment),
            .branch = first_filled(row->branch, environment),
            .run_url = first_filled(row->run_url, environment),
            .repository = without_credentials(first_filled(row->repository, environment))};
  run.flow =
      as_name(without_branch(first_filled(row->flow, environment), variable(environment, "BRANCH_NAME")));
  run.trail = as_name(first_filled(row->trail, environment));
  if (run.branch.starts_with("origin/")) run.branch.erase(0, 7);
  return run;
}

}  // namespace weir::evidence
