#include "policy/input_read.h"

#include <algorithm>
#include <set>

#include "format/take.h"

namespace weir::format {

// Deciding looks at no summary and no predicate but through the engine: no values are made of them here.
struct TakerWithoutValues {
  MemberTaker taker;
  void operator()(std::string_view name, auto& member) { taker(name, member); }
  void operator()(std::string_view, Json&) {}
};

template <>
bool take(const JsonView& json, policy::InputAttestation& out) {
  if (!json.is_object()) return false;
  TakerWithoutValues without{{json}};
  policy::InputAttestation::members(without, out);
  return without.taker.fits;
}

}  // namespace weir::format

namespace weir::policy {
namespace {

using format::Json;

void sort_members(Json& json) {
  if (Json::Array* items = json.array(); items != nullptr)
    for (Json& item : *items) sort_members(item);
  Json::Object* members = json.object();
  if (members == nullptr) return;
  for (auto& [key, value] : *members) sort_members(value);
  // By bytes, which is RFC 8785's order but for keys outside the basic plane; document_of looks at those.
  std::sort(members->begin(), members->end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

void sort_by_entry(auto& items) {
  std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.entry < b.entry; });
}

Input in_order(Input input) {
  sort_by_entry(input.approvals);
  sort_by_entry(input.deployments);
  sort_by_entry(input.exceptions);
  sort_by_entry(input.freezes);
  sort_by_entry(input.trails);
  std::stable_sort(input.runs.begin(), input.runs.end(),
                   [](const InputRun& a, const InputRun& b) { return a.environment < b.environment; });
  std::stable_sort(input.running.begin(), input.running.end(),
                   [](const InputRunning& a, const InputRunning& b) { return a.digest < b.digest; });
  for (auto& [type, attestations] : input.attestations) {
    sort_by_entry(attestations);
    for (InputAttestation& each : attestations) {
      sort_members(each.summary);
      sort_members(each.predicate);
    }
  }
  sort_members(input.workload);
  return input;
}

bool has_sorted_members(const Json& json) {
  if (const Json::Array* items = json.array(); items != nullptr)
    return std::all_of(items->begin(), items->end(), has_sorted_members);
  const Json::Object* members = json.object();
  return members == nullptr ||
         (std::is_sorted(members->begin(), members->end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; }) &&
          std::all_of(members->begin(), members->end(),
                      [](const auto& member) { return has_sorted_members(member.second); }));
}

bool is_by_entry(const auto& items) {
  return std::is_sorted(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.entry < b.entry; });
}

// What comes from the tables mostly is, and copying it costs more than looking.
bool is_in_order(const Input& input) {
  const auto attested = [](const auto& of_type) {
    return is_by_entry(of_type.second) &&
           std::all_of(of_type.second.begin(), of_type.second.end(), [](const InputAttestation& each) {
             return has_sorted_members(each.summary) && has_sorted_members(each.predicate);
           });
  };
  return is_by_entry(input.approvals) && is_by_entry(input.deployments) && is_by_entry(input.exceptions) &&
         is_by_entry(input.freezes) && is_by_entry(input.trails) &&
         std::is_sorted(input.runs.begin(), input.runs.end(),
                        [](const InputRun& a, const InputRun& b) { return a.environment < b.environment; }) &&
         std::is_sorted(input.running.begin(), input.running.end(),
                        [](const InputRunning& a, const InputRunning& b) { return a.digest < b.digest; }) &&
         std::all_of(input.attestations.begin(), input.attestations.end(), attested) &&
         has_sorted_members(input.workload);
}

bool beyond_basic_plane(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xEE; });
}

}  // namespace

std::string document_of(const Input& input) {
  std::string document = is_in_order(input) ? format::encode(input) : format::encode(in_order(input));
  if (!beyond_basic_plane(document)) return document;
  return format::dump_canonical(format::parse_json(document).value());
}

Result<Input> read_input(std::string_view document) {
  const Json json = TRY(format::parse_json(document));
  const Json& version = json.at("version");
  if (version.integer() == nullptr || *version.integer() != input_version)
    return invalid(fmt::format("'version' must be {}", input_version), "version");
  return format::decode<Input>(json);
}

std::optional<Input> take_input(const format::JsonView& document) {
  std::optional<Input> input(std::in_place);
  if (!format::take(document, *input) || input->version != input_version) input.reset();
  return input;
}

std::vector<std::int64_t> subject_entries(const Input& input) {
  std::set<std::int64_t> entries;
  const auto all = [&](const auto& items) {
    for (const auto& item : items) entries.insert(item.entry);
  };
  if (input.artifact.entry) entries.insert(*input.artifact.entry);
  all(input.approvals);
  all(input.deployments);
  all(input.exceptions);
  all(input.freezes);
  all(input.trails);
  for (const auto& [type, attestations] : input.attestations) all(attestations);
  return {entries.begin(), entries.end()};
}

}  // namespace weir::policy
