#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array organization_columns{
    Column{"NAME", "name"},     Column{"TITLE", "title"}, Column{"CONTACT", "contact"},
    Column{"ORIGIN", "origin"}, Column{"ENTRY", "entry", Show::count}};

}  // namespace

Action org_show(Options&) {
  return [](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json found = TRY(api->read("organization"));
    session.answer_card(found, organization_columns);
    return Exit::yes;
  };
}

Action org_set(Options& options) {
  struct Arguments {
    std::optional<std::string> title, contact;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.option({.name = "title", .value = "TEXT", .help = "what people call it"}, &arguments->title);
  options.option({.name = "contact", .value = "TEXT", .help = "whom to turn to about what stands here"},
                 &arguments->contact);
  return [arguments](Session& session) -> Result<Exit> {
    if (!arguments->title && !arguments->contact) return invalid("give --title or --contact", "title");
    Json body{Json::Object{}};
    set_given(body, "title", arguments->title);
    set_given(body, "contact", arguments->contact);
    constexpr std::array<std::string_view, 2> kept{"title", "contact"};
    TRY(keep_known(session, "organization", kept, body));
    return put_and_say(session, "organization", body,
                       fmt::format("organization {} is named", session.globals().organization));
  };
}

}  // namespace weir::cli
