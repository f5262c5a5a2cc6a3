#include "cli/config_file.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "base/limits.h"
#include "format/yaml.h"

namespace weir::cli {

using format::Json;

namespace {

Result<std::string> word_of(const Json& value, std::string_view option) {
  if (value.string() != nullptr) return *value.string();
  if (value.object() != nullptr) return dump(value);  // an item of several parts: the option reads it
  if (value.boolean() != nullptr || value.integer() != nullptr || value.real() != nullptr) return dump(value);
  return invalid(fmt::format("'{}' must have a value", option), std::string(option));
}

Result<std::vector<std::string>> words_of(const Json& value, std::string_view option) {
  std::vector<std::string> words;
  if (value.array() == nullptr) {
    words.push_back(TRY(word_of(value, option)));
    return words;
  }
  for (const Json& item : *value.array()) words.push_back(TRY(word_of(item, option)));
  return words;
}

}  // namespace

std::string plural_of(std::string_view option) { return std::string(option) + "s"; }

class SectionReader {
 public:
  explicit SectionReader(ConfigFile& file) : file_(file) {}

  Status read(const Json& map, const std::string& section) {
    for (const auto& [key, value] : *map.object()) {
      if (value.object() != nullptr) TRY(read(value, section.empty() ? key : section + " " + key));
      else file_.sections_[section][key] = TRY(words_of(value, key));
    }
    return {};
  }

 private:
  ConfigFile& file_;
};

Result<ConfigFile> ConfigFile::parse(std::string_view yaml) {
  const Json document = TRY(format::parse_yaml(yaml));
  ConfigFile file;
  if (document.is_null()) return file;
  if (document.object() == nullptr) return invalid("must be a map of options");
  TRY(SectionReader(file).read(document, ""));
  return file;
}

Result<ConfigFile> ConfigFile::load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(limits::request_body_bytes_max + 1, '\0');
  if (!in) return invalid(fmt::format("{} cannot be read", path), "config");
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > limits::request_body_bytes_max)
    return Error{Errc::too_large, fmt::format("{} is larger than 1 MiB", path)};
  Result<ConfigFile> file = parse(text);
  if (!file)
    return Error{file.error().code, fmt::format("{}: {}", path, file.error().message), file.error().field};
  return file;
}

std::optional<std::vector<std::string>> ConfigFile::find_in(std::string_view section,
                                                            std::string_view option) const {
  const auto held = sections_.find(section);
  if (held == sections_.end()) return std::nullopt;
  const auto found = held->second.find(std::string(option));
  return found == held->second.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::vector<std::string>> ConfigFile::find(std::string_view command_path,
                                                         std::string_view option) const {
  while (true) {
    if (auto found = find_in(command_path, option)) return found;
    if (command_path.empty()) return std::nullopt;
    const std::size_t space = command_path.rfind(' ');
    command_path = space == std::string_view::npos ? "" : command_path.substr(0, space);
  }
}

std::vector<ConfigFile::Key> ConfigFile::keys() const {
  std::vector<Key> keys;
  for (const auto& [section, options] : sections_)
    for (const auto& [option, words] : options) keys.push_back({section, option});
  return keys;
}

}  // namespace weir::cli
