#include "cli/shapes.h"

#include <array>
#include <span>
#include <string_view>

namespace weir::cli {
namespace {

using format::Json;

Json picked(const Json& from, std::span<const std::string_view> names) {
  Json::Object members;
  for (const std::string_view name : names) members.emplace_back(std::string(name), from.at(name));
  return Json(std::move(members));
}

constexpr std::array<std::string_view, 3> reason_names{"code", "message", "entry"};
constexpr std::array<std::string_view, 10> workload_names{
    "id", "kind", "name", "host", "service", "digests", "started_at", "count", "verdict", "reasons"};
constexpr std::array<std::string_view, 4> environment_names{"environment", "snapshot", "at", "workloads"};
constexpr std::array<std::string_view, 9> alert_names{
    "id", "incident", "state", "severity", "cause", "environment", "workload", "started_at", "opened_at"};

Json stable_workload(const Json& workload) {
  if (workload.is_null()) return Json();
  Json::Array reasons;
  for (const Json& reason : workload.items("reasons")) reasons.push_back(picked(reason, reason_names));
  Json out = picked(workload, workload_names);
  out.set("reasons", std::move(reasons));
  if (out.at("digests").is_null()) out.set("digests", Json::Array{});
  return out;
}

}  // namespace

Json stable_environment(const Json& answer) {
  Json::Array workloads;
  for (const Json& workload : answer.items("workloads")) workloads.push_back(stable_workload(workload));
  Json out = picked(answer, environment_names);
  out.set("workloads", std::move(workloads));
  return out;
}

Json stable_alert(const Json& alert) {
  Json out = picked(alert, alert_names);
  out.set("workload", stable_workload(alert.at("workload")));
  return out;
}

}  // namespace weir::cli
