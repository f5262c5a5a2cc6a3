// The handlers of where a result of a scan and a break of an API run, and what they answer; see handlers.h.
#pragma once
#include "api/routes.h"
#include "evidence/openapi_difference.h"
#include "store/view_impact.h"

namespace weir::api {

// How much of what runs could be looked at.
struct ImpactCoverage {
  std::string sentence;
  std::int64_t running = 0, covered = 0;
  std::vector<store::UncoveredView> uncovered;
  static void members(auto& visit, auto& self) {
    visit("sentence", self.sentence);
    visit("running", self.running);
    visit("covered", self.covered);
    visit("uncovered", self.uncovered);
  }
};

struct ScanWhereRow {
  store::RunningRow running;
  std::string tool, rule, level, message, file;
  std::int64_t line = 0;  // 0: none is said
  std::vector<std::string> fingerprints;
  std::int64_t attestation = 0;                 // entry of the scan that says it
  std::optional<store::FlowReleaseView> first;  // release since which it has been there without a break
  static void members(auto& visit, auto& self) {
    visit("workload", self.running.workload);
    visit("name", self.running.name);
    visit("host", self.running.host);
    visit("environment", self.running.environment);
    visit("since", self.running.since);
    visit("artifact", self.running.artifact);
    visit("artifact_name", self.running.artifact_name);
    visit("service", self.running.service);
    visit("team", self.running.team);
    visit("tool", self.tool);
    visit("rule", self.rule);
    visit("level", self.level);
    visit("message", self.message);
    visit("file", self.file);
    visit("line", self.line);
    visit("fingerprints", self.fingerprints);
    visit("attestation", self.attestation);
    visit("first", self.first);
  }
};
struct ScanWhereView {
  std::string rule, fingerprint;
  ImpactCoverage coverage;
  std::vector<ScanWhereRow> running;
  bool more = false;  // there is more than is told
  static void members(auto& visit, auto& self) {
    visit("coverage", self.coverage);
    visit("rule", self.rule);
    visit("fingerprint", self.fingerprint);
    visit("running", self.running);
    visit("more", self.more);
  }
};

// `provider`: a release whose own API breaks callers of the release before it. `consumer`: a release that was built
// against another API than the one that runs beside it now.
enum class ApiRole { provider, consumer };
constexpr auto names_of(ApiRole) { return std::array<std::string_view, 2>{"provider", "consumer"}; }

struct ApiBreakView {
  std::string operation, place, what;
  static void members(auto& visit, auto& self) {
    visit("operation", self.operation);
    visit("place", self.place);
    visit("what", self.what);
  }
};
struct ApiImpactRow {
  ApiRole role = ApiRole::provider;
  store::RunningRow running;
  std::string api;                            // whose: of a consumer as its evidence names it
  Sha256 other;                               // release before it; of a consumer the provider that runs
  std::string before_version, after_version;  // of the API, as the documents say
  std::int64_t breaking = 0;
  std::vector<ApiBreakView> breaks;  // the first ones
  static void members(auto& visit, auto& self) {
    visit("role", self.role);
    visit("workload", self.running.workload);
    visit("name", self.running.name);
    visit("host", self.running.host);
    visit("environment", self.running.environment);
    visit("since", self.running.since);
    visit("artifact", self.running.artifact);
    visit("artifact_name", self.running.artifact_name);
    visit("service", self.running.service);
    visit("team", self.running.team);
    visit("api", self.api);
    visit("other", self.other);
    visit("before_version", self.before_version);
    visit("after_version", self.after_version);
    visit("breaking", self.breaking);
    visit("breaks", self.breaks);
  }
};
struct ApiImpactView {
  ImpactCoverage coverage;
  std::vector<ApiImpactRow> running;
  bool more = false;  // there is more than is told
  static void members(auto& visit, auto& self) {
    visit("coverage", self.coverage);
    visit("running", self.running);
    visit("more", self.more);
  }
};

Result<http::Response> where_scanned(const ReadCall& call);
Result<http::Response> where_api_breaks(const ReadCall& call);

}  // namespace weir::api
