// CycloneDX 1.4 to 1.7: vulnerabilities with an analysis. Those without one are findings, and say nothing.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "vuln/limits.h"
#include "vuln/vex_parts.h"

namespace weir::vuln {
namespace {

using format::Json;

struct StateRow {
  std::string_view name;
  VexStatus status;
};
constexpr std::array state_rows{StateRow{"resolved", VexStatus::fixed},
                                StateRow{"resolved_with_pedigree", VexStatus::fixed},
                                StateRow{"exploitable", VexStatus::affected},
                                StateRow{"in_triage", VexStatus::under_investigation},
                                StateRow{"false_positive", VexStatus::not_affected},
                                StateRow{"not_affected", VexStatus::not_affected}};

struct JustificationRow {
  std::string_view said, means;
};
constexpr std::array justification_rows{
    JustificationRow{"code_not_present", "vulnerable_code_not_present"},
    JustificationRow{"code_not_reachable", "vulnerable_code_not_in_execute_path"},
    JustificationRow{"requires_configuration", "vulnerable_code_cannot_be_controlled_by_adversary"},
    JustificationRow{"requires_dependency", "vulnerable_code_cannot_be_controlled_by_adversary"},
    JustificationRow{"requires_environment", "vulnerable_code_cannot_be_controlled_by_adversary"},
    JustificationRow{"protected_by_compiler", "inline_mitigations_already_exist"},
    JustificationRow{"protected_at_runtime", "inline_mitigations_already_exist"},
    JustificationRow{"protected_at_perimeter", "inline_mitigations_already_exist"},
    JustificationRow{"protected_by_mitigating_control", "inline_mitigations_already_exist"}};

using Things = std::map<std::string, Named, std::less<>>;  // by bom-ref

Status add_component(Things& things, const Json& component) {
  if (component.object() == nullptr) return {};
  const std::string_view ref = component.text("bom-ref"), purl = component.text("purl");
  if (!ref.empty()) {
    Named named = TRY(named_by(purl.empty() ? component.text("name") : purl, "components.purl"));
    if (purl.empty()) named.versions = component.text("version");
    for (const Json& hash : component.items("hashes"))
      TRY(add_hash(named, hash.text("alg"), hash.text("content"), "components.hashes"));
    if (!things.emplace(ref, std::move(named)).second)
      return invalid(fmt::format("two components have the bom-ref '{}'", ref), "bom-ref");
  }
  for (const Json& inner : component.items("components")) TRY(add_component(things, inner));
  return {};
}

std::string_view version_of(const Json& json) {
  const std::string_view one = json.text("version");
  return one.empty() ? json.text("range") : one;
}

// One product, or one for each version that is said.
Status read_affects(const Json& json, const std::string& at, const Things& things, VexRoom& room,
                    Statement& statement) {
  const std::string ref = TRY(vex_text_required(json, "ref", at));
  const std::size_t fragment = ref.starts_with("urn:cdx:") ? ref.find('#') : ref.npos;
  const std::string_view id =
      fragment == ref.npos ? std::string_view(ref) : std::string_view(ref).substr(fragment + 1);
  const auto found = things.find(id);
  if (found == things.end() && fragment == ref.npos && !id.starts_with("pkg:"))
    return invalid(fmt::format("'{}.ref' names no component '{}'", at, id), at + ".ref");
  const Named named = found != things.end() ? found->second : TRY(named_by(id, at + ".ref"));
  const Json::Array* versions = TRY(vex_list(json, "versions", at));
  const std::size_t bytes = sizeof(VexProduct) + bytes_of(named);
  TRY(room.take(bytes));
  if (versions->empty()) statement.products.push_back({named});
  const bool open =
      statement.status == VexStatus::affected || statement.status == VexStatus::under_investigation;
  for (const Json& each : *versions) {
    if (open && each.text("status") == "unaffected") continue;
    const std::string_view version = version_of(each);
    if (version.empty() || version.size() > vex_text_bytes_max)
      return invalid(fmt::format("'{}.versions' must have version or range", at), at + ".versions");
    TRY(room.take(bytes + version.size()));
    VexProduct product{named};
    if (product.product.purl) product.product.purl->version.clear();
    product.product.versions = version;
    statement.products.push_back(std::move(product));
  }
  return {};
}

Status read_analysis(const Json& analysis, const std::string& at, Statement& statement) {
  statement.status_said = TRY(vex_text_required(analysis, "state", at));
  const auto state = std::ranges::find(state_rows, statement.status_said, &StateRow::name);
  if (state == state_rows.end())
    return invalid(fmt::format("'{}.state' is none that CycloneDX knows", at), at + ".state");
  statement.status = state->status;
  statement.justification_said = TRY(vex_text(analysis, "justification", at));
  if (!statement.justification_said.empty()) {
    const auto row =
        std::ranges::find(justification_rows, statement.justification_said, &JustificationRow::said);
    if (row == justification_rows.end())
      return invalid(fmt::format("'{}.justification' is none that CycloneDX knows", at),
                     at + ".justification");
    if (state->status == VexStatus::not_affected) statement.justification = row->means;
  }
  const std::vector<std::string> responses = TRY(vex_texts(analysis, "response", at));
  for (const std::string& response : responses)
    statement.action += (statement.action.empty() ? "" : ", ") + response;
  statement.impact = TRY(vex_text(analysis, "detail", at));
  for (const std::string_view name : {"firstIssued", "lastUpdated"}) {
    const std::string said = TRY(vex_text(analysis, name, at));
    if (!said.empty()) statement.at = TRY(vex_time(said, fmt::format("{}.{}", at, name)));
  }
  return {};
}

Result<Statement> read_vulnerability(const Json& json, const std::string& at, const Things& things,
                                     VexRoom& room, Statement statement) {
  std::string id = TRY(vex_text_required(json, "id", at));
  statement.vulnerabilities.push_back(std::move(id));
  const Json::Array* references = TRY(vex_list(json, "references", at));
  for (const Json& reference : *references) {
    std::string other = TRY(vex_text_required(reference, "id", at + ".references"));
    statement.vulnerabilities.push_back(std::move(other));
  }
  for (const std::string_view name : {"published", "updated"}) {
    const std::string said = TRY(vex_text(json, name, at));
    if (!said.empty()) statement.at = TRY(vex_time(said, fmt::format("{}.{}", at, name)));
  }
  TRY(read_analysis(json.at("analysis"), at + ".analysis", statement));
  const Json::Array* affects = TRY(vex_list(json, "affects", at));
  for (std::size_t i = 0; i < affects->size(); ++i)
    TRY(read_affects((*affects)[i], fmt::format("{}.affects[{}]", at, i), things, room, statement));
  return statement;
}

std::string author_of(const Json& metadata) {
  for (const Json& author : metadata.items("authors"))
    if (!author.text("name").empty()) return std::string(author.text("name"));
  for (const std::string_view name : {"supplier", "manufacturer", "manufacture"})
    if (!metadata.at(name).text("name").empty()) return std::string(metadata.at(name).text("name"));
  return {};
}

}  // namespace

Result<std::vector<Statement>> read_cyclonedx_vex(const Json& json) {
  const Json& metadata = json.at("metadata");
  Statement document{.author = author_of(metadata), .format = VexFormat::cyclonedx};
  document.document = TRY(vex_text(json, "serialNumber", ""));
  const std::string written = TRY(vex_text(metadata, "timestamp", "metadata"));
  if (!written.empty()) document.at = TRY(vex_time(written, "metadata.timestamp"));
  Things things;
  TRY(add_component(things, metadata.at("component")));
  for (const Json& component : json.items("components")) TRY(add_component(things, component));
  std::vector<Statement> statements;
  VexRoom room;
  const Json::Array* list = TRY(vex_list(json, "vulnerabilities", ""));
  for (std::size_t i = 0; i < list->size(); ++i) {
    if ((*list)[i].object() == nullptr)
      return invalid(fmt::format("'vulnerabilities[{}]' must be an object", i), "vulnerabilities");
    if ((*list)[i].find("analysis") == nullptr) continue;
    document.position = i;
    TRY(room.take(bytes_of(document)));
    Statement read =
        TRY(read_vulnerability((*list)[i], fmt::format("vulnerabilities[{}]", i), things, room, document));
    statements.push_back(std::move(read));
  }
  return statements;
}

}  // namespace weir::vuln
