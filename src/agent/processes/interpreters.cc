#include "agent/processes/interpreters.h"

#include <algorithm>
#include <array>

namespace weir::agent {
namespace {

enum class Bare { standard_input, itself };  // what runs when no word names a program
enum class Word { file, module, itself };    // what the first word that is no option names

// Lists hold words separated by spaces. An option of one letter also counts inside a bundle ("-ec").
struct Grammar {
  std::string_view names;            // of executables; a version may follow ("python" covers python3.11)
  std::string_view with_value;       // options whose value is the rest of the word, or else the next word
  std::string_view attached_value;   // options whose value can only be the rest of the word
  std::string_view inline_code;      // options whose value is the program's text
  std::string_view file_option;      // options whose value is the program's file
  std::string_view module_option;    // options whose value is looked up by the interpreter
  std::string_view no_program;       // options with which nothing runs, unless a program is named too
  Bare bare = Bare::standard_input;
  Word word = Word::file;
  std::string_view digits_value = {};  // options of one letter whose value is the digits behind it; letters may follow
};

constexpr std::string_view version = "--version --help";
constexpr std::array grammars{
    Grammar{"sh dash bash rbash ash ksh ksh93 mksh zsh yash posh hush",
            "-o +o -O +O --rcfile --init-file", "", "-c -s", "", "", version},
    Grammar{"csh tcsh", "", "", "-c", "", "", version},
    Grammar{"fish", "-C --init-command -d --debug -o -D -p --profile -f --features", "", "-c --command", "", "",
            "-v --version -h --help"},
    Grammar{"python pypy", "-W -X -Q --check-hash-based-pycs", "", "-c", "", "-m", "-V --version -h --help"},
    Grammar{"perl", "-I", "-M -m -x -F -C -D -i", "-e -E", "", "", "-v -V --version --help", Bare::standard_input,
            Word::file, "-l -0 -d"},
    Grammar{"ruby jruby", "-I -r -C -E -X --encoding --external-encoding --internal-encoding --enable --disable --dump "
                          "--parser --backtrace-limit", "-x -F -i", "-e", "", "",
            "--version --help --copyright", Bare::standard_input, Word::file, "-W -0 -T"},
    Grammar{"node nodejs", "-r --require --import --loader --experimental-loader -C --conditions --env-file --title",
            "", "-e --eval -p --print", "", "", "-v --version -h --help"},
    Grammar{"deno bun", "--config --cwd --env-file", "", "-e --eval -p --print eval", "", "", version},
    Grammar{"php", "-c -d -z -t -S --php-ini --define --zend-extension --docroot --server", "",
            "-r -R -B -E --run --process-code --process-begin --process-end", "-f -F --file --process-file", "",
            "-v --version -h --help -i -m"},
    Grammar{"lua luajit texlua", "-l", "-j -b -O", "-e -i", "", "", "-v"},
    Grammar{"java", "-cp -classpath --class-path -p --module-path --add-modules --add-opens --add-exports --add-reads "
                    "--limit-modules --upgrade-module-path --patch-module --source --enable-native-access",
            "", "", "-jar", "-m --module", "-version --version -help --help -h -?", Bare::itself, Word::module},
    Grammar{"tclsh wish expect", "-encoding", "", "-c", "-f", "", "-v"},
    Grammar{"awk gawk mawk nawk original-awk", "-F -v -W -m", "", "", "-f --file -E --exec", "", version, Bare::itself,
            Word::itself},
    Grammar{"Rscript R", "-g --gui", "", "-e", "-f --file", "", version},
    Grammar{"guile", "-L -C -x -l -e", "", "-c", "-s", "", "--version --help -v -h"},
    Grammar{"pwsh", "-ExecutionPolicy -WorkingDirectory", "", "-c -Command -EncodedCommand -e", "-File -f", "",
            "-v -Version -h -Help"},
    Grammar{"ld.so", "--library-path --preload --argv0 --audit --inhibit-rpath --glibc-hwcaps-prepend "
                     "--glibc-hwcaps-mask", "", "", "", "", "--list --verify --list-tunables --list-diagnostics "
                     "--version --help", Bare::itself},
};
// A word after one of these is a file that is looked at and not run.
constexpr std::string_view lookers = "ld.so";
// Options of these are whole words even with one dash, so letters must not be read singly.
constexpr std::string_view without_bundles = "java pwsh Rscript";
constexpr std::string_view shells = "sh";
constexpr std::string_view launchers = "env nice nohup setsid stdbuf time timeout ionice chrt taskset";
constexpr std::string_view subcommands = "run";  // of deno and bun: the program follows

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool lists(std::string_view words, std::string_view word) {
  while (!words.empty() && !word.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::string_view first_of(std::string_view words) { return words.substr(0, words.find(' ')); }

// "perl5.36-x86_64-linux-gnu", "python3-dbg", "lua5.4", "python-3.11"
std::string_view without_version(std::string_view name) {
  if (const auto digit = name.find_first_of("0123456789"); digit != name.npos && digit > 0) {
    const auto after = name.find_first_not_of("0123456789.", digit);
    if (after != name.npos && name[after] == '-') name = name.substr(0, after);
  }
  const auto end = name.find_last_not_of("0123456789.-");
  return end == name.npos ? name : name.substr(0, end + 1);
}

const Grammar* grammar_of(std::string_view name) {
  if (name.starts_with("ld-") && name.find(".so") != name.npos) name = "ld.so";
  for (const Grammar& grammar : grammars)
    if (lists(grammar.names, name) || lists(grammar.names, without_version(name))) return &grammar;
  return nullptr;
}

enum class Role { flag, value, attached, code, file, module, nothing };

Role role_of(const Grammar& grammar, std::string_view option) {
  if (lists(grammar.inline_code, option)) return Role::code;
  if (lists(grammar.file_option, option)) return Role::file;
  if (lists(grammar.module_option, option)) return Role::module;
  if (lists(grammar.no_program, option)) return Role::nothing;
  if (lists(grammar.with_value, option)) return Role::value;
  if (lists(grammar.attached_value, option)) return Role::attached;
  return Role::flag;
}

struct Option {
  Role role = Role::flag;
  bool has_value = false;   // in the same word
  std::string_view value;
};

// Where perl ends the value of one of these, and goes on with options: at the first space.
constexpr std::string_view perl = "perl", perls_until_space = "-C -D -i -F", spaces = " \t\n\r\f\v";

// In a bundle such as "-xec" the first letter that is more than a flag decides; the rest of the word is its value. What
// stands behind a colon ("-V:version", "-d:NYTProf") is always one.
Option read_bundle(const Grammar& grammar, std::string_view word) {
  Option bundle;
  const bool goes_on_behind_space = first_of(grammar.names) == perl;
  for (std::size_t i = 1; i < word.size() && word[i] != ':'; ++i) {
    const std::array<char, 2> letters{word[0], word[i]};
    const std::string_view letter(letters.data(), letters.size());
    const Role role = role_of(grammar, letter);
    const std::size_t space =
        goes_on_behind_space && lists(perls_until_space, letter) ? word.find_first_of(spaces, i) : word.npos;
    if (role == Role::nothing) bundle.role = role;
    else if (space != word.npos) i = space;
    else if (role != Role::flag) return {role, i + 1 < word.size(), word.substr(i + 1)};
    if (lists(grammar.digits_value, letter))
      while (i + 1 < word.size() && word[i + 1] >= '0' && word[i + 1] <= '9') ++i;
  }
  return bundle;
}

Option read_option(const Grammar& grammar, std::string_view word) {
  if (const Role role = role_of(grammar, word); role != Role::flag) return {.role = role};
  const auto equals = word.find('=');
  if (equals != word.npos && word.starts_with("--"))
    return {role_of(grammar, word.substr(0, equals)), true, word.substr(equals + 1)};
  const bool bundles = !word.starts_with("--") && !lists(without_bundles, first_of(grammar.names));
  return bundles ? read_bundle(grammar, word) : Option{};
}

Program program_named(const Grammar& grammar, std::string_view word) {
  if (grammar.word == Word::itself) return {};
  const bool source_file = word.ends_with(".java");
  return {grammar.word == Word::file || source_file ? ProgramKind::file : ProgramKind::module, std::string(word)};
}

Program without_word(const Grammar& grammar) {
  return grammar.bare == Bare::itself ? Program{} : Program{ProgramKind::unseen, "stdin"};
}

// What an option settles: a program, or how many more words it takes.
struct Step {
  bool settled = false;
  Program program;
  std::size_t words_taken = 0;
  bool asks_only = false;  // for a version or for help
};

// "-ne" of "-neprint", "--eval" of "--eval=1": the text itself is an argument, which is nobody's business.
std::string option_alone(std::string_view word, const Option& option) {
  if (option.has_value) word.remove_suffix(option.value.size());
  if (word.ends_with('=')) word.remove_suffix(1);
  return std::string(word.substr(0, 16));
}

Step read_step(const Grammar& grammar, std::string_view word, std::string_view next) {
  const Option option = read_option(grammar, word);
  const std::string_view value = option.has_value ? option.value : next;
  switch (option.role) {
    case Role::code: return {true, {ProgramKind::unseen, option_alone(word, option)}};
    case Role::file: return {true, {ProgramKind::file, std::string(value)}};
    case Role::module: return {true, {ProgramKind::module, std::string(value)}};
    case Role::nothing: return {lists(lookers, first_of(grammar.names)), {}, 0, true};
    case Role::value: return {false, {}, option.has_value ? 0U : 1U};
    default: return {};
  }
}

// The option among these that brings the program's text.
const std::string* code_among(const Grammar& grammar, std::span<const std::string> words) {
  const auto found = std::ranges::find_if(words, [&](const std::string& word) {
    return word.starts_with('-') && read_option(grammar, word).role == Role::code;
  });
  return found == words.end() ? nullptr : &*found;
}

// A long option that no table here knows: the next word may be its value.
bool may_take_next(const Grammar& grammar, std::string_view word) {
  return word.starts_with("--") && word.find('=') == word.npos && read_option(grammar, word).role == Role::flag;
}

Program read_program(const Grammar& grammar, std::span<const std::string> words) {
  const bool shell = first_of(grammar.names) == shells;
  bool asks_only = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i], next = i + 1 < words.size() ? words[i + 1] : std::string_view();
    if (word == "--" || (shell && word == "-"))
      return next.empty() ? without_word(grammar) : program_named(grammar, next);
    if (word == "-") return {ProgramKind::unseen, "stdin"};
    const bool is_option =
        word.starts_with('-') || (shell && word.starts_with('+')) || lists(grammar.inline_code, word);
    const bool is_subcommand = first_of(grammar.names) == "deno" && lists(subcommands, word);
    if (is_subcommand) continue;
    if (!is_option) {
      const std::string* const code =
          i > 0 && may_take_next(grammar, words[i - 1]) ? code_among(grammar, words.subspan(i + 1)) : nullptr;
      if (code == nullptr) return program_named(grammar, word);
      return {ProgramKind::unseen, option_alone(*code, read_option(grammar, *code))};
    }
    Step step = read_step(grammar, word, next);
    if (step.settled) return std::move(step.program);
    asks_only = asks_only || step.asks_only;
    i += step.words_taken;
  }
  return asks_only ? Program{} : without_word(grammar);
}

}  // namespace

Program program_of(std::string_view executable, std::span<const std::string> arguments) {
  std::string_view name = base_name(executable);
  auto words = arguments.subspan(std::min<std::size_t>(1, arguments.size()));
  if (without_version(name) == "busybox" && !arguments.empty()) {  // many programs in one file
    name = base_name(arguments.front());
    if (name == "busybox" && !words.empty()) {
      name = base_name(words.front());
      words = words.subspan(1);
    }
  }
  const Grammar* grammar = grammar_of(name.starts_with('-') ? name.substr(1) : name);
  return grammar ? read_program(*grammar, words) : Program{};
}

bool is_launcher(std::string_view executable) { return lists(launchers, base_name(executable)); }

bool is_interpreter(std::string_view executable) { return grammar_of(base_name(executable)) != nullptr; }

}  // namespace weir::agent
