// One command at work: its global options, the server behind them, and the ways to answer. `answer` prints
// JSON for machines (--output json, one document, ending with a line feed) or the given text for people.
// Belongs to one thread.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "cli/api.h"
#include "cli/command.h"
#include "cli/environment.h"
#include "cli/output.h"

namespace weir::cli {

enum class OutputForm { table, json };

class Session {
 public:
  Session(Environment& environment, Globals globals, const Command& command);

  Result<Api*> api();  // `invalid` when no address is known, naming the ways to give one
  Environment& environment() { return environment_; }
  const Globals& globals() const { return globals_; }
  const Command& command() const { return command_; }
  OutputForm form() const { return globals_.output == "json" ? OutputForm::json : OutputForm::table; }
  Color color() const;

  void answer(const format::Json& machine, const std::string& people);
  // Rows as a table or a JSON array; without rows people read `hint`: the command that fills the list.
  void answer_rows(const format::Json::Array& rows, std::span<const Column> columns, std::string_view hint);
  void answer_card(const format::Json& row, std::span<const Column> columns);
  void line(std::string_view text);  // to standard output as it is
  void flush();
  void note(std::string_view text);      // to standard error, for people only; not with --quiet or JSON
  void progress(std::string_view text);  // overwrites itself; only on a terminal; "" wipes it
  Instant now() const { return environment_.clock.now(); }

 private:
  Environment& environment_;
  Globals globals_;
  const Command& command_;
  std::unique_ptr<Api> api_;
  bool at_work_ = false;  // somebody says already that it takes long
  friend class Working;
};

// The `link` of an answer is the page's path; people need it whole.
std::string whole_link(const Session& session, const format::Json& answer);

// Prints an error as one line "weir: …", or with JSON output as {"error": {…}}, to standard error.
void print_error(Environment& environment, const Error& error, OutputForm form);

}  // namespace weir::cli
