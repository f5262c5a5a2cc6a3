// OpenVEX 0.0.x and 0.2.0: a statement overrides what its document says, a product what its statement says.
#include <fmt/format.h>

#include "format/members.h"
#include "vuln/limits.h"
#include "vuln/vex_parts.h"

namespace weir::vuln {
namespace {

using format::Json;

// A text in 0.0.x, an object since 0.2.0.
Result<Named> read_thing(const Json& json, const std::string& at) {
  if (json.string() != nullptr) return named_by(*json.string(), at);
  if (json.object() == nullptr) return invalid(fmt::format("'{}' must be an object", at), at);
  const Json& identifiers = json.at("identifiers");
  std::string id = TRY(vex_text(identifiers, "purl", at + ".identifiers"));
  if (id.empty()) id = TRY(vex_text(json, "@id", at));
  for (const std::string_view kind : {"cpe23", "cpe22"})
    if (id.empty()) id = TRY(vex_text(identifiers, kind, at + ".identifiers"));
  Named named = TRY(named_by(id, at));
  if (const Json::Object* hashes = json.at("hashes").object())
    for (const auto& [algorithm, value] : *hashes) {
      if (value.string() == nullptr) return invalid(fmt::format("'{}.hashes' must hold text", at), at);
      TRY(add_hash(named, algorithm, *value.string(), at + ".hashes." + algorithm));
    }
  if (id.empty() && !named.digest) return invalid(fmt::format("'{}' must be identified", at), at);
  return named;
}

Result<std::vector<Named>> read_things(const Json& owner, std::string_view name, const std::string& at) {
  std::vector<Named> things;
  const Json::Array* list = TRY(vex_list(owner, name, at));
  for (const Json& item : *list) {
    Named thing = TRY(read_thing(item, fmt::format("{}.{}[{}]", at, name, things.size())));
    things.push_back(std::move(thing));
  }
  return things;
}

Status read_vulnerability(const Json& json, const std::string& at, Statement& statement) {
  const Json* found = json.find("vulnerability");
  if (found != nullptr && found->string() != nullptr && !found->string()->empty()) {
    statement.vulnerabilities = {*found->string()};
    return {};
  }
  if (found == nullptr || found->object() == nullptr)
    return invalid(fmt::format("'{}.vulnerability' must be there", at), at);
  std::string name = TRY(vex_text(*found, "name", at + ".vulnerability"));
  if (name.empty()) name = TRY(vex_text_required(*found, "@id", at + ".vulnerability"));
  statement.vulnerabilities = TRY(vex_texts(*found, "aliases", at + ".vulnerability"));
  statement.vulnerabilities.insert(statement.vulnerabilities.begin(), std::move(name));
  return {};
}

Status read_products(const Json& json, const std::string& at, VexRoom& room, Statement& statement) {
  VexProduct common;
  common.within = TRY(read_things(json, "subcomponents", at));  // of 0.0.x
  const std::size_t common_bytes = bytes_of(common);
  const Json::Array* list = TRY(vex_list(json, "products", at));
  for (const Json& item : *list) {
    const std::string place = fmt::format("{}.products[{}]", at, statement.products.size());
    VexProduct product;
    product.product = TRY(read_thing(item, place));
    if (item.object() != nullptr) product.within = TRY(read_things(item, "subcomponents", place));
    TRY(room.take(common_bytes + bytes_of(product)));
    product.within.insert(product.within.end(), common.within.begin(), common.within.end());
    statement.products.push_back(std::move(product));
  }
  return {};
}

Status read_said(const Json& json, const std::string& at, Statement& statement) {
  const std::string status = TRY(vex_text_required(json, "status", at));
  const auto known = format::enum_from<VexStatus>(status);
  if (!known)
    return invalid(
        fmt::format("'{}.status' must be not_affected, affected, fixed or under_investigation", at),
        at + ".status");
  statement.status = *known;
  statement.justification = TRY(vex_text(json, "justification", at));
  statement.impact = TRY(vex_text(json, "impact_statement", at));
  statement.action = TRY(vex_text(json, "action_statement", at));
  const bool excused = statement.status == VexStatus::not_affected;
  if (!statement.justification.empty() && !is_justification(statement.justification))
    return invalid(fmt::format("'{}.justification' is none that OpenVEX knows", at), at + ".justification");
  if (!statement.justification.empty() && !excused)
    return invalid(fmt::format("'{}.justification' may stand with not_affected alone", at),
                   at + ".justification");
  if (excused && statement.justification.empty() && statement.impact.empty())
    return invalid(fmt::format("'{}' says not_affected without justification or impact_statement", at), at);
  if (statement.status == VexStatus::affected && statement.action.empty())
    return invalid(fmt::format("'{}' says affected without action_statement", at), at);
  return {};
}

Result<Statement> read_statement(const Json& json, const std::string& at, const Statement& document,
                                 VexRoom& room) {
  if (json.object() == nullptr) return invalid(fmt::format("'{}' must be an object", at), at);
  TRY(room.take(bytes_of(document)));
  Statement statement = document;
  TRY(read_vulnerability(json, at, statement));
  TRY(read_products(json, at, room, statement));
  TRY(read_said(json, at, statement));
  const std::string supplier = TRY(vex_text(json, "supplier", at));
  if (!supplier.empty()) statement.author = supplier;
  for (const std::string_view name : {"timestamp", "last_updated"}) {
    const std::string said = TRY(vex_text(json, name, at));
    if (!said.empty()) statement.at = TRY(vex_time(said, fmt::format("{}.{}", at, name)));
  }
  return statement;
}

}  // namespace

Result<std::vector<Statement>> read_openvex(const Json& json) {
  Statement document{.format = VexFormat::openvex};
  document.document = TRY(vex_text_required(json, "@id", ""));
  document.author = TRY(vex_text_required(json, "author", ""));
  const std::string written = TRY(vex_text_required(json, "timestamp", ""));
  document.at = TRY(vex_time(written, "timestamp"));
  const std::string updated = TRY(vex_text(json, "last_updated", ""));
  if (!updated.empty()) document.at = TRY(vex_time(updated, "last_updated"));
  const Json::Array* list = TRY(vex_list(json, "statements", ""));
  if (list->empty()) return invalid("'statements' must hold at least one", "statements");
  std::vector<Statement> statements;
  VexRoom room;
  for (const Json& item : *list) {
    document.position = statements.size();
    Statement read =
        TRY(read_statement(item, fmt::format("statements[{}]", statements.size()), document, room));
    statements.push_back(std::move(read));
  }
  return statements;
}

}  // namespace weir::vuln
