// Names people give: flows, trails, environments, services, accounts, channels. They stand in URLs and file names, so
// they begin with a letter or digit and hold only letters, digits, '-', '_', '.', '~'; at most limits::name_bytes_max.
// Titles (artifact names, image references) and texts (reasons, descriptions) may hold any printable UTF-8.
#pragma once
#include <map>
#include <string>

#include "base/result.h"

namespace weir {

Status check_name(std::string_view name, std::string_view field);
Status check_title(std::string_view title, std::string_view field);  // not empty, one line
Status check_text(std::string_view text, std::string_view field);    // may be empty, may have lines
// What environments and flows carry for selectors: keys are names, values one line, perhaps empty.
Status check_tags(const std::map<std::string, std::string>& tags, std::string_view field);

}  // namespace weir
