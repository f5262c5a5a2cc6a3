#include "dbom/line_table.h"

namespace weir::dbom {
namespace {

using format::Json;

std::int64_t number(const Json& facts, std::string_view key) {
  const std::int64_t* found = facts.at(key).integer();
  return found == nullptr ? 0 : *found;
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string joined(const Json::Array& names) {
  std::string out;
  for (const Json& each : names)
    if (each.string() != nullptr) out += (out.empty() ? "" : ", ") + *each.string();
  return out;
}

std::string test_words(const Json& facts) {
  std::string words = fmt::format("{} passed, {} failed", number(facts, "passed"), number(facts, "failed"));
  if (const auto skipped = number(facts, "skipped"); skipped > 0)
    words += fmt::format(", {} skipped", skipped);
  return words;
}

std::string scan_words(const Json& facts) {
  const Json& by_severity = facts.at("by_severity");
  std::string words = counted(number(facts, "results"), "result", "results");
  for (const std::string_view severity : {"critical", "high"})
    if (const auto count = number(by_severity, severity); count > 0)
      words += fmt::format(", {} {}", count, severity);
  std::string tools;
  for (const Json& tool : facts.items("tools"))
    tools += fmt::format("{}{}", tools.empty() ? "" : ", ", tool.text("name"));
  return tools.empty() ? words : fmt::format("{} by {}", words, tools);
}

std::string sbom_words(const Json& facts) {
  return fmt::format("{}, {} {}", counted(number(facts, "components"), "component", "components"),
                     facts.text("format"), facts.text("spec_version"));
}

std::string provenance_words(const Json& facts) {
  std::string words = fmt::format("built by {}", facts.text("builder"));
  if (!facts.text("commit").empty()) words += fmt::format(" from {}", facts.text("commit"));
  return words;
}

std::string review_words(const Json& facts) {
  const std::string reviewers = joined(facts.items("reviewers"));
  return fmt::format("{}{}", facts.text("change"),
                     reviewers.empty() ? ", nobody approved" : ", approved by " + reviewers);
}

std::string ticket_words(const Json& facts) {
  std::string words(facts.text("key"));
  if (!facts.text("title").empty()) words += fmt::format(": {}", facts.text("title"));
  if (!facts.text("state").empty()) words += fmt::format(" ({})", facts.text("state"));
  return words;
}

struct WordsRow {
  std::string_view type;
  std::string (*words)(const Json& facts);
};
constexpr std::array words_table{
    WordsRow{"test", test_words},     WordsRow{"scan", scan_words},
    WordsRow{"sbom", sbom_words},     WordsRow{"provenance", provenance_words},
    WordsRow{"review", review_words}, WordsRow{"ticket", ticket_words},
};

}  // namespace

std::string words_of(std::string_view type, const Json& facts) {
  if (facts.object() == nullptr || facts.object()->empty()) return "";
  for (const WordsRow& row : words_table)
    if (row.type == type) return row.words(facts);
  return "";
}

std::string_view state_of(std::optional<bool> compliant) {
  if (!compliant) return "undecided";
  return *compliant ? "compliant" : "failed";
}

}  // namespace weir::dbom
