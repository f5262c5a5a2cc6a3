#include <fmt/format.h>

#include <array>
#include <span>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/subject.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array request_columns{Column{"STATE", "state", Show::state},
                                     Column{"ID", "id"},
                                     Column{"ARTIFACT", "artifact_name"},
                                     Column{"DIGEST", "artifact", Show::digest},
                                     Column{"ENVIRONMENT", "environment"},
                                     Column{"VOTES", "votes", Show::length},
                                     Column{"NEEDED", "needed"},
                                     Column{"GROUPS", "groups", Show::list},
                                     Column{"EXPIRES", "expires_at", Show::time},
                                     Column{"BY", "requester"},
                                     Column{"REASON", "reason"}};
constexpr std::array evidence_columns{Column{"TYPE", "type"}, Column{"NAME", "name"},
                                      Column{"RUNS NOW", "before.compliant", Show::yes_no},
                                      Column{"ASKED FOR", "after.compliant", Show::yes_no}};
constexpr std::array<std::string_view, 5> request_states{"open", "approved", "refused", "expired",
                                                         "withdrawn"};

constexpr std::array<std::pair<std::string_view, char>, 3> change_marks{
    {{"added", '+'}, {"removed", '-'}, {"changed", '~'}}};

constexpr auto flaw_marks = std::span(change_marks).first<2>();

struct Asking {
  std::string what, environment;
  std::optional<std::string> from, until, reason, expires, change;
  std::optional<std::int64_t> approvals;
  std::vector<std::string> groups;
};

std::string number(const Json& value) {
  return value.integer() == nullptr ? "0" : std::to_string(*value.integer());
}

std::string joined(const Json& list) {
  std::string text;
  for (const Json& item : list.array() == nullptr ? Json::Array() : *list.array())
    text += (text.empty() ? "" : " ") + (item.string() == nullptr ? dump(item) : *item.string());
  return cleaned(text);
}

std::string commits_told(const Json& commits) {
  if (commits.is_null()) return "";
  std::string text = fmt::format("Commits: {}\n", commits.array()->size());
  for (const Json& row : *commits.array())
    text += fmt::format("  {} {}{}{}\n", cleaned(row.text("commit")), cleaned(row.text("branch")),
                        row.text("author").empty() ? "" : " by ", cleaned(row.text("author")));
  return text;
}

std::string components_told(const Json& components) {
  if (components.is_null()) return "Components: not known of both\n";
  std::string text =
      fmt::format("Components: {} added, {} removed, {} changed, {} as before\n",
                  number(components.at("added_count")), number(components.at("removed_count")),
                  number(components.at("changed_count")), number(components.at("unchanged_count")));
  for (const auto& [list, mark] : change_marks)
    for (const Json& row : components.items(list))
      text += fmt::format("  {} {} {}{}{}\n", mark, cleaned(row.text("component")), joined(row.at("before")),
                          mark == '~' ? " → " : "", joined(row.at("after")));
  return text;
}

std::string configuration_told(const Json& configuration) {
  if (configuration.is_null()) return "Configuration: not known of both\n";
  const Json::Array& rows = *configuration.array();
  std::string text = rows.empty() ? "Configuration: as before\n" : "Configuration:\n";
  for (const Json& row : rows)
    text += fmt::format("  {} {}: {} → {}\n", cleaned(row.text("platform")), cleaned(row.text("setting")),
                        joined(row.at("before")), joined(row.at("after")));
  return text;
}

std::string flaws_told(const Json& flaws) {
  if (flaws.is_null()) return "Vulnerabilities: not known of both\n";
  std::string text =
      fmt::format("Vulnerabilities: {} new, {} gone, {} as before\n", number(flaws.at("added_count")),
                  number(flaws.at("removed_count")), number(flaws.at("unchanged_count")));
  for (const auto& [list, mark] : flaw_marks)
    for (const Json& row : flaws.items(list)) {
      const bool* exploited = row.at("exploited").boolean();
      text += fmt::format(
          "  {} {} {}{} in {}{}\n", mark, cleaned(row.text("flaw")), cleaned(row.text("severity")),
          exploited != nullptr && *exploited ? ", known to be exploited," : "", joined(row.at("components")),
          row.text("fixed").empty() ? "" : "; fixed in " + cleaned(row.text("fixed")));
    }
  return text;
}

// For people: what is asked, and how it differs from what runs there.
std::string told(const Json& request, Color color) {
  const Json& difference = request.at("difference");
  const Json& before = difference.at("before");
  std::string text = card(request_columns, request, color);
  text += before.is_null() ? std::string("Nothing of this name runs there now\n")
                           : fmt::format("Runs there now: {} from commit {}; asked for: commit {}\n",
                                         before.text("digest"), cleaned(before.text("commit")),
                                         cleaned(difference.at("after").text("commit")));
  if (!difference.items("evidence").empty())
    text += table(evidence_columns, difference.items("evidence"), color);
  return text + commits_told(difference.at("commits")) + components_told(difference.at("components")) +
         configuration_told(difference.at("configuration")) + flaws_told(difference.at("vulnerabilities"));
}

struct Voting {
  std::string id;
  std::optional<std::string> note;
};
Action vote(Options& options, std::string_view word) {
  const auto given = std::make_shared<Voting>();
  options.argument({.name = "ID", .help = "of the request", .need = Need::required}, &given->id);
  options.option({.name = "note", .value = "TEXT", .help = "why"}, &given->note);
  return [given, word](Session& session) -> Result<Exit> {
    const bool withdraws = word == "withdraw";
    Json body{Json::Object{}};
    if (!withdraws) body.set("vote", word);
    set_given(body, "note", given->note);
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write(
        {.path = path_of({"approval-requests", given->id, withdraws ? "withdraw" : "votes"}), .body = body}));
    const Json& request = answer.at("approval_request");
    session.answer(answer, fmt::format("request {} is {}: {} of {} votes\n", given->id, request.text("state"),
                                       request.items("votes").size(), number(request.at("needed"))));
    return Exit::yes;
  };
}

}  // namespace

Action approval_request(Options& options) {
  const auto given = std::make_shared<Asking>();
  options.argument(artifact_word, &given->what);
  options.option(
      {.name = "environment", .value = "ENV", .help = "where it is to run", .need = Need::required},
      &given->environment);
  options.option({.name = "from", .value = "WHEN", .help = "a time, or a duration from now; now unless said"},
                 &given->from);
  options.option({.name = "until", .value = "WHEN", .help = "a time, or a duration from now (90d)"},
                 &given->until);
  options.option({.name = "reason", .value = "TEXT", .help = "why"}, &given->reason);
  options.option({.name = "approvals", .value = "N", .help = "so many persons must consent; 1 unless said"},
                 &given->approvals);
  options.option({.name = "groups",
                  .value = "GROUP",
                  .help = "one of this group must be among them",
                  .many = Many::each},
                 &given->groups);
  options.option(
      {.name = "expires", .value = "WHEN", .help = "a time, or a duration from now; 24h unless said"},
      &given->expires);
  options.option({.name = "change", .value = "CLASS", .help = "class of the change"}, &given->change);
  return [given](Session& session) -> Result<Exit> {
    const auto from = TRY(parse_moment(given->from, session.now(), "from"));
    const auto until = TRY(parse_moment(given->until, session.now(), "until"));
    const auto expires = TRY(parse_moment(given->expires, session.now(), "expires"));
    const artifact::Fingerprint found = TRY(identify(session, given->what));
    Json body = Json::object({{"artifact", to_string(found.digest)}, {"environment", given->environment}});
    set_given(body, "from", from);
    set_given(body, "until", until);
    set_given(body, "reason", given->reason);
    set_given(body, "approvals", given->approvals);
    set_given(body, "groups", split_words(given->groups));
    set_given(body, "expires_at", expires);
    set_given(body, "change", given->change);
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write({.path = "approval-requests", .body = body}));
    const Json& request = answer.at("approval_request");
    session.answer(answer, told(request, session.color()) + whole_link(session, request) + "\n");
    return Exit::yes;
  };
}

Action approval_show(Options& options) {
  const auto id = std::make_shared<std::string>();
  options.argument({.name = "ID", .help = "of the request", .need = Need::required}, id.get());
  return [id](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json request = TRY(api->read(path_of({"approval-requests", *id})));
    session.answer(request, told(request, session.color()) + whole_link(session, request) + "\n");
    return Exit::yes;
  };
}

Action approval_consent(Options& options) { return vote(options, "consent"); }
Action approval_refuse(Options& options) { return vote(options, "refuse"); }
Action approval_withdraw(Options& options) { return vote(options, "withdraw"); }

Action approval_requests(Options& options) {
  return listing(
      options,
      {.path = "approval-requests",
       .columns = request_columns,
       .hint = "nobody asks for an approval; ask: weir approval request ARTIFACT --environment ENV",
       .filters = {
           environment_filter,
           {.name = "artifact", .value = "DIGEST", .help = "only of this artifact"},
           {.name = "state", .value = "STATE", .help = "only in this state", .choices = request_states}}});
}

}  // namespace weir::cli
