// The rules that ship, and the schema that policies are written by.
#include <array>

#include "cli/families_policy.h"
#include "cli/listing.h"
#include "policy/catalogue.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array rule_columns{Column{"RULE", "id"},     Column{"BUNDLE", "bundle"},
                                  Column{"STAGE", "stage"}, Column{"SEVERITY", "severity"},
                                  Column{"TITLE", "title"}, Column{"CONTROLS", "controls", Show::list}};
constexpr std::array stages = policy::names_of(policy::Stage{});

Json strings(std::span<const std::string> texts) { return Json(Json::Array(texts.begin(), texts.end())); }

}  // namespace

Action policy_catalogue(Options& options) {
  struct Arguments {
    std::optional<std::string> bundle, stage;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.option(
      {.name = "bundle", .value = "BUNDLE", .help = "only of this bundle", .choices = policy::bundle_names},
      &arguments->bundle);
  options.option({.name = "stage", .value = "STAGE", .help = "only of this stage", .choices = stages},
                 &arguments->stage);
  return [arguments](Session& session) -> Result<Exit> {
    Json::Array rows;
    for (const policy::CatalogueRule& each : TRY(policy::catalogue())) {
      const policy::Rule& rule = each.rule;
      const std::string_view stage = rule.stage ? format::name_of(*rule.stage) : std::string_view();
      if (arguments->bundle && *arguments->bundle != each.bundle) continue;
      if (arguments->stage && *arguments->stage != stage) continue;
      rows.push_back(Json::object({{"id", rule.id},
                                   {"bundle", each.bundle},
                                   {"stage", stage},
                                   {"severity", format::name_of(rule.severity)},
                                   {"title", rule.title},
                                   {"why", rule.why},
                                   {"message", rule.message},
                                   {"who", rule.who},
                                   {"fix", rule.fix},
                                   {"controls", strings(rule.controls)}}));
    }
    session.answer_rows(rows, rule_columns, "no rule is of that bundle and stage");
    return Exit::yes;
  };
}

Action policy_schema(Options&) {
  return [](Session& session) -> Result<Exit> {
    std::string schema = policy::policy_schema();
    while (schema.ends_with('\n')) schema.pop_back();
    session.line(schema);
    return Exit::yes;
  };
}

}  // namespace weir::cli
