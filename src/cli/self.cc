// Commands about this program itself.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>

#include "cli/families.h"
#include "cli/help.h"
#include "cli/run.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

constexpr std::array<std::string_view, 3> shells{"bash", "zsh", "fish"};

}  // namespace

Action show_completion(Options& options) {
  const auto shell = std::make_shared<std::string>();
  options.argument({.name = "SHELL", .help = "your shell", .need = Need::required, .choices = shells},
                   shell.get());
  return [shell](Session& session) -> Result<Exit> {
    const auto chosen = std::find(shells.begin(), shells.end(), *shell) - shells.begin();
    session.environment().out << completion(static_cast<Shell>(chosen));
    return Exit::yes;
  };
}

Action show_version(Options&) {
  return [](Session& session) -> Result<Exit> {
    session.answer(format::Json::object({{"version", version}}), fmt::format("weir {}\n", version));
    return Exit::yes;
  };
}

Action docs_cli(Options&) {
  return [](Session& session) -> Result<Exit> {
    session.environment().out << reference_page();
    return Exit::yes;
  };
}

}  // namespace weir::cli
