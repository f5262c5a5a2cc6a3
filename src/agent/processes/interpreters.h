// Which program an interpreter runs, read off its arguments. The interpreters and their grammars are a table. What is
// given as text (-c), through standard input, or typed at a terminal is not a file: `unseen`. Pure; safe for threads.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace weir::agent {

enum class ProgramKind {
  itself,  // not an interpreter, or one that was asked for its version only
  file,    // `path` as given
  module,  // `path` is a name that the interpreter looks up itself
  unseen,  // `path` says how: "-c", "stdin", …
};
struct Program {
  ProgramKind kind = ProgramKind::itself;
  std::string path;
  bool operator==(const Program&) const = default;
};

// `executable` is the path of the running file, `arguments` include the zeroth.
Program program_of(std::string_view executable, std::span<const std::string> arguments);

bool is_interpreter(std::string_view executable);

// Does it only prepare and then execute what it is given, as env does? A script whose first line names it is not run by
// it, but by what it executes, and is seen there.
bool is_launcher(std::string_view executable);

}  // namespace weir::agent
