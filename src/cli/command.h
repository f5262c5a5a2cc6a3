// One row per command: how it is spelled, where help lists it, what it does in one line, and `make`, which
// declares its options and returns what to do with them. Help, completion, docs/cli.md and the tests are
// made from `commands`.
#pragma once
#include <functional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "cli/environment.h"
#include "cli/options.h"

namespace weir::cli {

using Action = std::function<Result<Exit>(Session&)>;

enum class Group { start, record, gate, watch, resolve, prove, organize, self };
std::string_view title_of(Group group);

// Whether a command talks to a server: then it has --url, --token, --org and --ca.
enum class Reach { server, local };
enum class Listed { yes, no };  // hidden commands are not in help

struct Command {
  std::string_view path;  // "env scope add"
  Group group;
  Reach reach;
  std::string_view summary;
  Action (*make)(Options&);
  Listed listed = Listed::yes;
};

std::span<const Command> commands();

// The command that the first words spell, the longest one; nullptr when there is none.
const Command* find_command(std::span<const std::string> words);
std::size_t words_in(std::string_view path);

// The options every command has, and those of commands that reach a server.
struct Globals {
  std::string url, organization;
  std::optional<std::string> token, token_file, ca_file, config_file;
  std::string output, color;
  bool quiet = false;
  bool help = false;
};
void declare_globals(Options& options, Globals& globals, Reach reach);

}  // namespace weir::cli
