// Help, completion and documents, all made from the table of commands and the rows of their options. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace weir::cli {

std::string overview();                            // of `weir --help`
std::string family_help(std::string_view family);  // of `weir env --help`; "" when nothing begins so
std::string command_help(const Command& command);
std::vector<std::string> spelled_commands();  // listed ones

enum class Shell { bash, zsh, fish };
std::string completion(Shell shell);

std::string reference_page();  // docs/cli.md

}  // namespace weir::cli
