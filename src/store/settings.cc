#include "store/settings.h"

#include <algorithm>
#include <array>
#include <set>

#include "runtime/host_mounts.h"
#include "store/stored.h"

namespace weir::store {
namespace {

using format::Json;
using runtime::Settings;
using runtime::WorkloadKind;

constexpr std::int64_t instances_max = 2000;  // of different settings

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> open_words{
    {{"privileged", "privileged"},
     {"run_as_root", "runs as root"},
     {"host_network", "the host's network"},
     {"host_pid", "the host's processes"},
     {"host_ipc", "the host's IPC"}}};

bool has_settings(WorkloadKind kind) { return kind != WorkloadKind::file; }
bool is_container(WorkloadKind kind) { return kind == WorkloadKind::container; }

Json merged(std::span<const ReportedSettings> reported, std::optional<bool> Settings::* setting,
            bool (*counts)(WorkloadKind)) {
  bool known = false, unknown = false;
  for (const ReportedSettings& each : reported) {
    if (!counts(each.kind)) continue;
    const std::optional<bool> value = each.settings ? (*each.settings).*setting : std::nullopt;
    if (value == true) return true;
    (value ? known : unknown) = true;
  }
  return known && !unknown ? Json(false) : Json();
}

Json merged_mounts(std::span<const ReportedSettings> reported) {
  std::set<std::string> mounts;
  bool known = false, unknown = false;
  for (const ReportedSettings& each : reported) {
    if (!is_container(each.kind)) continue;
    const bool says = each.settings && each.settings->host_mounts;
    (says ? known : unknown) = true;
    if (says) mounts.insert(each.settings->host_mounts->begin(), each.settings->host_mounts->end());
  }
  if (mounts.empty()) return known && !unknown ? Json(Json::Array()) : Json();
  std::vector<std::string> kept(mounts.begin(), mounts.end());
  runtime::keep_first_mounts(kept);
  return Json(Json::Array(kept.begin(), kept.end()));
}

}  // namespace

Json merge_settings(std::span<const ReportedSettings> reported) {
  const auto says = [](const ReportedSettings& each) { return has_settings(each.kind) && each.settings; };
  if (std::none_of(reported.begin(), reported.end(), says)) return Json(Json::Object());
  const bool contained = std::any_of(reported.begin(), reported.end(),
                                     [](const ReportedSettings& each) { return is_container(each.kind); });
  return Json::object({{"host_ipc", merged(reported, &Settings::host_ipc, is_container)},
                       {"host_mounts", merged_mounts(reported)},
                       {"host_network", merged(reported, &Settings::host_network, is_container)},
                       {"host_pid", merged(reported, &Settings::host_pid, is_container)},
                       {"kind", contained ? "container" : "process"},
                       {"privileged", merged(reported, &Settings::privileged, is_container)},
                       {"run_as_root", merged(reported, &Settings::run_as_root, has_settings)}});
}

std::string settings_in_words(std::string_view kind, std::string_view stored_list) {
  const auto list = format::parse_json(stored_list);
  std::vector<ReportedSettings> reported;
  if (list.ok() && list->array() != nullptr)
    for (const Json& each : *list->array())
      if (each.string() != nullptr)
        reported.push_back({*format::enum_from<WorkloadKind>(kind), read_stored<Settings>(*each.string())});
  const Json merged = merge_settings(reported);
  std::string words;
  const auto add = [&](std::string_view word) { words += (words.empty() ? "" : ", ") + std::string(word); };
  for (const auto& [name, word] : open_words)
    if (merged.at(name) == Json(true)) add(word);
  for (const Json& mount : merged.items("host_mounts")) add("mounts " + *mount.string());
  return words;
}

Result<Json> settings_of_running(Database& db, const Sha256& artifact, std::string_view environment) {
  auto reported = TRY(query(
      db,
      "SELECT DISTINCT w.kind, i.settings FROM identity n JOIN workload_digest d ON d.digest=n.child JOIN "
      "workload w "
      "ON w.id=d.workload JOIN instance i ON i.workload=w.id WHERE n.root=$1 AND w.environment=$2 AND "
      "w.live>0 AND "
      "i.ended_at IS NULL LIMIT $3",
      [](const Row& row) {
        ReportedSettings each{.kind = *format::enum_from<WorkloadKind>(row.text(0))};
        if (!row.is_null(1)) each.settings = read_stored<Settings>(row.text(1));
        return each;
      },
      artifact, environment, instances_max + 1));
  // Of more than are looked at, the rest may be anything.
  if (reported.size() > static_cast<std::size_t>(instances_max))
    reported.back() = {.kind = WorkloadKind::container};
  return merge_settings(reported);
}

}  // namespace weir::store
