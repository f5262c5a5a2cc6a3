// Campaigns against one flaw: opening, how far each owner is, exceptions of many at once, rows for tickets.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/exception_terms.h"
#include "cli/exchange.h"
#include "cli/families_bill.h"
#include "cli/listing.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array campaign_columns{Column{"ID", "id"},
                                      Column{"FLAW", "cluster"},
                                      Column{"SEVERITY", "severity"},
                                      Column{"STATE", "state"},
                                      Column{"DUE", "due", Show::time},
                                      Column{"OWNERS TO ACT", "owners_open", Show::count},
                                      Column{"OWNERS", "owners", Show::count},
                                      Column{"STILL RUNNING", "workloads_open", Show::count},
                                      Column{"WORKLOADS", "workloads", Show::count},
                                      Column{"OPENED", "opened_at", Show::time},
                                      Column{"BY", "opened_by"}};
constexpr std::array owner_columns{Column{"OWNER", "owner"},
                                   Column{"STANDING", "standing"},
                                   Column{"OPEN", "open", Show::count},
                                   Column{"OF", "workloads", Show::count},
                                   Column{"SERVICES", "services", Show::list},
                                   Column{"ENVIRONMENTS", "environments", Show::list},
                                   Column{"FIXED IN", "fixed", Show::list},
                                   Column{"FIXED RELEASE", "fixed_releases", Show::list},
                                   Column{"EXCEPTIONS", "exceptions", Show::list}};
constexpr std::array scope_columns{Column{"ENVIRONMENT", "environment"},
                                   Column{"ARTIFACT", "artifact", Show::digest}, Column{"OWNER", "owner"},
                                   Column{"WORKLOADS", "workloads", Show::length}};
constexpr std::array asked_columns{Column{"ID", "id"}, Column{"ENVIRONMENT", "environment"},
                                   Column{"ARTIFACT", "artifact_name"}, Column{"OWNER", "owner"},
                                   Column{"SCOPE", "scope_digest"}};
constexpr std::array skipped_columns{Column{"SKIPPED", "artifact_name"}, Column{"ENVIRONMENT", "environment"},
                                     Column{"WHY", "why"}};
constexpr std::array stated_columns{Column{"ENTRY", "entry"}, Column{"ARTIFACT", "artifact_name"},
                                    Column{"DIGEST", "artifact", Show::digest}, Column{"FLOW", "flow"},
                                    Column{"TRAIL", "trail"}};
constexpr std::array<std::string_view, 4> statuses{"not_affected", "fixed", "under_investigation",
                                                   "affected"};
constexpr std::array<std::string_view, 2> export_forms{"json", "csv"};

constexpr OptionRow id_row{.name = "ID", .help = "of the campaign", .need = Need::required};

// What runs with the flaw over time, as far as a line of text can draw it.
std::string drawn(const Json::Array& points) {
  constexpr std::array<std::string_view, 9> marks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::size_t width = 60;
  std::int64_t highest = 1;
  std::vector<std::int64_t> heights;
  std::vector<Instant> times;
  for (const Json& point : points) {
    const auto at = parse_instant(point.text("at"));
    const std::int64_t* running = point.at("running").integer();
    if (!at.ok() || running == nullptr) continue;
    times.push_back(*at);
    heights.push_back(*running);
    highest = std::max(highest, *running);
  }
  if (times.size() < 2) return "";
  const std::int64_t whole = std::max<std::int64_t>((times.back() - times.front()).micros, 1);
  std::string text;
  for (std::size_t i = 0, at = 0; i < width; ++i) {
    const Instant moment = times.front() + microseconds(whole / static_cast<std::int64_t>(width - 1) *
                                                        static_cast<std::int64_t>(i));
    while (at + 1 < times.size() && times[at + 1] <= moment) ++at;
    text += marks[static_cast<std::size_t>((heights[at] * 8 + highest - 1) / highest)];
  }
  return fmt::format("{} {} at most, {} now\n", text, highest, heights.back());
}

std::string story_told(const Json& story, Color color) {
  const Json& campaign = story.at("campaign");
  std::string text = card(campaign_columns, campaign, color);
  if (!campaign.text("note").empty()) text += fmt::format("note: {}\n", cleaned(campaign.text("note")));
  text += fmt::format("{}\n", cleaned(story.at("coverage").text("sentence")));
  text += drawn(story.items("burn_down"));
  const Json::Array& owners = story.items("owners");
  return text + (owners.empty() ? "nothing that ran since has it\n" : table(owner_columns, owners, color));
}

// ---- for tickets ----

constexpr std::array<std::string_view, 17> export_members{
    "campaign", "flaw",           "severity",   "due",          "owner",     "standing",
    "open",     "workloads",      "services",   "environments", "artifacts", "components",
    "fixed",    "fixed_releases", "exceptions", "link",         "where"};

Json export_row(const Json& campaign, const Json& owner, const std::string& page) {
  Json row = Json::object({{"campaign", campaign.at("id")},
                           {"flaw", campaign.at("cluster")},
                           {"severity", campaign.at("severity")},
                           {"due", campaign.at("due")}});
  for (const std::string_view name : export_members)
    if (owner.find(name) != nullptr) row.set(std::string(name), owner.at(name));
  row.set("link", fmt::format("{}/campaigns/{}{}", page, dump(campaign.at("id")),
                              query_of({{"owner", std::string(owner.text("owner"))}})));
  row.set("where",
          fmt::format("{}/where{}", page, query_of({{"query", std::string(campaign.text("cluster"))}})));
  return row;
}

std::string csv_text(const Json& value) {
  if (const std::string* text = value.string()) return *text;
  if (const Json::Array* items = value.array()) {
    std::string joined;
    for (const Json& item : *items) joined += (joined.empty() ? "" : "; ") + csv_text(item);
    return joined;
  }
  return value.is_null() ? "" : dump(value);
}

// RFC 4180. A cell that a table program would take for a formula is made into text: names come from whoever builds.
std::string csv_cell(const Json& value) {
  std::string text = csv_text(value);
  if (!text.empty() && value.integer() == nullptr &&
      std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(0, 1, '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

// Without its last line feed.
std::string csv_of(const Json::Array& rows) {
  std::string text;
  for (const std::string_view name : export_members)
    text += fmt::format("{}{}", text.empty() ? "" : ",", name);
  text += "\r\n";
  for (const Json& row : rows) {
    std::string line;
    for (const std::string_view name : export_members) {
      if (name != export_members.front()) line += ',';
      line += csv_cell(row.at(name));
    }
    text += line + "\r\n";
  }
  text.pop_back();
  return text;
}

struct Asking {
  std::string id;
  std::vector<std::string> owners;
  ExceptionTerms terms;
};

void declare(Options& options, Asking& asking) {
  options.argument(id_row, &asking.id);
  options.option({.name = "owner",
                  .value = "NAME",
                  .help = "whose open workloads they are for",
                  .need = Need::required,
                  .many = Many::each},
                 &asking.owners);
  declare(options, asking.terms);
}

std::string asked_told(const Json& asked, Color color) {
  std::string text;
  const Json::Array &scopes = asked.items("scopes"), &made = asked.items("exceptions"),
                    &skipped = asked.items("skipped");
  if (!scopes.empty()) text += table(scope_columns, scopes, color);
  if (!made.empty())
    text += table(asked_columns, made, color) +
            "Another person grants each: weir exception grant ID --scope SCOPE\n";
  if (!skipped.empty()) text += table(skipped_columns, skipped, color);
  return text.empty() ? "nothing of these owners is open\n" : text;
}

}  // namespace

Action campaign_open(Options& options) {
  struct Opening {
    std::string flaw;
    std::optional<std::string> due, note;
  };
  const auto given = std::make_shared<Opening>();
  options.argument({.name = "FLAW", .help = "CVE-…, GHSA-…, or an id of your own", .need = Need::required},
                   &given->flaw);
  options.option({.name = "due", .value = "WHEN", .help = "a time, or a duration from now (14d)"},
                 &given->due);
  options.option({.name = "note", .value = "TEXT", .help = "what people are to know"}, &given->note);
  return [given](Session& session) -> Result<Exit> {
    const auto due = TRY(parse_moment(given->due, session.now(), "due"));
    Json body = Json::object({{"flaw", given->flaw}});
    set_given(body, "due", due);
    set_given(body, "note", given->note);
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write({.path = "campaigns", .body = std::move(body)}));
    const Json& campaign = answer.at("campaign");
    session.answer(
        answer, fmt::format("campaign {} about {} is open: weir campaign show {}\n", dump(campaign.at("id")),
                            cleaned(campaign.text("cluster")), dump(campaign.at("id"))));
    return Exit::yes;
  };
}

Action campaign_list(Options& options) {
  struct Filter {
    bool open = false;
    std::int64_t limit = 0;
  };
  const auto given = std::make_shared<Filter>();
  options.option({.name = "open", .help = "only those that are not closed"}, &given->open);
  options.option(limit_row, &given->limit);
  return [given](Session& session) -> Result<Exit> {
    Query query;
    if (given->open) query.emplace_back("open", "true");
    const std::size_t limit = TRY(checked_limit(given->limit));
    Api* api = TRY(session.api());
    const Json::Array rows = TRY(api->list("campaigns", "campaigns", query, limit));
    session.answer_rows(rows, campaign_columns, "no campaigns; open one: weir campaign open CVE-… --due 14d");
    return Exit::yes;
  };
}

Action campaign_show(Options& options) {
  const auto id = std::make_shared<std::string>();
  options.argument(id_row, id.get());
  return [id](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json story = TRY(api->read(path_of({"campaigns", *id})));
    session.answer(story, story_told(story, session.color()));
    return Exit::yes;
  };
}

Action campaign_export(Options& options) {
  struct Exporting {
    std::string id;
    std::optional<std::string> output;
  };
  const auto given = std::make_shared<Exporting>();
  options.argument(id_row, &given->id);
  options.option({.name = "output",
                  .value = "FORM",
                  .help = "rows for a tracker of tickets, one for each owner; csv unless said",
                  .choices = export_forms,
                  .letter = 'o'},
                 &given->output);
  return [given](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json story = TRY(api->read(path_of({"campaigns", given->id})));
    const std::string& url = session.globals().url;
    const std::string page = url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
    Json::Array rows;
    for (const Json& owner : story.items("owners"))
      rows.push_back(export_row(story.at("campaign"), owner, page));
    const bool as_json = given->output ? *given->output == "json" : session.form() == OutputForm::json;
    session.line(as_json ? dump(Json(rows)) : csv_of(rows));
    return Exit::yes;
  };
}

Action campaign_except(Options& options) {
  const auto given = std::make_shared<Asking>();
  declare(options, *given);
  return [given](Session& session) -> Result<Exit> {
    Json body = Json::object({});
    set_given(body, "owners", given->owners);
    TRY(add_terms(session, given->terms, body));
    Api* api = TRY(session.api());
    const std::string path = path_of({"campaigns", given->id, "exceptions"});
    const Json answer =
        TRY(api->write({.path = given->terms.preview ? path + "?preview=true" : path, .body = std::move(body)}));
    session.answer(answer, asked_told(given->terms.preview ? answer : answer.at("asked"), session.color()));
    return Exit::yes;
  };
}

Action campaign_vex(Options& options) {
  struct Stating {
    std::string id, status;
    std::vector<std::string> owners;
    std::optional<std::string> justification, impact, action;
  };
  const auto given = std::make_shared<Stating>();
  options.argument(id_row, &given->id);
  options.option({.name = "owner",
                  .value = "NAME",
                  .help = "whose open artifacts it is about",
                  .need = Need::required,
                  .many = Many::each},
                 &given->owners);
  options.option({.name = "status",
                  .value = "STATUS",
                  .help = "what is said of them",
                  .need = Need::required,
                  .choices = statuses},
                 &given->status);
  options.option(
      {.name = "justification", .value = "WORD", .help = "one of OpenVEX's, of what is not affected"},
      &given->justification);
  options.option({.name = "impact", .value = "TEXT", .help = "why it is not affected"}, &given->impact);
  options.option({.name = "action", .value = "TEXT", .help = "what is to be done about what is affected"},
                 &given->action);
  return [given](Session& session) -> Result<Exit> {
    Json body = Json::object({{"status", given->status}});
    set_given(body, "owners", given->owners);
    set_given(body, "justification", given->justification);
    set_given(body, "impact", given->impact);
    set_given(body, "action", given->action);
    Api* api = TRY(session.api());
    const std::string path = path_of({"campaigns", given->id, "statements"});
    const Json answer = TRY(api->write({.path = path, .body = std::move(body)}));
    const Json::Array &made = answer.at("stated").items("attestations"),
                      &skipped = answer.at("stated").items("skipped");
    std::string text =
        made.empty() ? "nothing of these owners is open\n" : table(stated_columns, made, session.color());
    if (!skipped.empty()) text += table(skipped_columns, skipped, session.color());
    session.answer(answer, text);
    return Exit::yes;
  };
}

Action campaign_close(Options& options) {
  struct Closing {
    std::string id;
    std::optional<std::string> note;
  };
  const auto given = std::make_shared<Closing>();
  options.argument(id_row, &given->id);
  options.option({.name = "note", .value = "TEXT", .help = "how it ended"}, &given->note);
  return [given](Session& session) -> Result<Exit> {
    Json body{Json::Object{}};
    set_given(body, "note", given->note);
    Api* api = TRY(session.api());
    const Json answer =
        TRY(api->write({.path = path_of({"campaigns", given->id, "close"}), .body = std::move(body)}));
    session.answer(answer, fmt::format("campaign {} is closed\n", given->id));
    return Exit::yes;
  };
}

}  // namespace weir::cli
