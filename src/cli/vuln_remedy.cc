// How long findings stay open against what was agreed, and what is known of an artifact's flaws for other tools.
#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/session.h"
#include "cli/subject.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array backlog_columns{Column{"SEVERITY", "severity"},
                                     Column{"AGREED", "agreed"},
                                     Column{"OPEN", "open", Show::count},
                                     Column{"OVERDUE", "overdue", Show::count},
                                     Column{"EXPLOITED", "exploited", Show::count},
                                     Column{"REOPENED", "reopened", Show::count},
                                     Column{"SUPPRESSED", "suppressed", Show::count},
                                     Column{"REMEDIED", "remedied", Show::count},
                                     Column{"IN TIME", "within_agreed", Show::count},
                                     Column{"MEAN TIME", "mean"}};

constexpr std::array<std::string_view, 5> times{"critical", "high", "medium", "low", "exploited"};
constexpr std::array<std::string_view, 5> report_formats{"openvex", "csaf", "cyclonedx-vex", "sarif",
                                                           "osv-scanner"};

// "7d", "3d 4h", "2h 5m"; empty where there is none.
std::string in_words(const Json& micros) {
  const std::int64_t* value = micros.integer();
  if (value == nullptr) return {};
  const std::int64_t all = *value / minutes(1).micros;
  const std::int64_t days = all / 1440, hours = all / 60 % 24, rest = all % 60;
  if (days > 0) return hours == 0 ? fmt::format("{}d", days) : fmt::format("{}d {}h", days, hours);
  return hours > 0 ? fmt::format("{}h {}m", hours, rest) : fmt::format("{}m", rest);
}

std::string backlog_told(const Json& answer, Color color) {
  Json::Array rows;
  for (const Json& each : answer.items("severities")) {
    Json row = each;
    row.set("agreed", in_words(each.at("agreed_us")));
    row.set("mean", in_words(each.at("mean_us")));
    rows.push_back(std::move(row));
  }
  const std::int64_t* newer = answer.at("newer_bills").integer();
  const std::string note =
      newer == nullptr || *newer == 0
          ? std::string()
          : fmt::format(
                "of {} of the artifacts that ran a newer SBOM was looked at: that of then can't be read any "
                "more, or they are too many\n",
                *newer);
  return fmt::format(
             "{} open, {} overdue, {} known to be exploited; {} of them came up after what has them ran\n",
             dump(answer.at("open")), dump(answer.at("overdue")), dump(answer.at("exploited")),
             dump(answer.at("post_deployment"))) +
         note + table(backlog_columns, rows, color);
}

std::string times_told(const Json& answer) {
  std::string text;
  for (const std::string_view name : times) {
    const std::string time = in_words(answer.at(fmt::format("{}_us", name)));
    text += fmt::format("{:<10} {}\n", name, time.empty() ? "no time is agreed" : time);
  }
  return text;
}

}  // namespace

Action vuln_backlog(Options& options) {
  const auto when = std::make_shared<std::optional<std::string>>();
  options.option({.name = "at", .value = "WHEN", .help = "as it was at that moment; else now"}, when.get());
  return [when](Session& session) -> Result<Exit> {
    Query query;
    const auto at = TRY(parse_moment(*when, session.now(), "at"));
    if (at) query.emplace_back("at", to_string(*at));
    Api* api = TRY(session.api());
    const Json answer = TRY(api->read("vulnerabilities/backlog", query));
    session.answer(answer, backlog_told(answer, session.color()));
    return Exit::yes;
  };
}

Action vuln_sla(Options& options) {
  struct Times {
    std::array<std::optional<Duration>, times.size()> given;
  };
  static constexpr std::array<std::string_view, times.size()> helps{
      "for critical findings: 7d", "for high ones", "for medium ones", "for low ones",
      "for whatever is known to be exploited, where that is sooner"};
  const auto asked = std::make_shared<Times>();
  for (std::size_t i = 0; i < times.size(); ++i)
    options.option({.name = times[i], .value = "TIME", .help = helps[i]}, &asked->given[i]);
  return [asked](Session& session) -> Result<Exit> {
    const std::string path = "vulnerabilities/remedy-times";
    Json body = Json::object({});
    for (std::size_t i = 0; i < times.size(); ++i)
      if (asked->given[i]) body.set(fmt::format("{}_us", times[i]), asked->given[i]->micros);
    Api* api = TRY(session.api());
    if (body.object()->empty()) {
      const Json answer = TRY(api->read(path));
      session.answer(answer, times_told(answer));
      return Exit::yes;
    }
    constexpr std::array<std::string_view, times.size()> members{"critical_us", "high_us", "medium_us",
                                                                 "low_us", "exploited_us"};
    TRY(keep_known(session, path, members, body));
    const Json answer = TRY(api->write({.method = "PUT", .path = path, .body = body}));
    session.answer(answer, times_told(answer.at("remedy_times")));
    return Exit::yes;
  };
}

Action vuln_vex(Options& options) {
  struct Asking {
    std::string artifact, format;
    std::optional<std::string> author, author_namespace;
  };
  const auto asked = std::make_shared<Asking>();
  options.argument(artifact_word, &asked->artifact);
  options.option({.name = "output",
                  .value = "FORM",
                  .help = "of the document",
                  .fallback = "openvex",
                  .choices = report_formats,
                  .letter = 'o'},
                 &asked->format);
  options.option(author_row, &asked->author);
  options.option(namespace_row, &asked->author_namespace);
  return [asked](Session& session) -> Result<Exit> {
    const artifact::Fingerprint found = TRY(identify(session, asked->artifact));
    Api* api = TRY(session.api());
    Query query{{"artifact", to_string(found.digest)}, {"format", asked->format}};
    if (asked->author) query.emplace_back("author", *asked->author);
    if (asked->author_namespace) query.emplace_back("namespace", *asked->author_namespace);
    const Json document = TRY(api->read("vulnerabilities/report", query));
    session.line(dump_pretty(document));
    session.flush();
    return Exit::yes;
  };
}

}  // namespace weir::cli
