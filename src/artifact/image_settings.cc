#include "artifact/image_settings.h"

#include <algorithm>

#include "format/json.h"

namespace weir::artifact {
namespace {

using format::Json;

std::vector<std::string> texts(const Json::Array& items) {
  std::vector<std::string> all;
  for (const Json& item : items)
    if (item.string() != nullptr) all.push_back(*item.string());
  return all;
}

std::vector<std::string> keys(const Json& json) {
  std::vector<std::string> all;
  if (json.object() != nullptr)
    for (const auto& [key, value] : *json.object()) all.push_back(key);
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> variables(const Json::Array& items) {
  std::vector<std::string> names = texts(items);
  for (std::string& name : names) name.resize(std::min(name.find('='), name.size()));
  std::sort(names.begin(), names.end());
  return names;
}

void put(Settings& settings, std::string name, std::vector<std::string> values) {
  if (!values.empty()) settings.emplace(std::move(name), std::move(values));
}

void put(Settings& settings, std::string name, std::string_view value) {
  if (!value.empty()) settings.emplace(std::move(name), std::vector{std::string(value)});
}

}  // namespace

Result<Settings> read_settings(BytesView config) {
  const Json json = TRY(format::parse_json(config));
  const Json& runs = json.at("config");
  Settings settings;
  put(settings, "entrypoint", texts(runs.items("Entrypoint")));
  put(settings, "command", texts(runs.items("Cmd")));
  put(settings, "user", runs.text("User"));
  put(settings, "working-directory", runs.text("WorkingDir"));
  put(settings, "ports", keys(runs.at("ExposedPorts")));
  put(settings, "volumes", keys(runs.at("Volumes")));
  put(settings, "environment", variables(runs.items("Env")));
  return settings;
}

}  // namespace weir::artifact
