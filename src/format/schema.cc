#include "format/schema.h"

#include "base/check.h"

namespace weir::format {

Json nullable(Json schema) {
  if (schema.object()->empty()) return schema;  // anything, null too
  return Json::object({{"anyOf", Json::Array{std::move(schema), Json::object({{"type", "null"}})}}});
}

std::string schema_name(std::string_view type, Way way) {
  if (const std::size_t colons = type.rfind("::"); colons != type.npos) type.remove_prefix(colons + 2);
  for (const std::string_view ending : {"View", "Declared", "Request"})
    if (type.ends_with(ending) && type.size() > ending.size()) type.remove_suffix(ending.size());
  return std::string(type) + (way == Way::in ? "Request" : "");
}

Json SchemaBook::schema(std::type_identity<Instant>, Way way) {
  if (way == Way::out) return Json::object({{"type", "string"}, {"format", "date-time"}});
  const Json time = Json::object({{"format", "date-time"}}), midnight = Json::object({{"format", "date"}});
  return Json::object({{"type", "string"}, {"anyOf", Json::Array{time, midnight}}});
}

Json SchemaBook::schema(std::type_identity<Duration>, Way) {
  return Json::object({{"type", "integer"}, {"format", "int64"}, {"description", "microseconds"}});
}

Json SchemaBook::schema(std::type_identity<Sha256>, Way way) {
  return Json::object(
      {{"type", "string"},
       {"pattern", way == Way::out ? "^sha256:[0-9a-f]{64}$" : "^(sha256:)?[0-9a-fA-F]{64}$"}});
}

bool SchemaBook::has(const std::string& name, std::string_view type) const {
  const auto found = pages_.find(name);
  if (found == pages_.end()) return false;
  CHECK(found->second.type == type);  // two records of one name: give one of them another
  return true;
}

Json SchemaBook::schemas() const {
  Json all = Json::object({});
  for (const auto& [name, page] : pages_) all.set(name, page.schema);
  return all;
}

const Json& SchemaBook::named(const Json& reference) {
  const auto found = pages_.find(std::string(reference.text("$ref").substr(root_.size())));
  CHECK(found != pages_.end());
  return found->second.schema;
}

Json MemberSchemas::finish() && {
  Json schema = Json::object({{"type", "object"}, {"properties", std::move(properties)}});
  if (!required.empty()) schema.set("required", std::move(required));
  if (way == Way::in) schema.set("additionalProperties", false);
  return schema;
}

}  // namespace weir::format
