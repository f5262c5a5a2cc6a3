#include "policy/form.h"

#include "base/limits.h"
#include "format/yaml.h"
#include "policy/form_check.h"
#include "policy/kosli.h"

namespace weir::policy {
namespace {

using format::Json;
using format::ReadContext;

Error at_line(const format::YamlDocument& document, const Error& error) {
  const std::size_t line = format::line_of(document, error.field);
  if (line == 0) return error;
  return {error.code, fmt::format("line {}: {}", line, error.message), error.field};
}

Result<Policy> read_members(const format::YamlDocument& yaml, Dialect& dialect, std::string_view engine) {
  if (yaml.value.object() == nullptr) return invalid("a policy is a map with apiVersion, kind and rules");
  dialect = is_kosli_policy(yaml.value) ? Dialect::kosli : Dialect::weir;
  Policy policy = TRY(dialect == Dialect::kosli ? translate_kosli_policy(yaml.value, engine)
                                                : format::decode<Policy>(yaml.value));
  TRY(check_policy(policy));
  return policy;
}

Result<Document> read_declarative(std::string_view source, std::string_view engine) {
  const format::YamlDocument yaml = TRY(format::parse_yaml_with_lines(source));
  Document document{.form = Form::yaml};
  auto policy = read_members(yaml, document.dialect, engine);
  if (!policy) return at_line(yaml, policy.error());
  document.policy = std::move(*policy);
  return document;
}

}  // namespace

Json Period::json_schema() {
  return Json::object({{"type", "string"}, {"pattern", "^[1-9][0-9]*(ms|s|m|h|d)$"}});
}

Status decode(const Json& json, Period& out, const ReadContext& at) {
  const auto parsed = json.string() == nullptr ? Result<Duration>(invalid("")) : parse_duration(*json.string());
  if (!parsed) return at.wrong("a period longer than nothing, such as 15m, 24h or 7d");
  out.length = *parsed;
  return {};
}

void encode(std::string& out, const Period& period) {
  struct Unit {
    std::int64_t micros;
    std::string_view name;
  };
  constexpr std::array units{Unit{days(1).micros, "d"}, Unit{hours(1).micros, "h"}, Unit{minutes(1).micros, "m"},
                             Unit{seconds(1).micros, "s"}, Unit{1000, "ms"}};
  for (const Unit& unit : units)
    if (period.length.micros % unit.micros == 0)
      return format::append_json_string(out, fmt::format("{}{}", period.length.micros / unit.micros, unit.name));
  format::append_json_string(out, "1ms");
}

Json Expected::json_schema() {
  const Json number = Json::object({{"type", "number"}});
  const Json any_list = Json::object({{"type", "array"}, {"minItems", 1}});
  const Json scalar = Json::object({{"type", Json::Array{"string", "number", "boolean"}}});
  const Json properties = Json::object({{"equals", Json::object({})},
                                        {"one_of", any_list},
                                        {"matches", Json::object({{"type", "string"}})},
                                        {"at_least", number},
                                        {"at_most", number}});
  const Json full = Json::object(
      {{"type", "object"}, {"minProperties", 1}, {"properties", properties}, {"additionalProperties", false}});
  return Json::object({{"anyOf", Json::Array{scalar, any_list, full}}});
}

Status decode(const Json& json, Expected& out, const ReadContext& at) {
  out = {};
  if (json.object() != nullptr) return decode(json, out.value, at);
  if (json.is_null()) return at.wrong("a value, a list of values, or {equals | one_of | matches | at_least | at_most}");
  if (json.array() != nullptr) out.value.one_of = *json.array();
  else out.value.equals = json;
  return {};
}

void encode(std::string& out, const Expected& expected) { format::encode(out, expected.value); }

Form recognise_form(std::string_view source) {
  while (!source.empty()) {
    const std::size_t end = source.find('\n');
    std::string_view line = source.substr(0, end);
    source = end == source.npos ? std::string_view() : source.substr(end + 1);
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos || line[begin] == '#') continue;
    line = line.substr(begin);
    return line.starts_with("package ") || line.starts_with("package\t") ? Form::rego : Form::yaml;
  }
  return Form::yaml;
}

Result<Document> read_policy(std::string_view source) { return read_policy(source, recognise_form(source)); }

Result<Document> read_policy(std::string_view source, Form form, std::string_view engine) {
  if (source.size() > limits::policy_bytes_max)
    return Error{Errc::too_large, fmt::format("a policy has at most {} bytes", limits::policy_bytes_max), "source"};
  if (source.find_first_not_of(" \t\r\n") == source.npos) return invalid("the policy is empty", "source");
  if (form == Form::yaml) return read_declarative(source, engine);
  return Document{.form = Form::rego, .dialect = Dialect::rego, .policy = {}, .rego = std::string(source)};
}

}  // namespace weir::policy
