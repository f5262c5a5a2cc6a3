// Package URLs, orders of versions and CVSS on this machine, one at a time or line by line from standard input.
#include <fmt/format.h>

#include <array>
#include <iostream>

#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/session.h"
#include "format/purl.h"
#include "vuln/compare_lines.h"
#include "vuln/cvss.h"

namespace weir::cli {
namespace {

using format::Json;

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

// What each line is answered with, as it comes.
void answer_lines(Session& session, Json (*answer)(std::string_view line)) {
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.ends_with('\r')) line.pop_back();
    if (!is_blank(line)) session.line(dump(answer(line)));
  }
  session.flush();
}

constexpr OptionRow batch_row{.name = "batch", .help = "reads lines from standard input, answers each"};

Result<vuln::VersionOrder> order_of(const std::string& ecosystem) {
  if (const vuln::EcosystemRow* row = vuln::find_ecosystem(ecosystem)) return row->order;
  if (const auto order = vuln::order_named(ecosystem)) return *order;
  std::string known;
  for (const vuln::EcosystemRow& row : vuln::ecosystems())
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  return invalid(fmt::format("--ecosystem '{}' is not known; known are {}", ecosystem, known), "ecosystem");
}

struct Comparing {
  std::vector<std::string> versions;
  std::string ecosystem;
  bool batch = false;
};

Result<Exit> compare_lines(Session& session, vuln::VersionOrder order) {
  std::size_t passed = 0, failed = 0, number = 0;
  std::string line;
  while (std::getline(std::cin, line)) {
    ++number;
    const auto claim = vuln::parse_claim(line);
    if (claim.ok() && !*claim) continue;
    const std::string wrong = claim.ok() ? vuln::refute(order, **claim) : claim.error().message;
    ++(wrong.empty() ? passed : failed);
    if (!wrong.empty()) session.line(fmt::format("line {}: {}  ({})", number, line, wrong));
  }
  session.line(fmt::format("{} passed, {} failed", passed, failed));
  session.flush();
  return failed == 0 ? Exit::yes : Exit::no;
}

Result<Exit> compare(Session& session, const Comparing& comparing) {
  const vuln::VersionOrder order = TRY(order_of(comparing.ecosystem));
  if (comparing.batch && comparing.versions.empty()) return compare_lines(session, order);
  if (comparing.batch || comparing.versions.size() != 2)
    return invalid("expected two versions, or --batch and none", "VERSION");
  const std::string &a = comparing.versions[0], &b = comparing.versions[1];
  const std::string relation(1, vuln::relation_of(vuln::compare_versions(order, a, b)));
  session.answer(
      Json::object({{"a", a}, {"relation", relation}, {"b", b}, {"order", vuln::name_of_order(order)}}),
      fmt::format("{} {} {}\n", cleaned(a), relation, cleaned(b)));
  return Exit::yes;
}

std::string parts_in_words(const Json& parts) {
  std::string text;
  for (const auto& [name, value] : *parts.object()) {
    if (value.is_null()) continue;
    if (value.string() != nullptr) text += fmt::format("{:<11}{}\n", name, cleaned(*value.string()));
    if (value.object() != nullptr)
      for (const auto& [key, each] : *value.object())
        text += fmt::format("{:<11}{}={}\n", "qualifier", cleaned(key), cleaned(*each.string()));
  }
  return text;
}

struct Reading {
  std::optional<std::string> text;
  bool batch = false;
};

Result<Exit> read_purl(Session& session, const Reading& reading) {
  if (reading.batch != !reading.text) return invalid("expected a package URL, or --batch", "PURL");
  if (reading.batch) {
    answer_lines(session, format::answer_purl_case);
    return Exit::yes;
  }
  const format::Purl parsed = TRY(format::parse_purl(*reading.text));
  const std::string canonical = TRY(format::build_purl(parsed));
  Json parts = to_json(parsed);
  parts.set("canonical", canonical);
  session.answer(parts, parts_in_words(parts));
  return Exit::yes;
}

std::string scores_in_words(const Json& answer) {
  constexpr std::array<std::string_view, 3> names{"base", "temporal", "environmental"};
  const Json::Array& scores = answer.items("scores");
  std::string text;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (const double* score = scores[i].real())
      text += fmt::format("{:<15}{:.1f} {}\n", scores.size() == 1 ? "score" : names[i], *score,
                          vuln::rating_of(*score));
  return text;
}

Result<Exit> read_cvss(Session& session, const Reading& reading) {
  if (reading.batch != !reading.text) return invalid("expected a vector, or --batch", "VECTOR");
  if (reading.batch) {
    answer_lines(session, vuln::answer_cvss);
    return Exit::yes;
  }
  TRY(vuln::score_cvss(*reading.text));
  const Json answer = vuln::answer_cvss(*reading.text);
  session.answer(answer, scores_in_words(answer));
  return Exit::yes;
}

}  // namespace

Action vuln_compare(Options& options) {
  const auto comparing = std::make_shared<Comparing>();
  options.argument({.name = "VERSION", .help = "the two versions", .many = Many::row}, &comparing->versions);
  options.option({.name = "ecosystem",
                  .value = "ECOSYSTEM",
                  .help = "whose versions they are, as OSV names it (npm, PyPI, Debian:12)",
                  .need = Need::required},
                 &comparing->ecosystem);
  options.option(
      {.name = "batch",
       .help = "reads lines \"A < B\" (= and >) from standard input and prints those that are wrong"},
      &comparing->batch);
  return [comparing](Session& session) { return compare(session, *comparing); };
}

Action vuln_cvss(Options& options) {
  const auto reading = std::make_shared<Reading>();
  options.argument({.name = "VECTOR", .help = "a CVSS vector of 2.0, 3.0, 3.1 or 4.0"}, &reading->text);
  options.option(batch_row, &reading->batch);
  return [reading](Session& session) { return read_cvss(session, *reading); };
}

Action purl(Options& options) {
  const auto reading = std::make_shared<Reading>();
  options.argument({.name = "PURL", .help = "a package URL"}, &reading->text);
  options.option(batch_row, &reading->batch);
  return [reading](Session& session) { return read_purl(session, *reading); };
}

}  // namespace weir::cli
