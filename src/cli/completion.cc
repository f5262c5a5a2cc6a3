// Shell completion, made from the table of commands. Each script holds the words itself, so that completing
// is instant and works without a server.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "cli/help.h"

namespace weir::cli {
namespace {

struct Words {
  std::vector<std::string> options;                         // "--flow"
  std::map<std::string, std::vector<std::string>> choices;  // option or "" for the argument → its values
};

Words words_of(const Command& command) {
  Options options;
  Globals globals;
  const Action action = command.make(options);
  declare_globals(options, globals, command.reach);
  Words words;
  for (const Options::Entry& entry : options.entries()) {
    if (entry.form == Form::shadowed) continue;
    std::vector<std::string> names{entry.form != Form::argument ? fmt::format("--{}", entry.row.name) : ""};
    if (entry.row.letter != 0) names.push_back(fmt::format("-{}", entry.row.letter));
    if (entry.form != Form::argument) words.options.insert(words.options.end(), names.begin(), names.end());
    for (const std::string& name : names)
      if (!entry.row.choices.empty())
        words.choices[name] = {entry.row.choices.begin(), entry.row.choices.end()};
  }
  return words;
}

// Every beginning of a command with the words that may follow it: "" → "env …", "env" → "create …".
std::map<std::string, std::set<std::string>> continuations() {
  std::map<std::string, std::set<std::string>> next;
  for (const std::string& path : spelled_commands()) {
    std::size_t begin = 0;
    while (begin < path.size()) {
      const std::size_t end = std::min(path.find(' ', begin), path.size());
      next[begin == 0 ? "" : path.substr(0, begin - 1)].insert(path.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return next;
}

constexpr std::string_view bash_frame = R"(# bash completion of weir: source <(weir completion bash)
_weir() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} path="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{path:+$path }}${{COMP_WORDS[i]}}" in
{}      *) break ;;
    esac
  done
  case "$path|$previous" in
{}  esac
  [[ -n $words ]] || case "$path|${{current:0:1}}" in
{}  esac
  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}}
complete -o filenames -F _weir weir
)";

std::string bash_completion() {
  std::string paths, values, rest;
  for (const auto& [path, words] : continuations()) {
    if (!path.empty()) paths += fmt::format("      \"{0}\") path=\"{0}\" ;;\n", path);
    rest += fmt::format("    \"{}|\"[!-]|\"{}|\") words=\"{}\" ;;\n", path, path, fmt::join(words, " "));
  }
  for (const Command& command : commands()) {
    if (command.listed == Listed::no) continue;
    const Words words = words_of(command);
    paths += fmt::format("      \"{0}\") path=\"{0}\" ;;\n", command.path);
    for (const auto& [option, choices] : words.choices) {
      if (!option.empty())
        values +=
            fmt::format("    \"{}|{}\") words=\"{}\" ;;\n", command.path, option, fmt::join(choices, " "));
      else
        rest += fmt::format("    \"{}|\"[!-]|\"{}|\") words=\"{}\" ;;\n", command.path, command.path,
                            fmt::join(choices, " "));
    }
    rest += fmt::format("    \"{}|-\") words=\"{}\" ;;\n", command.path, fmt::join(words.options, " "));
  }
  return fmt::format(bash_frame, paths, values, rest);
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// Loaded by its name from $fpath, the file is the function's first call and has to make it; sourced, it is none.
constexpr std::string_view zsh_frame = R"(#compdef weir
# zsh completion of weir: weir completion zsh > a directory of $fpath, as _weir; or source <(weir completion zsh)
_weir() {{
  local spelled="" candidate i taken=0
  for ((i = 2; i < CURRENT; i++)); do
    candidate="${{spelled:+$spelled }}${{words[i]}}"
    case $candidate in
{}      *) break ;;
    esac
    taken=$((i - 1))
  done
  shift $taken words
  ((CURRENT -= taken))
  case $spelled in
{}    *) _files ;;
  esac
}}
if [[ ${{funcstack[1]}} == _weir ]]; then _weir "$@"; else compdef _weir weir; fi
)";

// What _arguments knows an option or argument by. One rest of the line is all that it takes, so each argument has its
// place; what may be given again is offered again.
std::string zsh_word(const Options::Entry& entry) {
  const OptionRow& row = entry.row;
  std::string help;
  for (const char c : row.help) help += c == '[' || c == ']' || c == ':' ? ' ' : c;
  const std::string values =
      row.choices.empty() ? "_files" : fmt::format("({})", fmt::join(row.choices, " "));
  if (entry.form == Form::argument)
    return quoted(fmt::format("{}:{}:{}", row.many == Many::no ? "" : "*", row.name, values));
  const std::string value = row.value.empty() ? "" : fmt::format(":{}:{}", row.value, values);
  const std::string again = row.many == Many::no ? "" : "*";
  std::string out = quoted(fmt::format("{}--{}[{}]{}", again, row.name, help, value));
  if (row.letter != 0) out += " " + quoted(fmt::format("{}-{}[{}]{}", again, row.letter, help, value));
  return out;
}

std::string zsh_options(const Command& command) {
  Options options;
  Globals globals;
  const Action action = command.make(options);
  declare_globals(options, globals, command.reach);
  std::string out;
  for (const Options::Entry& entry : options.entries())
    if (entry.form != Form::shadowed) out += " " + zsh_word(entry);
  return out;
}

std::string zsh_completion() {
  std::string paths, rest;
  for (const auto& [path, words] : continuations()) {
    if (!path.empty()) paths += fmt::format("      {}) spelled=$candidate ;;\n", quoted(path));
    rest += fmt::format("    {}) compadd -- {} ;;\n", quoted(path), fmt::join(words, " "));
  }
  for (const Command& command : commands()) {
    if (command.listed == Listed::no) continue;
    paths += fmt::format("      {}) spelled=$candidate ;;\n", quoted(command.path));
    rest += fmt::format("    {}) _arguments -s{} ;;\n", quoted(command.path), zsh_options(command));
  }
  return fmt::format(zsh_frame, paths, rest);
}

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' || c == '\\' ? fmt::format("\\{}", c) : std::string(1, c);
  return out + "'";
}

constexpr std::string_view fish_frame =
    R"(# fish completion of weir: weir completion fish > ~/.config/fish/completions/weir.fish
function __weir_at
    set -l words (commandline -opc)[2..-1]
    set -l spelled
    for word in $words
        string match -q -- '-*' $word; and break
        set -a spelled $word
    end
    set -l given (string join ' ' -- $spelled)
    test "$given" = "$argv[1]"; or string match -q -- "$argv[1] *" "$given"
end
function __weir_exactly
    set -l words (commandline -opc)[2..-1]
    set -l given (string join ' ' -- $words)
    test "$given" = "$argv[1]"
end
complete -c weir -f
)";

std::string fish_options(const Command& command) {
  Options options;
  Globals globals;
  const Action action = command.make(options);
  declare_globals(options, globals, command.reach);
  std::string out;
  for (const Options::Entry& entry : options.entries()) {
    if (entry.form == Form::shadowed) continue;
    std::string line =
        fmt::format("complete -c weir -n {}", fish_quoted(fmt::format("__weir_at '{}'", command.path)));
    if (entry.form != Form::argument)
      line += fmt::format(" -l {} -d {}", entry.row.name, fish_quoted(entry.row.help));
    if (entry.row.letter != 0) line += fmt::format(" -s {}", entry.row.letter);
    if (entry.form != Form::argument && !entry.row.value.empty())
      line += entry.row.choices.empty() ? " -r -F" : " -x";
    if (entry.form == Form::argument && entry.row.choices.empty()) line += " -F";
    if (!entry.row.choices.empty())
      line += fmt::format(" -a {}", fish_quoted(fmt::format("{}", fmt::join(entry.row.choices, " "))));
    out += line + "\n";
  }
  return out;
}

std::string fish_completion() {
  std::string out(fish_frame);
  for (const auto& [path, words] : continuations())
    out +=
        fmt::format("complete -c weir -n {} -a {}\n", fish_quoted(fmt::format("__weir_exactly '{}'", path)),
                    fish_quoted(fmt::format("{}", fmt::join(words, " "))));
  for (const Command& command : commands())
    if (command.listed == Listed::yes) out += fish_options(command);
  return out;
}

}  // namespace

std::string completion(Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_completion();
    case Shell::zsh:
      return zsh_completion();
    case Shell::fish:
      return fish_completion();
  }
  return "";
}

}  // namespace weir::cli
