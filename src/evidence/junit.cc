#include "evidence/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/limits.h"
#include "format/xml.h"

namespace weir::evidence {
namespace {

using format::Json;

enum class Outcome { passed, failed, skipped };

struct Tally {
  std::int64_t passed = 0, failed = 0, skipped = 0, suites = 0, claimed_failed = 0;
  double seconds = 0;
  Json::Array failures;
  std::int64_t total() const { return passed + failed + skipped; }
};

constexpr std::array failing{std::string_view("failure"), std::string_view("error")};

bool is_failing(std::string_view name) {
  return std::find(failing.begin(), failing.end(), name) != failing.end();
}

// Surefire's flakyFailure, rerunFailure and the like describe earlier runs and decide nothing.
Outcome outcome_of(const pugi::xml_node& test) {
  bool skipped = false;
  for (const pugi::xml_node& child : test) {
    const std::string_view name = format::local_name(child);
    if (is_failing(name)) return Outcome::failed;
    skipped = skipped || name == "skipped" || name == "disabled";
  }
  const std::string_view status = format::attribute(test, "status"),
                         result = format::attribute(test, "result");
  for (const std::string_view said : {status, result}) {
    if (said == "failed" || said == "error" || said == "failure") return Outcome::failed;
    skipped = skipped || said == "notrun" || said == "skipped" || said == "suppressed" || said == "disabled";
  }
  return skipped ? Outcome::skipped : Outcome::passed;
}

// Seconds with a point; some writers group thousands with commas. What is no time counts as none.
double seconds_of(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c != ','; });
  double value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return read.ec == std::errc() && std::isfinite(value) && value > 0 ? std::min(value, 1e9) : 0;
}

std::int64_t claimed(const pugi::xml_node& suite, const char* name) {
  const std::string_view text = format::attribute(suite, name);
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && value > 0 ? std::min<std::int64_t>(value, limits::evidence_records_max)
                                             : 0;
}

void note_failure(Tally& tally, std::string_view suite, std::string_view name, const pugi::xml_node& from) {
  ++tally.failed;
  if (tally.failures.size() >= fact_items_max) return;
  std::string_view message;
  for (const pugi::xml_node& child : from) {
    if (!is_failing(format::local_name(child))) continue;
    message = format::attribute(child, "message");
    if (message.empty()) message = child.child_value();
    break;
  }
  tally.failures.push_back(Json::object(
      {{"suite", fact_text(suite)}, {"name", fact_text(name)}, {"message", fact_text(message)}}));
}

void add_test(Tally& tally, std::string_view suite, const pugi::xml_node& test) {
  tally.seconds += seconds_of(format::attribute(test, "time"));
  const std::string_view class_name = format::attribute(test, "classname");
  switch (outcome_of(test)) {
    case Outcome::passed: ++tally.passed; break;
    case Outcome::skipped: ++tally.skipped; break;
    case Outcome::failed:
      note_failure(tally, class_name.empty() ? suite : class_name, format::attribute(test, "name"), test);
  }
}

// Suites nest; the depth is bounded by the XML reader.
Status add_suite(Tally& tally, const pugi::xml_node& suite) {
  const std::string_view name = format::attribute(suite, "name");
  std::int64_t claims = claimed(suite, "failures") + claimed(suite, "errors");
  const std::int64_t failed_before = tally.failed;
  if (format::local_name(suite) == "testsuite") ++tally.suites;
  for (const pugi::xml_node& child : suite) {
    const std::string_view kind = format::local_name(child);
    if (kind == "testcase") add_test(tally, name, child);
    else if (kind == "testsuite" || kind == "testsuites") TRY(add_suite(tally, child));
    else if (is_failing(kind)) note_failure(tally, name, "", suite);
    if (tally.total() > static_cast<std::int64_t>(limits::evidence_records_max))
      return Error{Errc::too_large, fmt::format("more than {} test cases", limits::evidence_records_max)};
  }
  if (claims > tally.failed - failed_before) tally.claimed_failed = std::max(tally.claimed_failed, claims);
  return {};
}

}  // namespace

Result<Summary> summarise_junit(BytesView content) {
  const format::XmlDocument document = TRY(format::XmlDocument::parse(content));
  const std::string_view root = format::local_name(document.root());
  if (root != "testsuites" && root != "testsuite")
    return invalid(
        fmt::format("expected JUnit XML with <testsuites> or <testsuite>, got <{}>", fact_text(root)));
  Tally tally;
  TRY(add_suite(tally, document.root()));
  Json facts = Json::object(
      {{"format", "junit"},
       {"total", tally.total()},
       {"passed", tally.passed},
       {"failed", tally.failed},
       {"skipped", tally.skipped},
       {"duration_us", static_cast<std::int64_t>(std::llround(std::min(tally.seconds, 1e12) * 1e6))},
       {"suites", tally.suites}});
  if (!tally.failures.empty()) facts.set("failures", std::move(tally.failures));
  if (tally.claimed_failed > 0) facts.set("claimed_failed", tally.claimed_failed);
  std::optional<bool> compliant;
  if (tally.failed > 0) compliant = false;
  else if (tally.passed > 0 && tally.claimed_failed == 0) compliant = true;
  return Summary{.type = "test", .compliant = compliant, .facts = std::move(facts)};
}

}  // namespace weir::evidence
