#include "vuln/campaign_statement.h"

#include <fmt/format.h>

#include "crypto/digest.h"

namespace weir::vuln {
namespace {

using format::Json;

Json vulnerability_of(const CampaignStatement& statement) {
  Json vulnerability = Json::object({{"name", statement.cluster}});
  Json::Array aliases;
  for (const std::string& each : statement.records)
    if (each != statement.cluster) aliases.push_back(each);
  if (!aliases.empty()) vulnerability.set("aliases", std::move(aliases));
  return vulnerability;
}

Json product_of(const CampaignStatement& statement) {
  Json::Array components;
  for (const std::string& each : statement.components) {
    Json component = Json::object({{"@id", each}});
    if (each.starts_with("pkg:")) component.set("identifiers", Json::object({{"purl", each}}));
    components.push_back(std::move(component));
  }
  return Json::object({{"@id", to_string(statement.artifact)},
                       {"hashes", Json::object({{"sha-256", to_hex(statement.artifact)}})},
                       {"subcomponents", std::move(components)}});
}

}  // namespace

Json openvex_of(const CampaignStatement& statement) {
  Json said = Json::object({{"vulnerability", vulnerability_of(statement)},
                            {"products", Json::Array{product_of(statement)}},
                            {"status", format::name_of(statement.status)}});
  const auto set = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) said.set(std::string(name), text);
  };
  set("justification", statement.justification);
  set("impact_statement", statement.impact);
  set("action_statement", statement.action);
  Json document = Json::object({{"@context", "https://openvex.dev/ns/v0.2.0"},
                                {"@id", ""},
                                {"author", statement.author},
                                {"timestamp", to_string(statement.at)},
                                {"version", 1},
                                {"statements", Json::Array{std::move(said)}}});
  document.set("@id", fmt::format("urn:weir:statement:{}", to_hex(crypto::sha256(dump_canonical(document)))));
  return document;
}

}  // namespace weir::vuln
