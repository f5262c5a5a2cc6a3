#include "cli/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "base/suggest.h"
#include "cli/config_file.h"
#include "cli/help.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

constexpr int usage_exit = row_of(Errc::invalid).exit_code;

std::optional<std::string> variable(const Environment& environment, std::string_view name) {
  const std::optional<std::string> value = environment.variable(name);
  return value && !value->empty() ? value : std::nullopt;
}

// Before options are read: whether errors are to be JSON.
OutputForm form_of(std::span<const std::string> words, const Environment& environment) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool next = i + 1 < words.size();
    if ((words[i] == "--output" || words[i] == "-o") && next)
      return words[i + 1] == "json" ? OutputForm::json : OutputForm::table;
    if (words[i].starts_with("--output="))
      return words[i] == "--output=json" ? OutputForm::json : OutputForm::table;
  }
  return variable(environment, "WEIR_OUTPUT") == "json" ? OutputForm::json : OutputForm::table;
}

int refuse(Environment& environment, const Error& error, OutputForm form) {
  print_error(environment, error, form);
  return row_of(error.code).exit_code;
}

// A server that could not be reached comes with advice; a registry or a runtime that could not be has another address.
Error advised(Error error, std::string_view server, OutputForm form) {
  if (form == OutputForm::table && error.code == Errc::unavailable && !server.empty() &&
      error.message.starts_with(server))
    error.message += " (is the server running, and is --url or WEIR_URL right?)";
  return error;
}

// Global options may stand before the command: "weir --url X env list". How many words these are.
std::size_t leading_words(std::span<const std::string> words) {
  Options options;
  Globals globals;
  declare_globals(options, globals, Reach::server);
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with('-') && words[at].size() > 1) {
    const std::string name = words[at].substr(words[at].starts_with("--") ? 2 : 1);
    const auto entries = options.entries();
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const Options::Entry& entry) {
      return entry.row.name == name || (name.size() == 1 && entry.row.letter == name.front());
    });
    const bool takes_next = found != entries.end() && !std::holds_alternative<bool*>(found->target);
    at = std::min(at + (takes_next ? 2 : 1), words.size());
  }
  return at;
}

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h" || word == "help"; }

// No command was found: help for all or for a family ("weir env"), the version, or an error with a
// suggestion.
int without_command(std::span<const std::string> leading, std::span<const std::string> words,
                    Environment& environment, OutputForm form) {
  const bool help = std::any_of(words.begin(), words.end(), asks_for_help) ||
                    std::any_of(leading.begin(), leading.end(), asks_for_help);
  const auto first = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return !word.starts_with('-') && word != "help";
  });
  const std::string family = first == words.end() ? "" : *first;
  if (family.empty() && std::find(leading.begin(), leading.end(), "--version") != leading.end()) {
    environment.out << "weir " << version << '\n';
    return 0;
  }
  const std::string text = family.empty() ? overview() : family_help(family);
  if (!text.empty() && help) {
    environment.out << text;
    return 0;
  }
  if (!text.empty()) {
    environment.err << text;
    return usage_exit;
  }
  const auto tail =
      std::find_if(words.begin(), words.end(), [](const std::string& word) { return word.starts_with('-'); });
  const std::string spelled = fmt::format("{}", fmt::join(words.begin(), tail, " "));
  return refuse(environment,
                invalid(fmt::format("'{}' is no command{} (weir --help lists them)", spelled,
                                    did_you_mean(spelled, spelled_commands())),
                        spelled),
                form);
}

// ---- the configuration file ----

Result<std::optional<std::string>> config_path(const Options& options, const Environment& environment) {
  const Options::Entry* entry = options.find("config");
  if (entry != nullptr && entry->given) return std::optional(entry->words.back());
  if (const auto named = variable(environment, "WEIR_CONFIG")) return named;
  const auto home = variable(environment, "HOME");
  const auto base = variable(environment, "XDG_CONFIG_HOME");
  if (!home && !base) return std::optional<std::string>();
  const std::string usual = base.value_or(home.value_or("") + "/.config") + "/weir/config.yaml";
  std::error_code fault;
  return std::filesystem::exists(usual, fault) ? std::optional(usual) : std::nullopt;
}

bool stands_for(std::string_view section, std::string_view path) {
  return section.empty() || path == section || (path.starts_with(section) && path[section.size()] == ' ');
}

Status check_keys(const ConfigFile& file, const std::string& path) {
  for (const ConfigFile::Key& key : file.keys()) {
    bool known = false;
    for (const Command& command : commands()) {
      if (known || !stands_for(key.section, command.path)) continue;
      Options options;
      Globals globals;
      command.make(options);
      declare_globals(options, globals, command.reach);
      const auto entries = options.entries();
      known = std::any_of(entries.begin(), entries.end(), [&](const Options::Entry& entry) {
        const bool many = entry.row.many != Many::no;
        return entry.row.name == key.option || (many && plural_of(entry.row.name) == key.option);
      });
    }
    if (known) continue;
    const std::string where = key.section.empty() ? "any command" : fmt::format("'{}'", key.section);
    return invalid(fmt::format("{}: '{}' is no option of {}", path, key.option, where), key.option);
  }
  return {};
}

Result<ConfigFile> read_config(const Options& options, const Environment& environment) {
  const std::optional<std::string> path = TRY(config_path(options, environment));
  if (!path) return ConfigFile();
  ConfigFile file = TRY(ConfigFile::load(*path));
  TRY(check_keys(file, *path));
  return file;
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t comma = text.find(',');
    words.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return words;
    text.remove_prefix(comma + 1);
  }
}

// Of the entry that asks: it hands on its own row. Two may have the same name, a command's own and the global one.
Form form_of(const Options& options, const OptionRow& row) {
  const auto entries = options.entries();
  return std::ranges::find_if(entries, [&](const Options::Entry& entry) { return &entry.row == &row; })->form;
}

// Where options come from that do not stand behind the command, the nearest first.
Status resolve(Options& options, const Options& leading, const Command& command,
               const Environment& environment) {
  const ConfigFile file = TRY(read_config(leading.find("config")->given ? leading : options, environment));
  const auto names_token_file = [](const Options& given) {
    const Options::Entry* entry = given.find("token-file");
    return entry != nullptr && entry->given;
  };
  const bool token_is_in_file = names_token_file(options) || names_token_file(leading);
  const std::array sources{
      Source([&](const OptionRow& row) -> std::optional<std::vector<std::string>> {
        const Options::Entry* entry = form_of(options, row) == Form::own ? nullptr : leading.find(row.name);
        return entry != nullptr && entry->given ? std::optional(entry->words) : std::nullopt;
      }),
      Source([&](const OptionRow& row) -> std::optional<std::vector<std::string>> {
        // The file was named for this command; a token that stands in the environment was not.
        if (row.name == "token" && token_is_in_file) return std::nullopt;
        const bool own = form_of(options, row) == Form::own;
        const std::string name = own ? fmt::format("{} {}", command.path, row.name) : std::string(row.name);
        const std::optional<std::string> value = variable(environment, variable_of(name));
        if (!value) return std::nullopt;
        return row.many == Many::no ? std::vector{*value} : split_commas(*value);
      }),
      Source([&](const OptionRow& row) -> std::optional<std::vector<std::string>> {
        if (row.name == "token" && token_is_in_file) return std::nullopt;
        const Form form = form_of(options, row);
        const auto look = [&](std::string_view name) {
          if (form == Form::own) return file.find_in(command.path, name);
          const std::size_t last = command.path.rfind(' ');
          const std::string_view above = last == command.path.npos ? "" : command.path.substr(0, last);
          return file.find(form == Form::shadowed ? above : command.path, name);
        };
        auto words = look(row.name);
        if (row.many == Many::no) return words;
        const auto more = look(plural_of(row.name));
        if (!words || !more) return words ? words : more;
        words->insert(words->end(), more->begin(), more->end());
        return words;
      }),
  };
  return options.resolve(sources);
}

struct Line {
  std::span<const std::string> leading, rest;  // around the command
  const Command& command;
};

// Tells the form and the server's address that the options name.
Result<Exit> perform(const Line& line, Environment& environment, OutputForm& form, std::string& server) {
  const Command& command = line.command;
  Options options, leading;
  Globals globals, before;
  const Action action = command.make(options);
  declare_globals(options, globals, command.reach);
  declare_globals(leading, before, Reach::server);
  const Status led = leading.tokenise(line.leading);
  const Status split = options.tokenise(line.rest);
  if (options.find("help")->given || leading.find("help")->given) {
    environment.out << command_help(command);
    return Exit::yes;
  }
  TRY(led);
  TRY(split);
  TRY(resolve(options, leading, command, environment));
  // A command whose --output is its own (which document, of several) is asked for errors in JSON by the same word.
  if (options.find("output")->form != Form::own)
    form = globals.output == "json" ? OutputForm::json : OutputForm::table;
  server = globals.url;
  Session session(environment, std::move(globals), command);
  const Result<Exit> exit = action(session);
  session.progress("");
  if (exit && !environment.out.flush()) return internal("the answer could not be written to standard output");
  return exit;
}

}  // namespace

int run(std::span<const std::string> words, Environment& environment) {
  const std::size_t leading = leading_words(words);
  const std::span<const std::string> behind = words.subspan(leading);
  OutputForm form = form_of(words, environment);
  const Command* command = find_command(behind);
  if (command == nullptr) return without_command(words.first(leading), behind, environment, form);
  std::string server;
  try {
    const Line line{words.first(leading), behind.subspan(words_in(command->path)), *command};
    const Result<Exit> exit = perform(line, environment, form, server);
    return exit ? static_cast<int>(*exit) : refuse(environment, advised(exit.error(), server, form), form);
  } catch (const std::exception& fault) {
    return refuse(environment, internal(fault.what()), form);
  }
}

int run(int argc, const char* const* argv, Environment& environment) {
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  return run(words, environment);
}

}  // namespace weir::cli
