// Answers evaluation cases through the engine: JSON lines in (cases/main.go makes them), JSON lines out, one for one:
// {"outcome": "refused" | "failed" | "answered", "text": message or bindings}.
#include <iostream>
#include <string>

#include "base/check.h"
#include "rego/engine.h"

namespace weir {
namespace {

using format::Json;

Json outcome(std::string_view what, const std::string& text) {
  return Json::object({{"outcome", what}, {"text", text}});
}

// An input may be given as a Rego term; the engine itself turns it into JSON.
Result<std::string> input_of(const Json& one) {
  const std::string_view term = one.text("input_term");
  if (term.empty()) return std::string(one.text("input"));
  rego::Engine engine = TRY(rego::Engine::load({}, {}));
  const auto value = TRY(engine.query_text(term, ""));
  return value.value_or("");
}

Json answer(const Json& one) {
  std::vector<rego::Module> modules;
  for (const Json& text : one.items("modules"))
    modules.push_back({.name = "module" + std::to_string(modules.size()) + ".rego", .text = *text.string()});
  const rego::Limits limits{.time = seconds(10),
                            .builtin_errors = one.at("strict_error") == Json(true)
                                                  ? rego::BuiltinErrors::strict
                                                  : rego::BuiltinErrors::undefined};
  auto engine = rego::Engine::load_text(modules, one.text("data"), limits);
  if (!engine.ok()) return outcome("refused", engine.error().message);
  const auto input = input_of(one);
  if (!input.ok()) return outcome("failed", input.error().message);
  const auto bindings = engine->bindings_text(one.text("query"), *input);
  if (!bindings.ok()) return outcome("failed", bindings.error().message);
  return outcome("answered", *bindings);
}

}  // namespace
}  // namespace weir

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto one = weir::format::parse_json(line);
    CHECK(one.ok());
    std::cout << weir::format::dump(weir::answer(*one)) << "\n" << std::flush;
  }
}
