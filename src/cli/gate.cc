#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/rollback.h"
#include "cli/subject.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr Duration pause_between_questions = milliseconds(500);

struct Asking {
  std::string what, environment;
  std::optional<std::string> change_class;
  std::optional<Duration> wait;
  bool explain = false, tells_rollback = false;
};

struct ResultRow {
  std::string_view result, mark;
  Weight weight;
};
constexpr std::array result_rows{
    ResultRow{"satisfied", "✓", Weight::blue},       ResultRow{"violated", "✗", Weight::red},
    ResultRow{"excepted", "◐", Weight::amber},       ResultRow{"not-applicable", "·", Weight::quiet},
    ResultRow{"no-evidence", "?", Weight::amber},
};

// "✗ tests-pass: Unit tests must have passed (ask: developers)", and with --explain what mends it. What decides
// nothing says so: "? build-linked (warn): …".
std::string rule_line(const Json& rule, Color color, bool explain) {
  const auto row = std::find_if(result_rows.begin(), result_rows.end(),
                                [&](const ResultRow& each) { return each.result == rule.text("result"); });
  const bool open = rule.text("result") == "violated" || rule.text("result") == "no-evidence";
  const std::string_view mark = row == result_rows.end() ? "·" : row->mark;
  const Weight weight = row == result_rows.end() ? Weight::quiet : row->weight;
  std::string line = fmt::format("  {} {}", styled(mark, weight, color), cleaned(rule.text("id")));
  if (open && rule.text("mode") != "enforce") line += fmt::format(" ({})", cleaned(rule.text("mode")));
  if (!rule.text("message").empty()) line += ": " + cleaned(rule.text("message"));
  if (open && !rule.text("who").empty()) line += fmt::format(" (ask: {})", cleaned(rule.text("who")));
  line += '\n';
  if (!explain) return line;
  if (open && !rule.text("fix").empty()) line += fmt::format("      {}\n", cleaned(rule.text("fix")));
  std::string entries;
  for (const Json& entry : rule.items("evidence"))
    entries += (entries.empty() ? "" : ", ") + dump(entry);
  if (!entries.empty()) line += fmt::format("      entries {}\n", entries);
  return line;
}

std::string window_line(const Json& answer) {
  const Json& window = answer.at("window");
  if (window.text("verdict") != "closed") return "";
  std::string line = fmt::format("closed by window {}", cleaned(window.text("window")));
  if (!window.text("next_opening").empty())
    line += fmt::format("; opens {}", cell({"", "next_opening", Show::time}, window));
  return line + "\n";
}

std::string told(const Json& answer, Color color, bool explain) {
  std::string out = marked(answer.text("verdict"), color) + "\n";
  for (const Json& rule : answer.items("rules")) {
    const std::string_view result = rule.text("result");
    if (explain || result == "violated" || result == "no-evidence") out += rule_line(rule, color, explain);
  }
  out += window_line(answer);
  if (explain) out += rollback_line(answer.at("rollback"));
  return out;
}

// An image that is named with its digest needs no registry to be asked: the gate wants no more of it.
Result<std::string> digest_of(Session& session, const std::string& what) {
  const std::size_t at = what.rfind("@sha256:");
  const auto named = parse_sha256(at == std::string::npos || at == 0 ? "" : what.substr(at + 1));
  if (named.ok()) return to_string(*named);
  const artifact::Fingerprint found = TRY(identify(session, what));
  return to_string(found.digest);
}

Result<Json> ask(Session& session, const Asking& asked, const std::string& digest) {
  Api* api = TRY(session.api());
  return api->read("gate", {{"artifact", digest},
                            {"environment", asked.environment},
                            {"class", asked.change_class.value_or("")},
                            {"rollback", asked.tells_rollback ? "true" : ""}});
}

bool passes(const Json& answer) { return answer.text("verdict") == "allow" || answer.text("verdict") == "warn"; }

}  // namespace

Action gate(Options& options) {
  const auto asked = std::make_shared<Asking>();
  options.argument(artifact_word, &asked->what);
  options.option({.name = "environment", .value = "ENV", .help = "where it is to run", .need = Need::required},
                 &asked->environment);
  options.option({.name = "class", .value = "CLASS", .help = "class of the change: standard, normal, emergency"},
                 &asked->change_class);
  options.option({.name = "wait", .value = "DURATION", .help = "ask again until it may, at most so long"},
                 &asked->wait);
  options.option({.name = "explain", .help = "every rule, what mends it, and the entries it rests on"},
                 &asked->explain);
  return [asked](Session& session) -> Result<Exit> {
    const std::string digest = TRY(digest_of(session, asked->what));
    asked->tells_rollback = asked->explain || session.form() != OutputForm::table;
    const Instant until = session.now() + asked->wait.value_or(Duration{});
    Json answer = TRY(ask(session, *asked, digest));
    while (!passes(answer) && session.now() < until) {
      session.progress(fmt::format("{}; waiting", answer.text("verdict")));
      session.environment().wait(pause_between_questions);
      answer = TRY(ask(session, *asked, digest));
    }
    session.progress("");
    session.answer(answer, told(answer, session.color(), asked->explain));
    return passes(answer) ? Exit::yes : Exit::no;
  };
}

}  // namespace weir::cli
