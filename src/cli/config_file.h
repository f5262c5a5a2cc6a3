// The configuration file: YAML whose keys are the long names of options, for all commands or, in sections
// named like a command ("env create:" or "env:" and in it "create:"), for some. The nearest section wins. A
// key that is no option of any command it stands for is an error, so that a slip of the pen isn't silently
// ignored. An option that may be given again may also be spelled as a list in the plural ("paths:"); an item of a list
// may be a map, which its option reads as JSON. Immutable once read.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::cli {

std::string plural_of(std::string_view option);

class ConfigFile {
 public:
  static Result<ConfigFile> parse(std::string_view yaml);
  static Result<ConfigFile> load(const std::string& path);

  // The words for an option of a command, of the nearest section; nullopt when the file says nothing.
  std::optional<std::vector<std::string>> find(std::string_view command_path, std::string_view option) const;
  std::optional<std::vector<std::string>> find_in(std::string_view section, std::string_view option) const;

  struct Key {
    std::string section, option;
  };
  std::vector<Key> keys() const;

 private:
  std::map<std::string, std::map<std::string, std::vector<std::string>>, std::less<>> sections_;
  friend class SectionReader;
};

}  // namespace weir::cli
