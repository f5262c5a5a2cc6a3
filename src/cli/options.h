// The options and arguments of one command, declared once as rows; parsing, help, completion, documents and
// the precedence of their sources are made from these rows. A value comes from the command line, else from
// WEIR_<OPTION> in the environment (several values separated by commas), else from the configuration file,
// else from `fallback`. Belongs to one thread.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace weir::cli {

enum class Need { optional, required };
enum class Many {
  no,
  each,  // given again for each value: --role a --role b
  row,   // takes what follows: --evidence a b c
};

struct OptionRow {
  std::string_view name;        // long name without dashes; of an argument the word for it: "ENV"
  std::string_view value = {};  // the word for its value: "DIR"; empty for a flag
  std::string_view help;
  Need need = Need::optional;
  Many many = Many::no;
  std::string_view fallback = {};
  std::span<const std::string_view> choices = {};
  char letter = 0;  // short form
};

// Where a value goes. Text is checked on the way: "--within 2x" is refused before anything is done.
using Target =
    std::variant<bool*, std::string*, std::int64_t*, Duration*, Instant*, std::optional<std::string>*,
                 std::optional<std::int64_t>*, std::optional<Duration>*, std::optional<Instant>*,
                 std::optional<bool>*, std::vector<std::string>*>;

enum class Form {
  option,
  own,  // an option of a command that bears the name of a global one: outside the command line it goes by both
  argument,  // without dashes; comes from the command line only
  shadowed,  // the global one behind an `own`: before the command, or from outside by its name alone
};

// Asked for the words of an option that the command line did not give; the row is that of the asking entry.
using Source = std::function<std::optional<std::vector<std::string>>(const OptionRow& row)>;

Result<std::int64_t> parse_integer(std::string_view text);
std::string variable_of(std::string_view option);  // "tls-cert" → "WEIR_TLS_CERT", "channel add url" → …

class Options {
 public:
  struct Entry {
    OptionRow row;
    Form form;
    Target target;
    std::vector<std::string> words = {};  // as given on the command line
    bool given = false;
  };

  void option(OptionRow row, Target target) { entries_.push_back({row, Form::option, target}); }
  void global(OptionRow row, Target target);  // after a command's own
  void argument(OptionRow row, Target target) { entries_.push_back({row, Form::argument, target}); }

  // Splits the command line into words per option (CLI11). `invalid` for what no row explains.
  Status tokenise(std::span<const std::string> words);
  // Fills every target. `sources` are asked in order for options not given. `invalid` names the option.
  Status resolve(std::span<const Source> sources);

  std::span<const Entry> entries() const { return entries_; }
  const Entry* find(std::string_view name) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace weir::cli
