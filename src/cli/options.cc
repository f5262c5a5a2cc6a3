#include "cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "base/suggest.h"

namespace weir::cli {
namespace {

std::string spelled(const Options::Entry& entry) {
  return entry.form == Form::argument ? std::string(entry.row.name) : fmt::format("--{}", entry.row.name);
}

// CLI11 wants plain names of arguments: "ENV[@TIME|#N]" becomes "ENVTIMEN".
std::string named_for_cli11(std::string_view name) {
  std::string plain;
  std::copy_if(name.begin(), name.end(), std::back_inserter(plain),
               [](char c) { return c >= 'A' && c <= 'Z'; });
  return plain;
}

std::string flags_of(const Options::Entry& entry) {
  if (entry.form == Form::argument) return named_for_cli11(entry.row.name);
  return entry.row.letter == 0 ? fmt::format("--{}", entry.row.name)
                               : fmt::format("-{},--{}", entry.row.letter, entry.row.name);
}

CLI::Option* declare(CLI::App& app, Options::Entry& entry) {
  const std::string flags = flags_of(entry);
  if (std::holds_alternative<bool*>(entry.target)) return app.add_flag(flags);
  CLI::Option* option = app.add_option(flags, entry.words);
  if (entry.row.many != Many::row) option->allow_extra_args(false);
  if (entry.form == Form::argument && entry.row.many == Many::no) option->expected(1);
  // CLI11 keeps back the last words for required arguments; that one is missing is said by resolve().
  if (entry.form == Form::argument && entry.row.need == Need::required) option->required();
  return option;
}

Error unexpected(const std::string& word, std::span<const Options::Entry> entries) {
  std::vector<std::string> known;
  for (const Options::Entry& entry : entries)
    if (entry.form != Form::argument) known.push_back(spelled(entry));
  if (!word.starts_with('-')) return invalid(fmt::format("'{}' is one argument too many", word), word);
  return invalid(fmt::format("'{}' is no option of this command{}", word, did_you_mean(word, known)), word);
}

Status parse_with(CLI::App& app, std::vector<std::string> words, std::span<const Options::Entry> entries) {
  std::reverse(words.begin(), words.end());
  try {
    app.parse(std::move(words));
  } catch (const CLI::RequiredError&) {
    // resolve() names what is missing, after the other sources were asked
  } catch (const CLI::ExtrasError&) {
    const std::vector<std::string> extras = app.remaining();
    return unexpected(extras.empty() ? "" : extras.front(), entries);
  } catch (const CLI::Error& fault) {
    return invalid(fault.what());
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) return unexpected(extras.front(), entries);
  return {};
}

// ---- from words to values ----

Result<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  return invalid("must be true or false");
}

Status read_word(const std::string& word, bool& out) {
  out = TRY(parse_bool(word));
  return {};
}
Status read_word(const std::string& word, std::string& out) {
  out = word;
  return {};
}
Status read_word(const std::string& word, std::int64_t& out) {
  out = TRY(parse_integer(word));
  return {};
}
Status read_word(const std::string& word, Duration& out) {
  out = TRY(parse_duration(word));
  return {};
}
Status read_word(const std::string& word, Instant& out) {
  out = TRY(parse_instant(word));
  return {};
}

template <class T>
Status read_words(const std::vector<std::string>& words, T& out) {
  return read_word(words.back(), out);
}
template <class T>
Status read_words(const std::vector<std::string>& words, std::optional<T>& out) {
  T value{};
  TRY(read_word(words.back(), value));
  out = std::move(value);
  return {};
}
Status read_words(const std::vector<std::string>& words, std::vector<std::string>& out) {
  out = words;
  return {};
}

Status check_words(const Options::Entry& entry, const std::vector<std::string>& words) {
  const OptionRow& row = entry.row;
  const bool flag = std::holds_alternative<bool*>(entry.target);
  if (row.many == Many::no && !flag && words.size() > 1) return invalid("is given more than once");
  if (row.choices.empty()) return {};
  for (const std::string& word : words)
    if (std::find(row.choices.begin(), row.choices.end(), word) == row.choices.end())
      return invalid(fmt::format("must be one of {}; '{}' is not", fmt::join(row.choices, ", "), word));
  return {};
}

Status fill(Options::Entry& entry, const std::vector<std::string>& words) {
  TRY(check_words(entry, words));
  return std::visit([&](auto* target) { return read_words(words, *target); }, entry.target);
}

}  // namespace

Result<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return invalid("must be a whole number");
  return value;
}

std::string variable_of(std::string_view option) {
  std::string name = "WEIR_";
  for (const char c : option)
    name += c == '-' || c == ' ' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

void Options::global(OptionRow row, Target target) {
  const auto own = std::find_if(entries_.begin(), entries_.end(),
                                [&](const Entry& entry) { return entry.row.name == row.name; });
  if (own != entries_.end()) own->form = Form::own;
  entries_.push_back({row, own == entries_.end() ? Form::option : Form::shadowed, target});
}

const Options::Entry* Options::find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.row.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

Status Options::tokenise(std::span<const std::string> words) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras(false);
  std::vector<CLI::Option*> declared;
  for (Entry& entry : entries_)
    declared.push_back(entry.form == Form::shadowed ? nullptr : declare(app, entry));
  const Status parsed = parse_with(app, {words.begin(), words.end()}, entries_);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (declared[i] == nullptr) continue;
    entries_[i].given = declared[i]->count() > 0;
    entries_[i].words = declared[i]->results();
  }
  return parsed;
}

Status Options::resolve(std::span<const Source> sources) {
  for (Entry& entry : entries_) {
    std::optional<std::vector<std::string>> words;
    if (entry.given) words = entry.words;
    const bool outside = entry.form != Form::argument;
    for (auto source = sources.begin(); !words && outside && source != sources.end(); ++source)
      words = (*source)(entry.row);
    if (!words && !entry.row.fallback.empty()) words = std::vector{std::string(entry.row.fallback)};
    if (!words || words->empty()) {
      if (entry.row.need == Need::optional) continue;
      return invalid(fmt::format("{} is missing: {}", spelled(entry), entry.row.help),
                     std::string(entry.row.name));
    }
    const Status filled = fill(entry, *words);
    if (!filled)
      return invalid(fmt::format("{} {}", spelled(entry), filled.error().message),
                     std::string(entry.row.name));
  }
  return {};
}

}  // namespace weir::cli
