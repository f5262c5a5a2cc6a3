// Picks a command; the only file that makes real clocks and streams.
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "cli/run.h"
#include "serve.h"
#include "watch.h"

namespace {

std::map<std::string, std::string, std::less<>> variables_of_process() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** setting = ::environ; *setting != nullptr; ++setting) {
    const std::string_view text = *setting;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace

int main(int argc, char** argv) {
  const weir::SystemClock clock;
  weir::cli::Environment environment{
      .out = std::cout,
      .err = std::cerr,
      .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
      .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
      .variables = variables_of_process(),
      .clock = clock,
      .wait = [](weir::Duration period) { std::this_thread::sleep_for(std::chrono::microseconds(period.micros)); },
      .hooks = {.serve = weir::serve, .agent = weir::watch, .ledger_verify = weir::verify_ledger,
                .ledger_rebuild = weir::rebuild_ledger},
  };
  return weir::cli::run(argc, argv, environment);
}
