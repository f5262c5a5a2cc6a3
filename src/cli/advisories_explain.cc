// What a store of advisories knows of one flaw, and why it affects a package or not.
#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/session.h"
#include "format/purl.h"
#include "vuln/cvss.h"
#include "vuln/explain.h"

namespace weir::cli {
namespace {

using format::Json;

struct Explaining {
  std::string name, store;
  std::optional<std::string> purl;
};

Json texts_of(const std::vector<std::string>& all) {
  Json::Array out;
  for (const std::string& each : all) out.push_back(each);
  return out;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json json_of(const std::vector<vuln::Severity>& severities) {
  Json::Array out;
  for (const vuln::Severity& severity : severities) {
    Json row = Json::object({{"type", severity.type}, {"score", severity.score}});
    const Result<vuln::CvssScores> scores = vuln::score_cvss(severity.score);
    if (severity.type.starts_with("CVSS_") && scores.ok()) {
      row.set("base", scores->base);
      if (scores->temporal) row.set("temporal", *scores->temporal);
      if (scores->environmental) row.set("environmental", *scores->environmental);
      row.set("severity", vuln::rating_of(scores->base));
    }
    out.push_back(std::move(row));
  }
  return out;
}

constexpr std::array<std::string_view, 3> range_types{"SEMVER", "ECOSYSTEM", "GIT"};
constexpr std::array<std::string_view, 4> event_kinds{"introduced", "fixed", "last_affected", "limit"};

Json json_of(const vuln::Range& range) {
  Json::Array events;
  for (const vuln::Event& event : range.events)
    events.push_back(
        Json::object({{std::string(event_kinds[static_cast<std::size_t>(event.kind)]), event.version}}));
  return Json::object(
      {{"type", range_types[static_cast<std::size_t>(range.type)]}, {"events", std::move(events)}});
}

Json json_of(const vuln::Affected& affected) {
  Json::Array ranges;
  for (const vuln::Range& range : affected.ranges) ranges.push_back(json_of(range));
  return Json::object({{"ecosystem", text_or_null(affected.ecosystem)},
                       {"name", text_or_null(affected.name)},
                       {"severity", json_of(affected.severity)},
                       {"ranges", std::move(ranges)},
                       {"versions", texts_of(affected.versions)}});
}

Json json_of(const vuln::ExplainedRecord& record, const vuln::Manifest& manifest) {
  const vuln::Advisory& advisory = record.stored.advisory;
  Json::Array affected;
  for (const vuln::Affected& each : advisory.affected) affected.push_back(json_of(each));
  const bool known = record.stored.feed < manifest.feeds.size();
  return Json::object({{"id", advisory.id},
                       {"relation", vuln::name_of(record.relation)},
                       {"source", known ? Json(manifest.feeds[record.stored.feed].source) : Json()},
                       {"content", to_string(record.stored.content)},
                       {"modified", text_or_null(advisory.modified)},
                       {"withdrawn", text_or_null(advisory.withdrawn)},
                       {"summary", text_or_null(advisory.summary)},
                       {"aliases", texts_of(advisory.aliases)},
                       {"upstream", texts_of(advisory.upstream)},
                       {"related", texts_of(advisory.related)},
                       {"severity", json_of(advisory.severity)},
                       {"affected", std::move(affected)}});
}

Json json_of(const vuln::Exploited& row) {
  return Json::object({{"cve", vuln::cve_text(row.cve)},
                       {"name", row.name},
                       {"vendor", row.vendor},
                       {"product", row.product},
                       {"added", row.added},
                       {"due", row.due},
                       {"action", row.action},
                       {"ransomware", row.ransomware}});
}

// A float written with as many digits as it was read with.
double rounded(float share) {
  double value = 0;
  const std::string text = fmt::format("{}", share);
  value = std::strtod(text.c_str(), nullptr);
  return value;
}

Json json_of(const vuln::Likelihood& row) {
  return Json::object({{"cve", vuln::cve_text(row.cve)},
                       {"probability", rounded(row.probability)},
                       {"percentile", rounded(row.percentile)}});
}

bool counts(const vuln::ExplainedVerdict& each) {
  return each.verdict.affected && each.scope && !each.withdrawn;
}

Json json_of(const vuln::ExplainedVerdict& each) {
  const vuln::Verdict& verdict = each.verdict;
  return Json::object({{"advisory", each.advisory},
                       {"relation", vuln::name_of(each.relation)},
                       {"affected", counts(each)},
                       {"ecosystem", each.ecosystem},
                       {"name", each.name},
                       {"scope", each.scope ? Json(vuln::name_of(*each.scope)) : Json("other_release")},
                       {"withdrawn", each.withdrawn},
                       {"comparator", vuln::name_of_order(each.comparator)},
                       {"listed", verdict.listed},
                       {"range", verdict.range ? Json(static_cast<std::int64_t>(*verdict.range)) : Json()},
                       {"introduced", text_or_null(verdict.introduced)},
                       {"fixed", text_or_null(verdict.fixed)}});
}

Result<Json> json_of_package(const vuln::Explanation& explanation, const std::string& text) {
  const format::Purl purl = TRY(format::parse_purl(text, format::PurlReading::tolerant));
  const std::optional<vuln::Package> package = vuln::package_of(purl, "", std::nullopt);
  if (!package)
    return invalid(fmt::format("no ecosystem of advisories covers packages of type '{}'", purl.type), "purl");
  Json::Array verdicts;
  bool affected = false;
  for (const vuln::ExplainedVerdict& each : vuln::explain_package(explanation, *package)) {
    verdicts.push_back(json_of(each));
    affected |= counts(each);
  }
  return Json::object({{"purl", text},
                       {"ecosystem", package->ecosystem},
                       {"release", text_or_null(package->release)},
                       {"names", texts_of(package->names)},
                       {"version", text_or_null(package->version)},
                       {"affected", affected},
                       {"verdicts", std::move(verdicts)}});
}

std::string joined(const Json::Array& texts) {
  std::string out;
  for (const Json& each : texts)
    if (each.string() != nullptr) out += (out.empty() ? "" : ", ") + cleaned(*each.string());
  return out;
}

std::string text_of_affected(const Json& affected) {
  std::string text =
      fmt::format("    {} {}", cleaned(affected.text("ecosystem")), cleaned(affected.text("name")));
  for (const Json& range : affected.items("ranges")) {
    text += fmt::format("\n      {}:", range.text("type"));
    for (const Json& event : range.items("events"))
      for (const auto& [kind, version] : *event.object())
        text += fmt::format(" {} {}", kind, cleaned(*version.string()));
  }
  const std::size_t versions = affected.items("versions").size();
  return text + (versions == 0 ? "\n" : fmt::format("\n      {} versions listed\n", versions));
}

constexpr std::size_t affected_shown_max = 20;

std::string text_of_record(const Json& record) {
  std::string text = "\n" + cleaned(record.text("id"));
  if (!record.text("summary").empty()) text += "  " + cleaned(record.text("summary"));
  text += "\n";
  if (record.text("relation") != "same") text += fmt::format("  {}\n", record.text("relation"));
  if (!record.text("withdrawn").empty())
    text += fmt::format("  withdrawn {}: it stands for no flaw\n", cleaned(record.text("withdrawn")));
  text += fmt::format("  modified {}, from {}\n", cleaned(record.text("modified")),
                      cleaned(record.text("source")));
  for (const Json& severity : record.items("severity"))
    text += fmt::format("  {} {}\n", cleaned(severity.text("score")), severity.text("severity"));
  const Json::Array& affected = record.items("affected");
  for (std::size_t i = 0; i < std::min(affected.size(), affected_shown_max); ++i)
    text += text_of_affected(affected[i]);
  if (affected.size() > affected_shown_max)
    text += fmt::format("    and {} packages more\n", affected.size() - affected_shown_max);
  return text;
}

std::string text_of_verdict(const Json& verdict) {
  const bool affected = verdict.at("affected") == Json(true);
  std::string text = fmt::format("  {}: {} by {}, {}, compared as {}", affected ? "affected" : "not affected",
                                 cleaned(verdict.text("name")), cleaned(verdict.text("advisory")),
                                 verdict.text("scope"), verdict.text("comparator"));
  if (const std::int64_t* range = verdict.at("range").integer())
    text += fmt::format(", range {} from {}", *range, cleaned(verdict.text("introduced")));
  if (verdict.at("listed") == Json(true)) text += ", in its list of versions";
  if (!verdict.text("fixed").empty()) text += fmt::format(", fixed in {}", cleaned(verdict.text("fixed")));
  return text + "\n";
}

std::string text_of(const Json& answer) {
  std::string text = fmt::format("{}: {}\n", cleaned(answer.text("cluster")), joined(answer.items("names")));
  for (const Json& row : answer.items("exploited"))
    text +=
        fmt::format("known exploited: {} since {}, due {}, ransomware: {}\n", row.text("cve"),
                    cleaned(row.text("added")), cleaned(row.text("due")), cleaned(row.text("ransomware")));
  for (const Json& row : answer.items("likelihood"))
    text += fmt::format("likelihood: {} {}, percentile {}\n", row.text("cve"), *row.at("probability").real(),
                        *row.at("percentile").real());
  for (const Json& record : answer.items("records")) text += text_of_record(record);
  if (const Json* package = answer.find("package"); package != nullptr) {
    text += fmt::format("\n{}\n", cleaned(package->text("purl")));
    for (const Json& verdict : package->items("verdicts")) text += text_of_verdict(verdict);
    if (package->items("verdicts").empty()) text += "  no record of it names this package\n";
  }
  return text;
}

template <class Row>
Json::Array rows_of(const std::vector<Row>& rows) {
  Json::Array out;
  for (const Row& row : rows) out.push_back(json_of(row));
  return out;
}

Result<Exit> explain(Session& session, const Explaining& explaining) {
  const std::shared_ptr<const vuln::AdvisoryStore> store = TRY(vuln::AdvisoryStore::open(explaining.store));
  const vuln::Explanation explanation = TRY(vuln::explain(*store, explaining.name));
  Json::Array records;
  for (const vuln::ExplainedRecord& each : explanation.records)
    records.push_back(json_of(each, store->manifest()));
  Json answer = Json::object({{"asked", explaining.name},
                              {"cluster", explanation.cluster.name},
                              {"names", texts_of(explanation.cluster.names)},
                              {"withdrawn", texts_of(explanation.cluster.withdrawn)},
                              {"crowded", texts_of(explanation.cluster.crowded)},
                              {"exploited", rows_of(explanation.exploited)},
                              {"likelihood", rows_of(explanation.likelihood)},
                              {"records", std::move(records)}});
  if (explaining.purl) answer.set("package", TRY(json_of_package(explanation, *explaining.purl)));
  session.answer(answer, text_of(answer));
  return Exit::yes;
}

}  // namespace

Action advisories_explain(Options& options) {
  const auto explaining = std::make_shared<Explaining>();
  options.argument({.name = "ADVISORY", .help = "an id or an alias: CVE-…, GHSA-…", .need = Need::required},
                   &explaining->name);
  options.option({.name = "store",
                  .value = "DIR",
                  .help = "the directory of the store of advisories",
                  .need = Need::required},
                 &explaining->store);
  options.option({.name = "purl", .value = "PURL", .help = "says of this package why it is affected or not"},
                 &explaining->purl);
  return [explaining](Session& session) { return explain(session, *explaining); };
}

}  // namespace weir::cli
