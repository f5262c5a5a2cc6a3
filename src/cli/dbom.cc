#include <fmt/format.h>

#include <array>
#include <fstream>
#include <ostream>

#include "base/limits.h"
#include "cli/exchange.h"
#include "cli/families_dbom.h"
#include "cli/signed_file.h"
#include "cli/subject.h"
#include "dbom/check.h"
#include "dbom/page.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array<std::string_view, 3> forms{"table", "json", "html"};
constexpr std::array line_columns{Column{"KIND", "kind"},         Column{"NAME", "name"},
                                  Column{"STATE", "state"},       Column{"WHAT IT SAYS", "value"},
                                  Column{"AT", "at", Show::time}, Column{"UNTIL", "until", Show::time},
                                  Column{"PROOF", "proof"}};
constexpr std::array component_columns{Column{"COMPONENT", "name"}, Column{"WAS", "was"},
                                       Column{"IS", "version"}, Column{"PACKAGE", "purl"}};

struct Asking {
  std::string what, environment;
  std::optional<std::string> at, output, file;
  bool issue = false;
};

// ---- for people ----

// "#17", "(#17)" where the entry's content is not shown, "claim".
std::string proof_of(const dbom::Line& line) {
  if (line.basis == dbom::Basis::claim) return "claim";
  const std::string mark = fmt::format("#{}", line.entries.front());
  return line.basis == dbom::Basis::payload ? mark : "(" + mark + ")";
}

Json row_of(const dbom::Line& line) {
  Json row = format::parse_json(format::encode(line)).value();
  row.set("proof", proof_of(line));
  return row;
}

std::string section_text(std::string_view title, const std::vector<dbom::Line>& lines, Color color) {
  Json::Array rows;
  for (const dbom::Line& line : lines) rows.push_back(row_of(line));
  if (rows.empty()) return "";
  return "\n" + styled(title, Weight::strong, color) + "\n" + table(line_columns, rows, color);
}

Json component_row(const evidence::Component& component, std::string_view of_version) {
  return Json::object({{"name", component.name},
                       {of_version == "was" ? "was" : "version", component.version},
                       {"purl", component.purl}});
}

std::string difference_text(const dbom::DeploymentDifference& difference, Color color) {
  std::string text = fmt::format(
      "\n{}\n",
      styled(fmt::format("difference from {} {}", cleaned(difference.name), to_string(difference.artifact)),
             Weight::strong, color));
  Json::Array rows;
  for (const dbom::ChangedComponent& each : difference.changed)
    rows.push_back(Json::object(
        {{"name", each.name}, {"was", each.was}, {"version", each.version}, {"purl", each.purl}}));
  for (const evidence::Component& each : difference.added) rows.push_back(component_row(each, "version"));
  for (const evidence::Component& each : difference.removed) rows.push_back(component_row(each, "was"));
  if (!rows.empty()) text += table(component_columns, rows, color);
  if (!difference.compared) text += "components were not compared: one of the two has no bill of materials\n";
  for (const dbom::ChangedEvidence& each : difference.evidence)
    text += fmt::format("{} {}: was {}, is {}\n", cleaned(each.type), cleaned(each.name), each.was, each.is);
  return text;
}

std::string text_of(const dbom::Dbom& dbom, Color color) {
  std::string text = styled(cleaned(dbom.sentence), Weight::strong, color) + "\n";
  for (const auto& [section, lines] : sections_of(dbom))
    text += section_text(name_of(section), *lines, color);
  if (dbom.components)
    text += fmt::format("\n{} components, from the file {} of entry #{}\n", dbom.components->total,
                        to_string(dbom.components->content), dbom.components->entry);
  if (dbom.difference) text += difference_text(*dbom.difference, color);
  for (const dbom::OmittedLines& each : dbom.omitted)
    text += fmt::format("{} more lines about {} are left out\n", each.count, name_of(each.kind));
  return text;
}

// ---- asking ----

Result<Json> ask(Session& session, const Asking& given) {
  const auto at = TRY(parse_moment(given.at, session.now(), "at"));
  const artifact::Fingerprint found = TRY(identify(session, given.what));
  Api* api = TRY(session.api());
  const std::string path = path_of({"dboms", to_string(found.digest)});
  if (!given.issue)
    return api->read(path, {{"environment", given.environment}, {"at", at ? to_string(*at) : ""}});
  Json body = Json::object({{"artifact", to_string(found.digest)}, {"environment", given.environment}});
  set_given(body, "at", at);
  const Json written = TRY(api->write({.path = "dboms", .body = body}));
  const Json& issued = written.at("dbom");
  session.note(fmt::format("issued as entry {}", dump(issued.at("entry"))));
  return api->read(path_of({"dboms", issued.text("artifact")}), {{"issued", dump(issued.at("entry"))}});
}

Status put(Session& session, const std::optional<std::string>& file, const std::string& text) {
  if (!file) {
    session.environment().out << text;
    session.flush();
    return {};
  }
  std::ofstream out(*file, std::ios::binary);
  out << text;
  out.close();
  if (!out) return invalid(fmt::format("--file {}: cannot be written", *file), "file");
  session.note(fmt::format("written to {}", *file));
  return {};
}

// ---- verifying ----

Json summary_of(const dbom::Checked& checked) {
  Json::Array faults;
  for (const dbom::Fault& fault : checked.faults)
    faults.push_back(format::parse_json(format::encode(fault)).value());
  Json summary = Json::object({{"genuine", checked.genuine()}, {"faults", std::move(faults)}});
  if (!checked.dbom) return summary;
  std::array<std::int64_t, 3> counts{};
  for (const auto& [section, lines] : sections_of(*checked.dbom))
    for (const dbom::Line& line : *lines) ++counts[static_cast<std::size_t>(line.basis)];
  summary.set("sentence", checked.dbom->sentence);
  summary.set("artifact", to_string(checked.dbom->artifact.digest));
  summary.set("environment", checked.dbom->environment);
  summary.set("at", to_string(checked.dbom->at));
  summary.set("ledger", checked.dbom->ledger);
  summary.set("lines", Json::object({{"payload", counts[0]}, {"leaf", counts[1]}, {"claim", counts[2]}}));
  return summary;
}

std::string said_of(const dbom::Checked& checked) {
  const Json summary = summary_of(checked);
  if (checked.genuine())
    return fmt::format(
        "genuine: {}\n{} lines are proven by their entries, {} rest on entries that are not shown, {} are "
        "claims; "
        "signed by {}\n",
        cleaned(summary.text("sentence")), dump(summary.at("lines").at("payload")),
        dump(summary.at("lines").at("leaf")), dump(summary.at("lines").at("claim")),
        cleaned(summary.text("ledger")));
  std::string said = "refused:\n";
  for (const dbom::Fault& fault : checked.faults)
    said +=
        fmt::format("  {}{}{}\n", cleaned(fault.place), fault.place.empty() ? "" : ": ", cleaned(fault.what));
  return said;
}


}  // namespace

Action dbom(Options& options) {
  const auto given = std::make_shared<Asking>();
  options.argument(artifact_word, &given->what);
  options.option(
      {.name = "environment", .value = "ENV", .help = "where it runs or ran", .need = Need::required},
      &given->environment);
  options.option({.name = "at", .value = "WHEN", .help = "as it was at that time; now unless said"},
                 &given->at);
  options.option({.name = "issue", .help = "records in the ledger that this document was given out"},
                 &given->issue);
  options.option({.name = "output",
                  .value = "FORM",
                  .help = "for people, the signed document, or a page to print",
                  .choices = forms,
                  .letter = 'o'},
                 &given->output);
  options.option({.name = "file", .value = "FILE", .help = "writes there instead of to standard output"},
                 &given->file);
  return [given](Session& session) -> Result<Exit> {
    const std::string form = given->output.value_or(session.form() == OutputForm::json ? "json" : "table");
    const Json answer = TRY(ask(session, *given));
    if (form == "json") {
      TRY(put(session, given->file, dump_canonical(answer.at("envelope")) + "\n"));
      return Exit::yes;
    }
    const auto document = TRY(format::decode<dbom::Dbom>(answer.at("document"), format::Unknown::ignore));
    TRY(put(session, given->file, form == "html" ? page_of(document) : text_of(document, session.color())));
    return Exit::yes;
  };
}

Action dbom_verify(Options& options) {
  const auto given = declare_signed_file(options);
  const auto bill = std::make_shared<std::optional<std::string>>();
  options.option(
      {.name = "sbom", .value = "FILE", .help = "the attested file, to hold its components against"},
      bill.get());
  return [given, bill](Session& session) -> Result<Exit> {
    const ledger::VerifierKey key = TRY(read_vkey(given->key));
    const std::string file = TRY(read_file(given->file, limits::blob_bytes_max));
    dbom::Checked checked = dbom::check(file, key);
    if (*bill && checked.dbom)
      if (auto fault = dbom::check_components(*checked.dbom, TRY(read_file(**bill, limits::blob_bytes_max))))
        checked.faults.push_back(std::move(*fault));
    session.answer(summary_of(checked), said_of(checked));
    return checked.genuine() ? Exit::yes : Exit::no;
  };
}

Action dbom_schema(Options&) {
  return [](Session& session) -> Result<Exit> {
    session.line(dump_pretty(dbom::schema()));
    return Exit::yes;
  };
}

}  // namespace weir::cli
