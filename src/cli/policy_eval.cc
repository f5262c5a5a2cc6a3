// Asks Rego files a question on this machine: no server, the same engine and the same answers as the gate's.
#include <fmt/format.h>

#include "cli/families.h"
#include "cli/policy_files.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

struct Arguments {
  std::vector<std::string> files;
  std::optional<std::string> input, data;
  std::string query;
};

Result<Exit> ask(Session& session, const Arguments& arguments) {
  const std::vector<rego::Module> modules = TRY(read_modules(arguments.files));
  const std::string data = TRY(read_document(arguments.data));
  const std::string input = TRY(read_document(arguments.input));
  rego::Engine engine = TRY(rego::Engine::load_text(modules, data));
  const std::optional<std::string> value = TRY(engine.query_text(arguments.query, input));
  for (const std::string& line : TRY(engine.prints())) session.note(line);
  if (!value) {
    session.note(fmt::format("{} is undefined", arguments.query));
    return Exit::no;
  }
  session.line(*value);
  return Exit::yes;
}

}  // namespace

Action policy_eval(Options& options) {
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "FILE",
                    .help = "Rego modules: files, or directories of them",
                    .need = Need::required,
                    .many = Many::row},
                   &arguments->files);
  options.option({.name = "query",
                  .value = "QUERY",
                  .help = "what to ask: data.PACKAGE.RULE",
                  .need = Need::required},
                 &arguments->query);
  options.option({.name = "input", .value = "FILE", .help = "the input document (JSON or YAML)"},
                 &arguments->input);
  options.option({.name = "data", .value = "FILE", .help = "documents below data (JSON or YAML)"},
                 &arguments->data);
  return [arguments](Session& session) { return ask(session, *arguments); };
}

}  // namespace weir::cli
